using Provision.Stores.Mastership;

namespace Provision.Stores.StatusDaemon;

/// <summary>Caches the last known masters: in memory, and in a file for use after a restart.</summary>
/// <param name="origin">The source of the masters; closed with this object.</param>
/// <param name="remembered">The cache file.</param>
/// <param name="say">Receives log lines.</param>
internal sealed class MastersCache(IMastersOrigin origin, string remembered, Action<string> say) : IDisposable
{
    /// <summary>The maximum age of a live read.</summary>
    public static readonly TimeSpan Live = TimeSpan.FromSeconds(1.5);

    private readonly Lock turn = new();
    private volatile KnownMasters? known = Remembered(remembered, say);
    private string? lost = "";

    /// <summary>The last known masters; null if none were ever read.</summary>
    public KnownMasters? Known => known;

    /// <summary>Reads the masters again; a failure is logged once.</summary>
    public async Task Refresh(CancellationToken cancellation)
    {
        try
        {
            Take(await origin.Read(cancellation));
            if (lost is not null)
            {
                say("the masters are read");
            }

            lost = null;
        }
        catch (StateLostException e)
        {
            if (lost != e.Message)
            {
                say($"{e.Message}; the last known masters are still reported, and nothing is confirmed");
            }

            lost = e.Message;
        }
    }

    /// <summary>Caches what was read.</summary>
    /// <exception cref="StateLostException">It is older than the cached snapshot: the database was replaced by an old copy, whose masters may be
    /// wrong.</exception>
    public void Take(KnownMasters read)
    {
        lock (turn)
        {
            if (known is { } before && read.Snapshot.Serial < before.Snapshot.Serial)
            {
                throw new StateLostException(
                    $"the masters went back from serial {before.Snapshot.Serial} to {read.Snapshot.Serial}: an old copy of the database was put in place; " +
                    $"restore the last export (provision masters restore FILE --force), or, if it is right as it is, stop this daemon and remove {remembered}");
            }

            var isNew = known?.Snapshot.Serial != read.Snapshot.Serial;
            if (isNew || known?.ReadAt is not { } at || read.ReadAt > at)
            {
                known = read;
            }

            if (isNew)
            {
                Remember(read.Snapshot);
            }
        }
    }

    public void Dispose() => origin.Dispose();

    private static KnownMasters? Remembered(string file, Action<string> say)
    {
        try
        {
            var problems = new DiagnosticBag();
            if (File.Exists(file))
            {
                var read = MastershipExport.Read(File.ReadAllBytes(file), file, problems);
                problems.InOrder().ToList().ForEach(problem => say(problem.ToString()));
                return read is { } found ? new KnownMasters(found.Snapshot, null) : null;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            say($"{file}: {e.Message}");
        }

        return null;
    }

    private void Remember(MastershipSnapshot snapshot)
    {
        try
        {
            using var files = RootedFiles.Open("/");
            AtomicFile.Write(files, Path.GetFullPath(remembered), MastershipExport.ToBytes(snapshot), FileModes.Private);
        }
        catch (IOException e)
        {
            say($"the masters cannot be cached for use after a restart: {e.Message}");
        }
    }
}
