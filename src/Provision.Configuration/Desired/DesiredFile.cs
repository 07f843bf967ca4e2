namespace Provision.Configuration.Desired;

/// <summary>A file's owner by name, as declared in a template's head.</summary>
/// <param name="User">User name, such as <c>www-data</c>.</param>
/// <param name="Group">Group name, such as <c>adm</c>.</param>
public readonly record struct OwnerNames(string User, string Group)
{
    /// <summary>Returns <c>user:group</c>.</summary>
    public override string ToString() => $"{User}:{Group}";
}

/// <summary>The action on a unit when one of its files changes; a later value is stronger.</summary>
public enum UnitAction
{
    /// <summary>None: the daemon rereads the file by itself, or at its next start.</summary>
    None,

    /// <summary><c>systemctl reload</c>.</summary>
    Reload,

    /// <summary><c>systemctl restart</c>; starts the unit if it is not running.</summary>
    Restart,

    /// <summary><c>systemctl stop</c>, for a unit that is no longer needed.</summary>
    Stop,
}

/// <summary>One rule of a template's <c>on_change</c>.</summary>
/// <param name="Match">A .NET regular expression searched in each changed line; null matches every line.</param>
/// <param name="Action">The action for a matching line.</param>
public sealed record ChangeRule(string? Match, UnitAction Action);

/// <summary>A checker's command line, independent of a root.</summary>
/// <param name="Arguments">Program and arguments, including the final path of the file; never run through a shell.</param>
/// <param name="Silent">Whether any output of the checker counts as failure.</param>
public sealed record FileCheck(IReadOnlyList<string> Arguments, bool Silent)
{
    /// <summary>The program's name.</summary>
    public string Program => Arguments[0];
}

/// <summary>A part of a file that must not be shown.</summary>
/// <param name="Start">0-based UTF-16 offset in the text.</param>
/// <param name="Length">Length in UTF-16 units.</param>
/// <param name="Name">Name of the secret.</param>
public readonly record struct SecretSpan(int Start, int Length, string Name);

/// <summary>One rendered file of a host.</summary>
public sealed record DesiredFile
{
    /// <summary>Path from <c>/</c>.</summary>
    public required string Path { get; init; }

    /// <summary>The rendered text.</summary>
    public required string Text { get; init; }

    /// <summary>The text as the file's bytes, UTF-8 without a byte order mark.</summary>
    public required byte[] Content { get; init; }

    /// <summary>SHA-256 of <see cref="Content"/>, lower-case hex; computed on first use.</summary>
    public string Sha256 => sha256 ??= Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Content));

    /// <summary>Permission bits.</summary>
    public required int Mode { get; init; }

    /// <summary>Owner by name.</summary>
    public required OwnerNames Owner { get; init; }

    /// <summary>The config directory it belongs to, such as <c>ssh</c>.</summary>
    public required string Config { get; init; }

    /// <summary>Name of the <c>each</c> element it was rendered for (<c>sloti33d1t01</c>); null for a file of the host.</summary>
    public required string? Instance { get; init; }

    /// <summary>The location of its template.</summary>
    public required Location Template { get; init; }

    /// <summary>Units that use it.</summary>
    public IReadOnlyList<string> Units { get; init; } = [];

    /// <summary>Actions on the units when the file changes; the first matching rule of each changed line applies. Empty means restart.</summary>
    public IReadOnlyList<ChangeRule> OnChange { get; init; } = [];

    /// <summary>Checks to run before it is put in place.</summary>
    public IReadOnlyList<FileCheck> Checks { get; init; } = [];

    /// <summary>Units of lower order are acted on first; 50 unless the template sets it.</summary>
    public int Order { get; init; } = 50;

    /// <summary>Secret parts of <see cref="Text"/>, in order.</summary>
    public IReadOnlyList<SecretSpan> Secrets { get; init; } = [];

    /// <summary>Why the content is unknown (a secret could not be decrypted); null if it is known. A file with unknown content is never written.</summary>
    public string? Unknown { get; init; }

    /// <summary>True if the text depends on values that change without a commit, such as the masters of stores: a later rollback must not restore it.</summary>
    public bool IsVolatile { get; init; }

    /// <summary>True if its unit is acted on after the others of its order, as the master of a store is after the replicas.</summary>
    public bool IsLast { get; init; }

    private string? sha256;
}

/// <summary>A package that must be installed.</summary>
/// <param name="Name">Debian package name.</param>
/// <param name="Version">Version or pattern with <c>*</c>; null for any.</param>
/// <param name="Location">Where the role requires it.</param>
public sealed record DesiredPackage(string Name, string? Version, Location Location);

/// <summary>A unit that must be enabled and active.</summary>
/// <param name="Name">Unit name with its suffix.</param>
/// <param name="Location">Where the role requires it.</param>
public sealed record DesiredUnit(string Name, Location Location);

/// <summary>The desired state of one host: files, packages and units.</summary>
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

    /// <summary>Serial of the rendered masters snapshot.</summary>
    public required long MastersSerial { get; init; }

    /// <summary>Plain values of every secret that was read, longest first, to be masked in all output.</summary>
    public IReadOnlyList<string> SecretValues { get; init; } = [];
}
