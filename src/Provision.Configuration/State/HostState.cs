using System.Text.Json.Serialization;
using Provision.Configuration.Desired;

namespace Provision.Configuration.State;

/// <summary>Reference to the content of a file that provision wrote: a range of a pack below <c>/var/lib/provision/packs</c>.</summary>
/// <param name="Sha256">Hash of the content, lower-case hex.</param>
/// <param name="Pack">Number of the pack, which is the generation that wrote it.</param>
/// <param name="Offset">First byte in the pack.</param>
/// <param name="Length">Number of bytes.</param>
public sealed record ContentRef(string Sha256, int Pack, long Offset, int Length);

/// <summary>A file as provision wrote it, or as it was before provision first wrote it.</summary>
/// <param name="Content">Reference to its content.</param>
/// <param name="Mode">Permission bits.</param>
/// <param name="Uid">User id.</param>
/// <param name="Gid">Group id.</param>
public sealed record FileImage(ContentRef Content, int Mode, uint Uid, uint Gid)
{
    /// <summary>Target of a symbolic link, if the path held a link instead of a file; the content is then empty.</summary>
    public string? LinkTarget { get; init; }

    /// <summary>Extended attributes that the file had before provision replaced it (<see cref="FileContent.Attributes"/>); null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SortedDictionary<string, byte[]>? Attributes { get; init; }
}

/// <summary>A file that provision manages on this host.</summary>
/// <param name="Image">The file as provision wrote it.</param>
/// <param name="Config">Its config directory.</param>
/// <param name="Instance">The slot or other element it was rendered for; null for the host's own files.</param>
/// <param name="Units">Units that use it.</param>
/// <param name="Secrets">Secret parts of the text.</param>
/// <param name="IsVolatile">Whether its text depends on values that change without a commit.</param>
public sealed record ManagedFile(
    FileImage Image, string Config, string? Instance, IReadOnlyList<string> Units, IReadOnlyList<SecretSpan> Secrets,
    [property: JsonPropertyName("DependsOnMasters")] bool IsVolatile);

/// <summary>An action owed to a unit, or a check owed to a file.</summary>
/// <param name="Unit">The unit, or the path of the file to check.</param>
/// <param name="Action">The action that is owed.</param>
/// <param name="Generation">The generation that required it.</param>
/// <param name="Since">When it became due, in UTC; it is satisfied for a unit started later.</param>
/// <param name="Reason">The changed file or line that requires it, for display.</param>
public sealed record OwedAction(string Unit, UnitAction Action, int Generation, DateTimeOffset Since, string Reason);

/// <summary>The configuration that a unit was last started or reloaded with.</summary>
/// <param name="ConfigHash">Hash of the paths and contents of its files at that time.</param>
/// <param name="InvocationId">systemd's id of that run; empty if unknown.</param>
public sealed record UnitRecord(string ConfigHash, string InvocationId);

/// <summary>The host record: what provision remembers on a host, below <c>/var/lib/provision</c>. Replaced by rename, after the files it describes.</summary>
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

    /// <summary>The first 12 digits of the commit that the whole host last matched or was brought to (<see cref="Plans.Revision.Short"/>); an install of a part
    /// does not change it. Null if the record was written by a program version without this field.</summary>
    public string? Commit { get; init; }

    /// <summary>Managed files by path.</summary>
    public SortedDictionary<string, ManagedFile> Files { get; init; } = new(StringComparer.Ordinal);

    /// <summary>Actions owed to units, by unit.</summary>
    public SortedDictionary<string, OwedAction> Owed { get; init; } = new(StringComparer.Ordinal);

    /// <summary>Checks that could not be run, by path.</summary>
    public SortedDictionary<string, OwedAction> OwedChecks { get; init; } = new(StringComparer.Ordinal);

    /// <summary>The configuration each unit runs with, by unit.</summary>
    public SortedDictionary<string, UnitRecord> Units { get; init; } = new(StringComparer.Ordinal);

    /// <summary>Directories that provision created and may remove when they are empty.</summary>
    public SortedSet<string> Folders { get; init; } = new(StringComparer.Ordinal);

    /// <summary>The last install, if it failed; null after a good one.</summary>
    public FailedInstall? Failed { get; init; }
}

/// <summary>An install that did not bring the host to its commit.</summary>
/// <param name="Time">When, in UTC.</param>
/// <param name="Commit">The commit that it was to install.</param>
/// <param name="By">Who ran it; null if unknown.</param>
/// <param name="Why">The first line of the error.</param>
/// <param name="RolledBack">Whether files had been changed and were restored.</param>
public sealed record FailedInstall(DateTimeOffset Time, string Commit, string? By, string Why, bool RolledBack);

/// <summary>How a generation came about.</summary>
public enum GenerationKind
{
    /// <summary>By <c>provision install</c>.</summary>
    Install,

    /// <summary>By <c>provision rollback</c>.</summary>
    Rollback,

    /// <summary>Rolled back because a unit failed.</summary>
    Undo,
}

/// <summary>One entry of the host's history: the files that changed, and their previous contents.</summary>
public sealed record Generation
{
    /// <summary>1-based number.</summary>
    public required int Number { get; init; }

    /// <summary>How it came about.</summary>
    public required GenerationKind Kind { get; init; }

    /// <summary>Time, in UTC.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>The commit that the files are of, followed by <c>-dirty</c> if the tree was not clean; after an undo, the commit that was restored.</summary>
    public required string Commit { get; init; }

    /// <summary>Serial of the rendered masters.</summary>
    public required long MastersSerial { get; init; }

    /// <summary>All managed files after this generation.</summary>
    public required SortedDictionary<string, ManagedFile> Files { get; init; }

    /// <summary>The previous file of each changed path; null if there was none.</summary>
    public required SortedDictionary<string, FileImage?> Before { get; init; }

    /// <summary>Units acted on, as <c>action unit</c>.</summary>
    public IReadOnlyList<string> Actions { get; init; } = [];

    /// <summary>Who ran it, as <c>user@host</c>; null if unknown.</summary>
    public string? By { get; init; }

    /// <summary>Why it was done: the reason given for an override, or what was undone; null if there is none.</summary>
    public string? Reason { get; init; }
}

/// <summary>JSON serialization of the records, without reflection.</summary>
[JsonSourceGenerationOptions(WriteIndented = false, UseStringEnumConverter = true)]
[JsonSerializable(typeof(HostState))]
[JsonSerializable(typeof(Generation))]
[JsonSerializable(typeof(Journal))]
internal sealed partial class StateJson : JsonSerializerContext;
