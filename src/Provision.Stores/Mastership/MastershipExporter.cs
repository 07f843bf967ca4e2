namespace Provision.Stores.Mastership;

/// <summary>
/// Exports snapshots to all destinations in the background: an unreachable destination neither delays nor undoes a change. Failed exports stay pending and are
/// retried.
/// </summary>
/// <param name="destinations">The destinations.</param>
/// <param name="say">Receives pending exports, one log line each.</param>
public sealed class MastershipExporter(IReadOnlyList<ExportDestination> destinations, Action<string> say) : IDisposable
{
    private readonly Lock turn = new();
    private readonly Dictionary<string, long> written = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> failed = new(StringComparer.Ordinal);
    private MastershipSnapshot? newest;
    private Task working = Task.CompletedTask;

    /// <summary>The error of each destination that lacks the newest snapshot.</summary>
    public IReadOnlyList<string> Owed
    {
        get
        {
            lock (turn)
            {
                return [.. failed.OrderBy(one => one.Key, StringComparer.Ordinal).Select(one => $"export to {one.Key} is owed: {one.Value}")];
            }
        }
    }

    /// <summary>Starts exporting a snapshot to every destination that does not have it; returns at once.</summary>
    public void Begin(MastershipSnapshot snapshot)
    {
        lock (turn)
        {
            if (newest is null || snapshot.Serial > newest.Serial)
            {
                newest = snapshot;
            }

            working = working.ContinueWith(_ => WriteNewest(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    /// <summary>Waits for the exports that were started.</summary>
    public void Finish()
    {
        Task last;
        lock (turn)
        {
            last = working;
        }

        last.Wait();
    }

    /// <inheritdoc/>
    public void Dispose() => Finish();

    private void WriteNewest()
    {
        MastershipSnapshot snapshot;
        lock (turn)
        {
            snapshot = newest!;
        }

        foreach (var destination in destinations.Where(one => written.GetValueOrDefault(one.Name, -1) < snapshot.Serial))
        {
            var why = destination.Write(snapshot);
            bool isNews;
            lock (turn)
            {
                isNews = failed.GetValueOrDefault(destination.Name) != why;
                if (why is null)
                {
                    failed.Remove(destination.Name);
                    written[destination.Name] = snapshot.Serial;
                }
                else
                {
                    failed[destination.Name] = why;
                }
            }

            if (isNews)
            {
                say(why is null ? $"export to {destination.Name} is made up for"
                    : $"export to {destination.Name} is owed: {why}; it is tried again with the next change, and by provision masters serve every minute");
            }
        }
    }
}

/// <summary>A database of masters that exports every change; closing it waits for the exports that were started.</summary>
/// <param name="database">The database; closed with this object.</param>
/// <param name="exporter">Exports the changes; closed with this object.</param>
public sealed class ExportingMastershipDatabase(IMastershipDatabase database, MastershipExporter exporter) : IMastershipDatabase
{
    /// <inheritdoc/>
    public MastershipSnapshot Read() => database.Read();

    /// <inheritdoc/>
    public (MastershipSnapshot? After, string? Refusal) Change(MastershipChange change) => Exported(database.Change(change));

    /// <inheritdoc/>
    public IReadOnlyList<MastershipLink> Links(long after) => database.Links(after);

    /// <inheritdoc/>
    public string? Weakness() => database.Weakness();

    /// <inheritdoc/>
    public IReadOnlyList<MastershipEvent> History(string? store, int most) => database.History(store, most);

    /// <inheritdoc/>
    public (MastershipSnapshot? After, string? Refusal) Restore(MastershipSnapshot exported, string by, DateTimeOffset at, bool force) =>
        Exported(database.Restore(exported, by, at, force));

    /// <inheritdoc/>
    public void Dispose()
    {
        exporter.Dispose();
        database.Dispose();
    }

    private (MastershipSnapshot? After, string? Refusal) Exported((MastershipSnapshot? After, string? Refusal) result)
    {
        if (result.After is { } after)
        {
            exporter.Begin(after);
        }

        return result;
    }
}
