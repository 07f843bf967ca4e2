using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Provision.Boot.Jobs;
using Provision.Storage.Observe;

namespace Provision.Boot.Installer.Discover;

/// <summary>What a machine said of itself.</summary>
/// <param name="Record">Every answer of the look.</param>
/// <param name="Storage">What they amount to.</param>
public sealed record MachineReport(MachineRecord Record, ObservedStorage Storage);

/// <summary>Tells the boot server what an unknown machine is, over and over, until it is a host of the inventory. It only reads.</summary>
/// <param name="server">Base address of the boot server.</param>
/// <param name="read">Reads the machine, again each time: drives may come and go while it waits.</param>
/// <param name="pack">Packs a look as <c>provision capture</c> does.</param>
/// <param name="say">Told what happens, for the console.</param>
/// <param name="wait">Waits between two reports.</param>
/// <param name="handler">Carries the requests; null for the network.</param>
public sealed class Discoverer(
    string server, Func<MachineReport> read, Func<MachineReport, byte[]> pack, Action<string> say, Action<TimeSpan> wait, HttpMessageHandler? handler = null)
    : IDisposable
{
    /// <summary>Between two reports.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    private readonly HttpClient http = new(
        handler ?? new SocketsHttpHandler
        {
            ConnectTimeout = TimeSpan.FromSeconds(5),
            PooledConnectionLifetime = TimeSpan.FromMinutes(1)
        })
    { Timeout = TimeSpan.FromSeconds(30) };

    /// <summary>Reports until the server knows the machine as a host; then it is to be restarted, and boots as that host.</summary>
    /// <exception cref="InstallException">The server cannot make anything of the report.</exception>
    public void Run()
    {
        for (string? told = null; ; wait(Pause))
        {
            var seen = read();
            var report = ReportOf(seen.Storage, pack(seen));
            string now;
            try
            {
                using var answer = Post(report);
                using var reader = new StreamReader(answer.Content.ReadAsStream());
                var text = reader.ReadToEnd();
                switch (answer.StatusCode)
                {
                    case HttpStatusCode.Conflict:
                        say($"{text.Trim()}: restarts");
                        return;
                    case HttpStatusCode.OK:
                        var id = JsonSerializer.Deserialize(text, JobsJson.Default.DiscoveryAnswer)!.Id;
                        now = $"this machine is known as {id}; on the boot server: provision host adopt {id} --name NAME --chassis CHASSIS --role ROLE";
                        break;
                    case >= HttpStatusCode.BadRequest and < HttpStatusCode.InternalServerError and not HttpStatusCode.TooManyRequests:
                        throw new InstallException($"{server} does not take the report of this machine: {(int)answer.StatusCode} {text.Trim()}");
                    default:
                        now = $"{server}: {(int)answer.StatusCode} {text.Trim()}; tries again";
                        break;
                }
            }
            catch (Exception lost) when (lost is HttpRequestException or TaskCanceledException or IOException)
            {
                now = $"{server}: {lost.Message}; tries again";
            }

            if (now != told)
            {
                report.Summary.ToList().ForEach(say);
                say(now);
                told = now;
            }
        }
    }

    /// <summary>The report of a look.</summary>
    public static DiscoveryReport ReportOf(ObservedStorage storage, byte[] bundle)
    {
        var controllers = storage.Drives.Where(drive => drive.Bus?.Pci is not null).GroupBy(drive => drive.Bus!.Pci!, StringComparer.Ordinal)
            .OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => $"controller {group.Key}: {group.Count()} drives");
        return new DiscoveryReport(storage.Machine.DmiUuid, [.. storage.Machine.Macs.Select(mac => mac.ToString())], storage.Machine.Product,
            storage.Machine.SerialNumber, [.. controllers, .. storage.Drives.Select(Line)], bundle);
    }

    /// <inheritdoc/>
    public void Dispose() => http.Dispose();

    private static string Line(ObservedDrive drive)
    {
        var place = drive.Bus?.ByPath ?? (drive.Areca is { } areca ? $"areca {areca}" : "at an unknown place");
        return string.Join(' ', new[] { $"drive {drive.Device ?? "-"}", Inventory.ByteSize.Format(drive.Bytes), drive.Media?.ToString().ToLowerInvariant(),
            drive.Model, $"serial {drive.Serial ?? "unknown"}", place }.OfType<string>());
    }

    private HttpResponseMessage Post(DiscoveryReport report)
    {
        using var content = new ByteArrayContent(
            JsonSerializer.SerializeToUtf8Bytes(
            report, JobsJson.Default.DiscoveryReport))
        { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"{server.TrimEnd('/')}/discovered")) { Content = content };
        return http.Send(request, HttpCompletionOption.ResponseContentRead);
    }
}
