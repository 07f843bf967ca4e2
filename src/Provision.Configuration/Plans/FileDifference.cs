using Provision.Configuration.Desired;
using Provision.Configuration.State;

namespace Provision.Configuration.Plans;

/// <summary>Why a file is as it is, from three sides: what we wrote last, what is there, and what should be there.</summary>
public enum Verdict
{
    /// <summary>The file is as it should be.</summary>
    Same,

    /// <summary>It should be there and is not, and we never wrote it.</summary>
    New,

    /// <summary>The repository changed; the host still has what we wrote (or what was there before us).</summary>
    Update,

    /// <summary>The host was changed by somebody; the repository did not change.</summary>
    Drift,

    /// <summary>Both changed, and differently.</summary>
    Conflict,

    /// <summary>We wrote it, and the inventory does not ask for it any more.</summary>
    Gone,

    /// <summary>What should be there is not known, because a secret could not be read.</summary>
    Unknown,
}

/// <summary>What is at a path of the machine.</summary>
/// <param name="Facts">Kind, mode, owner.</param>
/// <param name="Content">Bytes of a regular file; null for anything else.</param>
/// <param name="LinkTarget">Where a symbolic link points; null for anything else.</param>
public sealed record ObservedFile(FileFacts Facts, byte[]? Content, string? LinkTarget)
{
    /// <summary>SHA-256 of the content, lower-case hex.</summary>
    public string Sha256 => sha256 ??= Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Content ?? []));

    private string? sha256;

    /// <summary>Looks at a path of a machine; a link at its end is not followed. Null where nothing is.</summary>
    public static ObservedFile? At(IMachineFiles files, string path)
    {
        if (files.Read(path) is { } file)
        {
            return new ObservedFile(file.Facts, file.Content, null);
        }

        return files.Stat(path) is { } facts ? new ObservedFile(facts, null, facts.Kind == FileKind.Link ? files.ReadLink(path) : null) : null;
    }
}

/// <summary>One file, compared.</summary>
public sealed record FileDifference
{
    /// <summary>Path from <c>/</c>.</summary>
    public required string Path { get; init; }

    /// <summary>The verdict.</summary>
    public required Verdict Verdict { get; init; }

    /// <summary>What differs, in words: <c>content</c>, <c>mode 0644, should be 0600</c>, ...</summary>
    public IReadOnlyList<string> Reasons { get; init; } = [];

    /// <summary>What should be there; null for a file that left the inventory.</summary>
    public DesiredFile? Desired { get; init; }

    /// <summary>Numeric owner to give it; null where the root has no user database.</summary>
    public Owner? DesiredOwner { get; init; }

    /// <summary>What is there; null where nothing is.</summary>
    public ObservedFile? Observed { get; init; }

    /// <summary>What we wrote last; null where we never did.</summary>
    public ManagedFile? Base { get; init; }

    /// <summary>
    /// True for a file that left the inventory but was edited or is no regular file: it is reported and kept.
    /// </summary>
    public bool Kept { get; init; }

    /// <summary>True where an install has something to do to the file.</summary>
    public bool NeedsWriting => Verdict is not (Verdict.Same or Verdict.Unknown) && !Kept;

    /// <summary>The config directory it belongs to.</summary>
    public string Config => Desired?.Config ?? Base?.Config ?? "";

    /// <summary>The slot or other element it belongs to; null for the host's own files.</summary>
    public string? Instance => Desired is not null ? Desired.Instance : Base?.Instance;

    /// <summary>Units that use it.</summary>
    public IReadOnlyList<string> Units => Desired?.Units ?? Base?.Units ?? [];

    /// <summary>The changed lines as hunks, with every secret still in them; see <see cref="Redaction"/>.</summary>
    public IReadOnlyList<Hunk> Hunks { get; init; } = [];
}
