using System.Net;
using System.Net.Sockets;
using System.Text;
using Provision.Stores.Instances;

namespace Provision.Cyrus.Observe;

/// <summary>
/// Asks a service for the first line that it says. Cyrus's master listens for its services, so that a connection is taken
/// even where the service itself cannot start: only what it says counts.
/// </summary>
internal static class Banner
{
    /// <summary>How long a service may take from the connection to its first line.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(3);

    /// <summary>How each service begins when it is well; another line is its reason for not serving, such as <c>* BYE</c>.</summary>
    private static readonly Dictionary<string, string> Beginnings = new(StringComparer.Ordinal)
    {
        ["imap"] = "* OK",
        ["pop3"] = "+OK",
        ["lmtp"] = "220 ",
        ["http"] = "HTTP/1.",
        ["sieve"] = "\"IMPLEMENTATION\"",
        ["syncserver"] = "* ",
    };

    /// <summary>The service with its banner, and what is wrong with it; null if nothing is.</summary>
    public static async Task<(SlotService Service, string? Problem)> Of(SlotService service)
    {
        var place = $"{service.Name} at {service.Address}:{service.Port}";
        using var limit = new CancellationTokenSource(Limit);
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        var said = "";
        try
        {
            await socket.ConnectAsync(new IPEndPoint(IPAddress.Parse(service.Address), service.Port), limit.Token).ConfigureAwait(false);
            if (service.Name == "http")
            {
                await socket.SendAsync("GET / HTTP/1.0\r\n\r\n"u8.ToArray(), limit.Token).ConfigureAwait(false);
            }

            var buffer = new byte[512];
            int read;
            while (!said.Contains('\n', StringComparison.Ordinal) && said.Length < 512 && (read = await socket.ReceiveAsync(buffer, limit.Token).ConfigureAwait(false)) > 0)
            {
                said += Encoding.Latin1.GetString(buffer, 0, read);
            }
        }
        catch (OperationCanceledException)
        {
            return (service, $"{place} said nothing within {Limit.TotalSeconds:0} s");
        }
        catch (SocketException refused)
        {
            return (service, $"{place} cannot be reached: {refused.SocketErrorCode}");
        }

        var line = Printable.Of(said.Split('\n')[0].TrimEnd('\r'), 200);
        return line.Length == 0 ? (service, $"{place} closed the connection without a word")
            : !Beginnings.TryGetValue(service.Name, out var beginning) || line.StartsWith(beginning, StringComparison.Ordinal) && !line.StartsWith("* BYE", StringComparison.Ordinal) ? (service with { Banner = line }, null)
            : (service with { Banner = line }, $"{place} does not serve: \"{line}\"");
    }
}
