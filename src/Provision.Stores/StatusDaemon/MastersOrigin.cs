using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json;
using Provision.Stores.Mastership;

namespace Provision.Stores.StatusDaemon;

/// <summary>The masters at one moment.</summary>
/// <param name="Snapshot">The masters.</param>
/// <param name="ReadAt">A lower bound of the time at which they were read from the database, as a <see cref="Stopwatch.GetTimestamp"/> value; null if
/// unknown.</param>
internal sealed record KnownMasters(MastershipSnapshot Snapshot, long? ReadAt)
{
    /// <summary>The status daemon that reported them; null for the database itself or the cache file.</summary>
    public Uri? Daemon { get; init; }

    /// <summary>Time since they were read; null if unknown.</summary>
    public TimeSpan? Age => ReadAt is { } at ? Stopwatch.GetElapsedTime(at) : null;
}

/// <summary>The source of a status daemon's masters.</summary>
internal interface IMastersOrigin : IDisposable
{
    /// <summary>Reads the masters: at least one answer, the newest first.</summary>
    /// <exception cref="StateLostException">They cannot be read.</exception>
    Task<IReadOnlyList<KnownMasters>> Read(CancellationToken cancellation);

    /// <summary>Reads the links of the chain of changes after a serial, in their order.</summary>
    /// <param name="read">Masters of this source, which the links are to prove.</param>
    /// <param name="after">The serial.</param>
    /// <param name="cancellation">Ends the request.</param>
    /// <exception cref="StateLostException">They cannot be read.</exception>
    Task<IReadOnlyList<MastershipLink>> Links(KnownMasters? read, long after, CancellationToken cancellation);

    /// <summary>
    /// Forwards a question about a slot to other daemons if there is no local database; returns their answer unchanged, or null if the database is to be read
    /// here.
    /// </summary>
    /// <exception cref="StateLostException">None of them answers.</exception>
    Task<(HttpStatusCode Status, byte[] Body)?> Forward(string slot, CancellationToken cancellation);
}

/// <summary>
/// Reads from the database itself. Concurrent requests share reads: one read runs at a time, and each request is answered by a read that began after it.
/// </summary>
/// <param name="database">The database.</param>
internal sealed class DatabaseOrigin(string database) : IMastersOrigin
{
    private readonly Lock turn = new();
    private IMastershipDatabase? store;
    private Task<KnownMasters> running = Task.FromException<KnownMasters>(new StateLostException("the masters were not read yet"));
    private Task<KnownMasters>? next;

    public async Task<IReadOnlyList<KnownMasters>> Read(CancellationToken cancellation) => [await ReadShared(cancellation)];

    public Task<IReadOnlyList<MastershipLink>> Links(KnownMasters? read, long after, CancellationToken cancellation) => Task.Run(
        () =>
        {
            store ??= MastershipDatabases.Open(database);
            return store.Links(after);
        },
        cancellation);

    private Task<KnownMasters> ReadShared(CancellationToken cancellation)
    {
        lock (turn)
        {
            if (next is not null)
            {
                return next.WaitAsync(cancellation);
            }

            if (running.IsCompleted)
            {
                running = Task.Run(ReadNow, CancellationToken.None);
                return running.WaitAsync(cancellation);
            }

            next = ReadAfter(running);
            return next.WaitAsync(cancellation);
        }
    }

    public Task<(HttpStatusCode Status, byte[] Body)?> Forward(string slot, CancellationToken cancellation) => Task.FromResult<(HttpStatusCode, byte[])?>(null);

    public void Dispose() => store?.Dispose();

    private async Task<KnownMasters> ReadAfter(Task before)
    {
        // Always yield: the continuation must find itself in "next", even if the previous read has just ended.
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        Task<KnownMasters> reading;
        lock (turn)
        {
            next = null;
            running = reading = Task.Run(ReadNow, CancellationToken.None);
        }

        return await reading.ConfigureAwait(false);
    }

    private KnownMasters ReadNow()
    {
        var at = Stopwatch.GetTimestamp();
        store ??= MastershipDatabases.Open(database);
        return new KnownMasters(store.Read(), at);
    }
}

/// <summary>Reads from other status daemons: the source of a relay, for machines that do not reach the database.</summary>
/// <param name="daemons">Their URLs.</param>
internal sealed class DaemonsOrigin(IReadOnlyList<Uri> daemons) : IMastersOrigin
{
    private readonly HttpClient http = new(PinnedKey.Handler(daemons, TimeSpan.FromSeconds(1))) { Timeout = TimeSpan.FromSeconds(5) };

    public async Task<IReadOnlyList<KnownMasters>> Read(CancellationToken cancellation)
    {
        var answers = await Task.WhenAll(daemons.Select(daemon => ReadOne(daemon, cancellation)));
        return answers.Select(answer => answer.Known).OfType<KnownMasters>().OrderByDescending(known => (known.Snapshot.Serial, known.ReadAt ?? 0)).ToList()
            is { Count: > 0 } known ? known
            : throw new StateLostException($"no status daemon answers with masters: {string.Join("; ", answers.Select(answer => answer.Why))}");
    }

    public async Task<IReadOnlyList<MastershipLink>> Links(KnownMasters? read, long after, CancellationToken cancellation)
    {
        var asked = read?.Daemon ?? daemons[0];
        try
        {
            var body = await http.GetByteArrayAsync(new Uri(asked, string.Create(CultureInfo.InvariantCulture, $"/chain?after={after}")), cancellation);
            return JsonSerializer.Deserialize(body, StoredJson.Default.IReadOnlyListMastershipLink) is { } links
                && links.All(link => link is { Id: not null, Before: not null })
                ? links : throw new JsonException("a link has no id");
        }
        catch (Exception e) when (e is HttpRequestException or JsonException || (e is TaskCanceledException && !cancellation.IsCancellationRequested))
        {
            throw new StateLostException($"{PinnedKey.Show(asked)} does not show the chain of changes since serial {after}: {e.Message}", e);
        }
    }

    public async Task<(HttpStatusCode Status, byte[] Body)?> Forward(string slot, CancellationToken cancellation)
    {
        var why = new List<string>();
        foreach (var daemon in daemons)
        {
            try
            {
                using var answer = await http.GetAsync(new Uri(daemon, $"/confirm?slot={Uri.EscapeDataString(slot)}"), cancellation);
                if (answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.NotFound)
                {
                    return (answer.StatusCode, await answer.Content.ReadAsByteArrayAsync(cancellation));
                }

                why.Add($"{PinnedKey.Show(daemon)} answers {(int)answer.StatusCode}");
            }
            catch (Exception e) when (e is HttpRequestException || (e is TaskCanceledException && !cancellation.IsCancellationRequested))
            {
                why.Add($"{PinnedKey.Show(daemon)}: {PinnedKey.Why(e)}");
            }
        }

        throw new StateLostException($"no status daemon can confirm a master now: {string.Join("; ", why)}");
    }

    public void Dispose() => http.Dispose();

    private async Task<(KnownMasters? Known, string Why)> ReadOne(Uri daemon, CancellationToken cancellation)
    {
        try
        {
            using var soon = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            soon.CancelAfter(TimeSpan.FromSeconds(2));
            var at = Stopwatch.GetTimestamp();
            var problems = new DiagnosticBag();
            var read = MastershipExport.Read(await http.GetByteArrayAsync(new Uri(daemon, "/masters"), soon.Token), PinnedKey.Show(daemon), problems);
            return read is { } found
                ? (new KnownMasters(found.Snapshot, found.Age is { } age ? at - (long)(age.TotalSeconds * Stopwatch.Frequency) : null) { Daemon = daemon }, "")
                : (null, problems.InOrder()[0].ToString());
        }
        catch (Exception e) when (e is HttpRequestException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return (null, $"{PinnedKey.Show(daemon)}: {PinnedKey.Why(e)}");
        }
    }
}
