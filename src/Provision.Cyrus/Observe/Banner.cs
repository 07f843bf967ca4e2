using System.Net;
using System.Net.Sockets;
using System.Text;
using Provision.Stores.Instances;

namespace Provision.Cyrus.Observe;

/// <summary>
/// Reads the first line that a service sends. Cyrus's master listens for its services, so that a connection is accepted even if the service itself cannot
/// start: only the banner counts.
/// </summary>
internal static class Banner
{
    /// <summary>Timeout from the connection to the first line.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(3);

    /// <summary>The beginning of each healthy service's banner; any other line is its reason for not serving, such as <c>* BYE</c>.</summary>
    private static readonly Dictionary<string, string> Beginnings = new(StringComparer.Ordinal)
    {
        ["imap"] = "* OK",
        ["pop3"] = "+OK",
        ["lmtp"] = "220 ",
        ["http"] = "HTTP/1.",
        ["sieve"] = "\"IMPLEMENTATION\"",
        ["syncserver"] = "* ",
    };

    /// <summary>Returns the service with its banner, and its problem; null if there is none.</summary>
    public static async Task<(InstanceService Service, string? Problem)> Of(InstanceService service)
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
            while (!said.Contains('\n', StringComparison.Ordinal) && said.Length < 512
                && (read = await socket.ReceiveAsync(buffer, limit.Token).ConfigureAwait(false)) > 0)
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
            : !Beginnings.TryGetValue(service.Name, out var beginning) || line.StartsWith(beginning, StringComparison.Ordinal)
                && !line.StartsWith("* BYE", StringComparison.Ordinal) ? (service with { Banner = line }, null)
            : (service with { Banner = line }, $"{place} does not serve: \"{line}\"");
    }
}
