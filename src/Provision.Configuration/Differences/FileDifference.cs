using Provision.Configuration.Desired;
using Provision.Configuration.State;

namespace Provision.Configuration.Differences;

/// <summary>The result of a three-way comparison: the file provision wrote last, the file on the machine, and the desired file.</summary>
public enum Verdict
{
    /// <summary>The file is up to date.</summary>
    Same,

    /// <summary>The file is desired but missing, and provision never wrote it.</summary>
    New,

    /// <summary>The repository changed; the host still has what provision wrote (or what was there before).</summary>
    Update,

    /// <summary>The file was changed on the host; the repository did not change.</summary>
    Drift,

    /// <summary>Both changed, and differently.</summary>
    Conflict,

    /// <summary>Provision wrote it, and the inventory no longer requires it.</summary>
    Gone,

    /// <summary>The desired content is unknown, because a secret could not be read.</summary>
    Unknown,
}

/// <summary>What is at a path of the machine.</summary>
/// <param name="Facts">Kind, mode, owner.</param>
/// <param name="Content">Bytes of a regular file; null for anything else.</param>
/// <param name="LinkTarget">Target of a symbolic link; null for anything else.</param>
public sealed record ObservedFile(FileFacts Facts, byte[]? Content, string? LinkTarget)
{
    /// <summary>The size in bytes up to which a file is read, to be kept for a rollback.</summary>
    public const long LargestKept = 256 * 1024 * 1024;

    /// <summary>Extended attributes of a regular file (<see cref="FileContent.Attributes"/>).</summary>
    public IReadOnlyDictionary<string, byte[]> Attributes { get; init; } = ExtendedAttributes.None;

    /// <summary>SHA-256 of the content, lower-case hex.</summary>
    public string Sha256 => sha256 ??= Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Content ?? []));

    private string? sha256;

    /// <summary>Reads a path of a machine without following a link at its end; null if nothing is there.</summary>
    public static ObservedFile? At(IMachineFiles files, string path)
    {
        if (files.Read(path) is { } file)
        {
            return new ObservedFile(file.Facts, file.Content, null) { Attributes = file.Attributes };
        }

        return files.Stat(path) is { } facts ? new ObservedFile(facts, null, facts.Kind == FileKind.Link ? files.ReadLink(path) : null) : null;
    }
}

/// <summary>One compared file.</summary>
public sealed record FileDifference
{
    /// <summary>Path from <c>/</c>.</summary>
    public required string Path { get; init; }

    /// <summary>The verdict.</summary>
    public required Verdict Verdict { get; init; }

    /// <summary>What differs, as phrases: <c>content</c>, <c>mode 0644, should be 0600</c>, ...</summary>
    public IReadOnlyList<string> Reasons { get; init; } = [];

    /// <summary>The desired file; null for a file removed from the inventory.</summary>
    public DesiredFile? Desired { get; init; }

    /// <summary>Its desired numeric owner; null if the root has no user database.</summary>
    public Owner? DesiredOwner { get; init; }

    /// <summary>The file on the machine; null if there is none.</summary>
    public ObservedFile? Observed { get; init; }

    /// <summary>The file provision wrote last; null if it never did.</summary>
    public ManagedFile? Base { get; init; }

    /// <summary>True for a file that was removed from the inventory but was edited or is not a regular file: it is reported and kept.</summary>
    public bool Kept { get; init; }

    /// <summary>True if an install would change the file.</summary>
    public bool NeedsWriting => Verdict is not (Verdict.Same or Verdict.Unknown) && !Kept;

    /// <summary>The config directory it belongs to.</summary>
    public string Config => Desired?.Config ?? Base?.Config ?? "";

    /// <summary>The slot or other element it belongs to; null for the host's own files.</summary>
    public string? Instance => Desired is not null ? Desired.Instance : Base?.Instance;

    /// <summary>Units that use it.</summary>
    public IReadOnlyList<string> Units => Desired?.Units ?? Base?.Units ?? [];

    /// <summary>The changed lines as hunks, including secrets; nothing of them may be printed before redaction.</summary>
    public IReadOnlyList<Hunk> Hunks { get; init; } = [];
}
