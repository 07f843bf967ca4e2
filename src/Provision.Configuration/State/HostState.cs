using System.Text.Json.Serialization;
using Provision.Configuration.Desired;

namespace Provision.Configuration.State;

/// <summary>Where the content of a file that we wrote is kept: a stretch of a pack below <c>/var/lib/provision/packs</c>.</summary>
/// <param name="Sha256">Hash of the content, lower-case hex.</param>
/// <param name="Pack">Number of the pack, which is the generation that wrote it.</param>
/// <param name="Offset">First byte in the pack.</param>
/// <param name="Length">Bytes.</param>
public sealed record ContentRef(string Sha256, int Pack, long Offset, int Length);

/// <summary>A file as we wrote it, or as we found it before we first wrote it.</summary>
/// <param name="Content">Where its content is kept.</param>
/// <param name="Mode">Permission bits.</param>
/// <param name="Uid">User id.</param>
/// <param name="Gid">Group id.</param>
public sealed record FileImage(ContentRef Content, int Mode, uint Uid, uint Gid)
{
    /// <summary>Where a symbolic link points, when the path held a link and no file; the content is then empty.</summary>
    public string? LinkTarget { get; init; }
}

/// <summary>A file that we manage on this host.</summary>
/// <param name="Image">What we wrote.</param>
/// <param name="Config">Its config directory.</param>
/// <param name="Instance">The slot or other element it was made for; null for the host's own.</param>
/// <param name="Units">Units that use it.</param>
/// <param name="Secrets">Parts of the text that are secret.</param>
/// <param name="DependsOnMasters">Whether its text depends on mastership.</param>
public sealed record ManagedFile(
    FileImage Image, string Config, string? Instance, IReadOnlyList<string> Units, IReadOnlyList<SecretSpan> Secrets, bool DependsOnMasters);

/// <summary>Something that was due for a unit, or a check that was due for a file, and has not been done.</summary>
/// <param name="Unit">The unit, or the path of the file whose check is owed.</param>
/// <param name="Action">What is owed.</param>
/// <param name="Generation">The generation that made it due.</param>
/// <param name="Since">When it became due, in UTC; a unit that started later has had it.</param>
/// <param name="Reason">Why, for people: the changed file or line.</param>
public sealed record OwedAction(string Unit, UnitAction Action, int Generation, DateTimeOffset Since, string Reason);

/// <summary>What a unit was last started or reloaded with.</summary>
/// <param name="ConfigHash">Hash over the paths and contents of its files at that time.</param>
/// <param name="InvocationId">systemd's id of that run; empty where it was not asked.</param>
public sealed record UnitRecord(string ConfigHash, string InvocationId);

/// <summary>
/// What provision remembers on a host, below <c>/var/lib/provision</c>. Written with a rename, after the files it
/// speaks of.
/// </summary>
public sealed record HostState
{
    /// <summary>Format of this record; a newer one than this program knows is refused.</summary>
    public int Format { get; init; } = CurrentFormat;

    /// <summary>The format that this program writes.</summary>
    public const int CurrentFormat = 1;

    /// <summary>The host that the files were rendered for; empty before the first install.</summary>
    public string Host { get; init; } = "";

    /// <summary>The last generation; 0 before the first install.</summary>
    public int Generation { get; init; }

    /// <summary>
    /// The commit that the whole host was last found as, or brought to, in 12 digits (<see cref="Plans.Revision.Short"/>); an install of a part does not change it.
    /// Null where a program wrote this record that did not know it.
    /// </summary>
    public string? Commit { get; init; }

    /// <summary>Managed files by path.</summary>
    public SortedDictionary<string, ManagedFile> Files { get; init; } = new(StringComparer.Ordinal);

    /// <summary>What is owed to units, by unit.</summary>
    public SortedDictionary<string, OwedAction> Owed { get; init; } = new(StringComparer.Ordinal);

    /// <summary>Checks that could not be run, by path.</summary>
    public SortedDictionary<string, OwedAction> OwedChecks { get; init; } = new(StringComparer.Ordinal);

    /// <summary>What each unit runs with, by unit.</summary>
    public SortedDictionary<string, UnitRecord> Units { get; init; } = new(StringComparer.Ordinal);

    /// <summary>Folders that we made and may remove again when they are empty.</summary>
    public SortedSet<string> Folders { get; init; } = new(StringComparer.Ordinal);
}

/// <summary>How a generation came to be.</summary>
public enum GenerationKind
{
    /// <summary>By <c>provision install</c>.</summary>
    Install,

    /// <summary>By <c>provision rollback</c>.</summary>
    Rollback,

    /// <summary>Put back because a unit failed.</summary>
    Undo,
}

/// <summary>One entry of the host's history: which files changed, and what they were before.</summary>
public sealed record Generation
{
    /// <summary>Number, counted from 1.</summary>
    public required int Number { get; init; }

    /// <summary>How it came to be.</summary>
    public required GenerationKind Kind { get; init; }

    /// <summary>When, in UTC.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>The repository's commit, with <c>-dirty</c> behind it where the tree was not clean.</summary>
    public required string Commit { get; init; }

    /// <summary>Serial of the masters that were rendered.</summary>
    public required long MastersSerial { get; init; }

    /// <summary>All managed files after it.</summary>
    public required SortedDictionary<string, ManagedFile> Files { get; init; }

    /// <summary>What each changed path held before; null where it held nothing.</summary>
    public required SortedDictionary<string, FileImage?> Before { get; init; }

    /// <summary>Units acted on, as <c>action unit</c>.</summary>
    public IReadOnlyList<string> Actions { get; init; } = [];
}

/// <summary>JSON of the state, without reflection.</summary>
[JsonSourceGenerationOptions(WriteIndented = false, UseStringEnumConverter = true)]
[JsonSerializable(typeof(HostState))]
[JsonSerializable(typeof(Generation))]
[JsonSerializable(typeof(Apply.Journal))]
internal sealed partial class StateJson : JsonSerializerContext;
