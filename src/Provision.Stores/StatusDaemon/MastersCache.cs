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
    private string? unproven;

    /// <summary>The last known masters; null if none were ever read.</summary>
    public KnownMasters? Known => known;

    /// <summary>Reads the masters again; a failure is logged once.</summary>
    public async Task Refresh(CancellationToken cancellation)
    {
        try
        {
            await TakeFirstProven(await origin.Read(cancellation), cancellation);
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
    /// <exception cref="StateLostException">It is older than the cached snapshot, or the chain of changes does not prove that it followed from it: the
    /// database was replaced by an old copy, whose masters may be wrong.</exception>
    public async Task Take(KnownMasters read, CancellationToken cancellation)
    {
        while (true)
        {
            var before = known;
            var links = before?.Snapshot is { Head: not null } seen && read.Snapshot.Serial > seen.Serial && seen.Head != read.Snapshot.Head
                ? await origin.Links(read, seen.Serial, cancellation) : [];
            lock (turn)
            {
                if (!ReferenceEquals(before?.Snapshot, known?.Snapshot))
                {
                    continue;
                }

                Keep(read, links);
                return;
            }
        }
    }

    /// <summary>One daemon with masters that nothing proves does not hide the others.</summary>
    private async Task TakeFirstProven(IReadOnlyList<KnownMasters> answers, CancellationToken cancellation)
    {
        StateLostException? first = null;
        foreach (var answer in answers)
        {
            try
            {
                await Take(answer, cancellation);
                if (first is not null && unproven != first.Message)
                {
                    say(first.Message);
                }

                unproven = first?.Message;
                return;
            }
            catch (StateLostException e)
            {
                first ??= e;
            }
        }

        throw first!;
    }

    private void Keep(KnownMasters read, IReadOnlyList<MastershipLink> links)
    {
        var from = read.Daemon is { } daemon ? $"{PinnedKey.Show(daemon)}: " : "";
        if (known is { } before)
        {
            if (read.Snapshot.Serial < before.Snapshot.Serial)
            {
                throw new StateLostException(
                    $"{from}the masters went back from serial {before.Snapshot.Serial} to {read.Snapshot.Serial}: " +
                    $"an old copy of the database was put in place; {Way}");
            }

            if (MastershipLink.WhyNot(before.Snapshot, read.Snapshot, links) is { } why)
            {
                throw new StateLostException($"{from}{why}: an old copy of the database was put in place and changed since; {Way}");
            }
        }

        var isNew = known?.Snapshot.Serial != read.Snapshot.Serial || known.Snapshot.Head != read.Snapshot.Head;
        if (isNew || known?.ReadAt is not { } at || read.ReadAt > at)
        {
            known = read;
        }

        if (isNew)
        {
            Remember(read.Snapshot);
        }
    }

    private string Way => "restore the last export (provision masters restore FILE --force), or, if it is right as it is, " +
        $"stop this daemon and remove {remembered}";

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
