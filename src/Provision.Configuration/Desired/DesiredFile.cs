namespace Provision.Configuration.Desired;

/// <summary>A file's owner by name, as a template's head says it.</summary>
/// <param name="User">User name, such as <c>www-data</c>.</param>
/// <param name="Group">Group name, such as <c>adm</c>.</param>
public readonly record struct OwnerNames(string User, string Group)
{
    /// <summary><c>user:group</c>.</summary>
    public override string ToString() => $"{User}:{Group}";
}

/// <summary>What happens to a unit when a file of it changes; a later value is stronger.</summary>
public enum UnitAction
{
    /// <summary>Nothing: the daemon reads the file by itself, or at its next start.</summary>
    None,

    /// <summary><c>systemctl reload</c>.</summary>
    Reload,

    /// <summary><c>systemctl restart</c>; starts the unit where it is not running.</summary>
    Restart,

    /// <summary><c>systemctl stop</c>, for a unit that nothing asks for any more.</summary>
    Stop,
}

/// <summary>One rule of a template's <c>on_change</c>.</summary>
/// <param name="Match">A .NET regular expression searched in each changed line; null matches every line.</param>
/// <param name="Action">What a matching line asks for.</param>
public sealed record ChangeRule(string? Match, UnitAction Action);

/// <summary>A checker's command line, not yet bound to a place.</summary>
/// <param name="Arguments">Program and arguments with the final path of the file in them; never through a shell.</param>
/// <param name="Silent">Whether the checker must also print nothing.</param>
public sealed record FileCheck(IReadOnlyList<string> Arguments, bool Silent)
{
    /// <summary>The program's name.</summary>
    public string Program => Arguments[0];
}

/// <summary>A part of a file that must not be shown.</summary>
/// <param name="Start">0-based UTF-16 offset in the text.</param>
/// <param name="Length">UTF-16 units.</param>
/// <param name="Name">Name of the secret.</param>
public readonly record struct SecretSpan(int Start, int Length, string Name);

/// <summary>One file that a host should have, rendered.</summary>
public sealed record DesiredFile
{
    /// <summary>Path from <c>/</c>.</summary>
    public required string Path { get; init; }

    /// <summary>The rendered text.</summary>
    public required string Text { get; init; }

    /// <summary>The text as the file's bytes, UTF-8 without a byte order mark.</summary>
    public required byte[] Content { get; init; }

    /// <summary>SHA-256 of <see cref="Content"/>, lower-case hex; worked out when first asked for.</summary>
    public string Sha256 => sha256 ??= Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Content));

    /// <summary>Permission bits.</summary>
    public required int Mode { get; init; }

    /// <summary>Owner by name.</summary>
    public required OwnerNames Owner { get; init; }

    /// <summary>The config directory it belongs to, such as <c>ssh</c>.</summary>
    public required string Config { get; init; }

    /// <summary>The element of <c>each</c> it was made for, by name (<c>sloti33d1t01</c>); null for a file of the host.</summary>
    public required string? Instance { get; init; }

    /// <summary>The template it comes from.</summary>
    public required Location Template { get; init; }

    /// <summary>Units that use it.</summary>
    public IReadOnlyList<string> Units { get; init; } = [];

    /// <summary>What a change does to the units; the first matching rule of each changed line counts. Empty means restart.</summary>
    public IReadOnlyList<ChangeRule> OnChange { get; init; } = [];

    /// <summary>Checks to run before it is put in place.</summary>
    public IReadOnlyList<FileCheck> Checks { get; init; } = [];

    /// <summary>Units of lower order are acted on first; 50 unless the template says otherwise.</summary>
    public int Order { get; init; } = 50;

    /// <summary>Parts of <see cref="Text"/> that came from secrets, in order.</summary>
    public IReadOnlyList<SecretSpan> Secrets { get; init; } = [];

    /// <summary>Why the content is not known (a secret could not be decrypted); null where it is. Such a file is never written.</summary>
    public string? Unknown { get; init; }

    /// <summary>True when the text depends on which slots are masters, so that a generation must not bring it back later.</summary>
    public bool DependsOnMasters { get; init; }

    /// <summary>True when the file belongs to a slot that is its store's master: its unit is acted on after the replicas.</summary>
    public bool OfMaster { get; init; }

    private string? sha256;
}

/// <summary>A package that must be installed.</summary>
/// <param name="Name">Debian package name.</param>
/// <param name="Version">Version or pattern with <c>*</c>; null means any.</param>
/// <param name="Location">Where the role asks for it.</param>
public sealed record DesiredPackage(string Name, string? Version, Location Location);

/// <summary>A unit that must be enabled and active.</summary>
/// <param name="Name">Unit name with its suffix.</param>
/// <param name="Location">Where the role asks for it.</param>
public sealed record DesiredUnit(string Name, Location Location);

/// <summary>Everything that one host should be, as files, packages and units.</summary>
public sealed record DesiredState
{
    /// <summary>The host's name.</summary>
    public required string Host { get; init; }

    /// <summary>Files in ordinal order of their paths.</summary>
    public required IReadOnlyList<DesiredFile> Files { get; init; }

    /// <summary>Packages in ordinal order.</summary>
    public IReadOnlyList<DesiredPackage> Packages { get; init; } = [];

    /// <summary>Units that must be enabled and active.</summary>
    public IReadOnlyList<DesiredUnit> Units { get; init; } = [];

    /// <summary>Serial of the masters' snapshot that was rendered.</summary>
    public required long MastersSerial { get; init; }

    /// <summary>Plain values of every secret that was read, longest first, to be kept out of everything that is shown.</summary>
    public IReadOnlyList<string> SecretValues { get; init; } = [];
}
