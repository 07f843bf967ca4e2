using System.Net;
using System.Text.Json;
using Provision.Stores.Mastership;

namespace Provision.Stores.Instances;

/// <summary>Asks the status daemons in turn for the masters. They answer from the database, never from memory.</summary>
/// <param name="servers">Addresses of the daemons.</param>
/// <param name="handler">Sends the requests; null for the network.</param>
public sealed class MasterQuestion(IReadOnlyList<Uri> servers, HttpMessageHandler? handler = null) : IDisposable
{
    private readonly HttpClient http = new(
        handler ?? PinnedKey.Handler(servers, TimeSpan.FromSeconds(2)), disposeHandler: handler is null)
    { Timeout = TimeSpan.FromSeconds(5) };

    /// <summary>Why no daemon answered, one sentence each.</summary>
    public IReadOnlyList<string> Failures => failures;

    private readonly List<string> failures = [];

    /// <summary>Returns the answer about a slot; null if no daemon has one. A slot unknown to the daemon is not a master.</summary>
    public MasterAnswer? Ask(string slot) =>
        First("/confirm?slot=" + Uri.EscapeDataString(slot), text => MasterAnswer.FromJson(text), new MasterAnswer(slot, null, false, null, false, 0));

    /// <summary>Returns all masters; null if no daemon returns them.</summary>
    public MastershipSnapshot? AskAll() => First("/masters", text => MastershipExport.Read(text, "/masters", new DiagnosticBag())?.Snapshot, null);

    /// <inheritdoc/>
    public void Dispose() => http.Dispose();

    private T? First<T>(string path, Func<byte[], T?> read, T? unknown)
        where T : class
    {
        foreach (var server in servers)
        {
            try
            {
                using var answer = http.Send(new HttpRequestMessage(HttpMethod.Get, new Uri(server, path)));
                if (answer.StatusCode == HttpStatusCode.NotFound && unknown is not null)
                {
                    return unknown;
                }

                answer.EnsureSuccessStatusCode();
                using var body = new MemoryStream();
                answer.Content.ReadAsStream().CopyTo(body);
                if (read(body.ToArray()) is { } found)
                {
                    return found;
                }

                failures.Add($"{PinnedKey.Show(server)} returned an empty answer");
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException or JsonException or IOException)
            {
                var why = e is TaskCanceledException ? "did not answer in time"
                    : e is HttpRequestException { StatusCode: { } code } ? $"answers {(int)code}" : $"cannot be asked: {PinnedKey.Why(e)}";
                failures.Add($"{PinnedKey.Show(server)} {why}");
            }
        }

        return null;
    }
}
