using System.Net;
using System.Text.Json;
using Provision.Inventory;

namespace Provision.Slots.Roles;

/// <summary>What the database of masters says of a slot, live.</summary>
/// <param name="Slot">The slot.</param>
/// <param name="Store">Its store; null where it has none.</param>
/// <param name="Master">Whether it may start as master now.</param>
/// <param name="Epoch">The store's epoch; null where the store is not enrolled.</param>
/// <param name="Fenced">Whether it must not start at all until it is merged.</param>
/// <param name="Serial">Serial of the database.</param>
public sealed record MasterAnswer(string Slot, string? Store, bool Master, long? Epoch, bool Fenced, long Serial);

/// <summary>All masters, as a status daemon tells them.</summary>
/// <param name="Serial">Serial of the database.</param>
/// <param name="Stores">The stores.</param>
internal sealed record KnownMasters(long Serial, IReadOnlyList<KnownMaster> Stores);

/// <summary>One of them.</summary>
/// <param name="Store">The store.</param>
/// <param name="Master">Its master.</param>
internal sealed record KnownMaster(string Store, string Master);

/// <summary>Asks the status daemons, one after the other, who is master. They answer from the database and never from memory.</summary>
/// <param name="servers">Addresses of the daemons.</param>
/// <param name="handler">Carries the requests; null for the network.</param>
public sealed class MasterQuestion(IReadOnlyList<Uri> servers, HttpMessageHandler? handler = null) : IDisposable
{
    private readonly HttpClient http = new(handler ?? new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(2) }, disposeHandler: handler is null) { Timeout = TimeSpan.FromSeconds(5) };

    /// <summary>Why no daemon gave an answer, a sentence each.</summary>
    public IReadOnlyList<string> Failures => failures;

    private readonly List<string> failures = [];

    /// <summary>The answer about a slot; null where no daemon has one. A slot that the daemon does not know is nobody's master.</summary>
    public MasterAnswer? Ask(string slot) => First("/confirm?slot=" + Uri.EscapeDataString(slot), text => JsonSerializer.Deserialize(text, RolesJson.Default.MasterAnswer), new MasterAnswer(slot, null, false, null, false, 0));

    /// <summary>All masters; null where no daemon tells them.</summary>
    public Masters? AskAll() => First(
        "/masters",
        text => JsonSerializer.Deserialize(text, RolesJson.Default.KnownMasters) is { Stores: { } stores } known ? new Masters(known.Serial, stores.Select(row => KeyValuePair.Create(row.Store, row.Master))) : null,
        null);

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

                failures.Add($"{server} gave an answer that says nothing");
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException or JsonException or IOException)
            {
                failures.Add($"{server} {(e is TaskCanceledException ? "did not answer in time" : e is HttpRequestException { StatusCode: { } code } ? $"answers {(int)code}" : $"cannot be asked: {e.Message}")}");
            }
        }

        return null;
    }
}
