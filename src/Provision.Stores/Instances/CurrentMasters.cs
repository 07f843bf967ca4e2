using Provision.Configuration.State;
using Provision.Inventory;
using Provision.Stores.Mastership;

namespace Provision.Stores.Instances;

/// <summary>Places that may know the current masters.</summary>
[Flags]
public enum MastersSources
{
    /// <summary>The snapshot that the host cached.</summary>
    Cache = 1,

    /// <summary>The database, if it is a file of this machine.</summary>
    Database = 2,

    /// <summary>The status daemons of the inventory; asking them takes seconds if none answers.</summary>
    Daemons = 4,

    /// <summary>What a machine knows without asking another.</summary>
    OfMachine = Database | Cache,

    /// <summary>All of them.</summary>
    All = Daemons | OfMachine,
}

/// <summary>The current masters: the first answer of the sources, asked in a fixed order. A daemon is asked once, on first use.</summary>
/// <param name="servers">URLs of the daemons, queried in this order.</param>
/// <param name="database">The database of the inventory.</param>
/// <param name="warn">Receives a sentence for each source that should have answered.</param>
public sealed class CurrentMasters(IReadOnlyList<string> servers, string database, Action<string> warn)
{
    /// <summary>The masters a host last knew; its configuration is rendered with them.</summary>
    public const string CachePath = StateStore.Folder + "/masters.json";

    private static readonly (MastersSources Source, string Words, Func<CurrentMasters, IMachineFiles, Masters?> Ask)[] Sources =
    [
        (MastersSources.Daemons, "status daemons", (current, _) => current.Snapshot?.ToMasters()),
        (MastersSources.Database, "local database", (current, _) => current.OfDatabase()),
        (MastersSources.Cache, "cached snapshot", (_, files) => OfCache(files)),
    ];

    private readonly Lazy<(MastershipSnapshot? Snapshot, IReadOnlyList<string> Failures)> answer = new(() =>
    {
        using var question = new MasterQuestion([.. servers.Select(url => new Uri(url))]);
        return (question.AskAll(), question.Failures);
    });

    /// <summary>The sources in the order in which they are asked, for help texts.</summary>
    public static string Order => $"{string.Join(", ", Sources.Select(source => source.Words))}, first slot of each store";

    /// <summary>The snapshot of the status daemons; null if none answered.</summary>
    public MastershipSnapshot? Snapshot => answer.Value.Snapshot;

    /// <summary>True if the status daemons were asked and one answered.</summary>
    public bool IsLive => answer.IsValueCreated && Snapshot is not null;

    /// <summary>One sentence for each daemon that was asked and did not answer, with the reason.</summary>
    public string Failures => answer.IsValueCreated ? string.Join("; ", answer.Value.Failures) : "";

    /// <summary>Returns the masters of the first source that has an answer; the first slot of each store if none has.</summary>
    /// <param name="asked">The sources to ask.</param>
    /// <param name="files">The root that may have a cached snapshot.</param>
    /// <exception cref="InvalidDataException">The cached snapshot cannot be read.</exception>
    public Masters Read(MastersSources asked, IMachineFiles files) =>
        Sources.Where(source => asked.HasFlag(source.Source)).Select(source => source.Ask(this, files)).FirstOrDefault(found => found is not null)
            ?? Masters.Default;

    /// <summary>Returns the cached masters; the first slot of each store if there are none.</summary>
    /// <exception cref="InvalidDataException">The cached snapshot cannot be read.</exception>
    public static Masters Cached(IMachineFiles files) => OfCache(files) ?? Masters.Default;

    private static Masters? OfCache(IMachineFiles files)
    {
        if (files.Read(CachePath) is not { } found)
        {
            return null;
        }

        var problems = new DiagnosticBag();
        return Masters.FromJson(found.Content, CachePath, problems) ?? throw new InvalidDataException(string.Join("; ", problems.InOrder()));
    }

    private Masters? OfDatabase()
    {
        if (MastershipDatabases.IsServer(database) || !File.Exists(database))
        {
            return null;
        }

        try
        {
            using var store = MastershipDatabases.Open(database);
            return store.Read().ToMasters();
        }
        catch (StateLostException e)
        {
            warn($"{e.Message}; the cached masters are used");
            return null;
        }
    }
}
