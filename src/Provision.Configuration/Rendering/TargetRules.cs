using Provision.Configuration.Apply;
using Provision.Configuration.Secrets;
using Provision.Configuration.State;

namespace Provision.Configuration.Rendering;

/// <summary>A kind of file that a template makes only if its head says so, or never.</summary>
/// <param name="Name">The word for <c>allow:</c> in the head; null if no template may make such a file.</param>
/// <param name="Paths">Paths, and directories with a slash at the end; empty for every path.</param>
/// <param name="Modes">Permission bits that make the file one of these; 0 for any mode.</param>
/// <param name="Reason">Why not, as the end of a sentence that begins with the path.</param>
internal sealed record TargetRule(string? Name, IReadOnlyList<string> Paths, int Modes, string Reason)
{
    /// <summary>True if a file is of this kind.</summary>
    public bool Covers(string path, int mode) =>
        (Modes == 0 || (mode & Modes) != 0)
        && (Paths.Count == 0 || Paths.Any(own => own.EndsWith('/') ? path.StartsWith(own, StringComparison.Ordinal)
            : path.Equals(own, StringComparison.Ordinal)));
}

/// <summary>The files that no template may make, or none that does not mean it: one row each.</summary>
internal static class TargetRules
{
    private const int Others = 0b111;
    private const int OthersWrite = 0b010;
    private const int SetId = 0b110_000_000_000;

    /// <summary>All rules, those without exception first.</summary>
    public static IReadOnlyList<TargetRule> All { get; } =
    [
        new(null, ["/proc/", "/sys/", "/dev/"], 0, "belongs to the kernel"),
        new(null, [StateStore.Folder + "/", Transaction.StagingFolder + "/", Installation.LockPath], 0, "belongs to provision"),
        new(null, [SecretStore.DefaultIdentity], 0, "is the host's identity, which a reinstall restores"),
        new("setuid", [], SetId, "would run with its owner's or group's rights, whoever starts it"),
        new("public-write", [], OthersWrite, "could be written by every user of the host"),
        new("public-password", ["/etc/shadow", "/etc/shadow-", "/etc/gshadow", "/etc/gshadow-"], Others, "holds passwords, which no other user may read"),
        new("boot", ["/boot/", "/efi/"], 0, "decides what the machine starts; provision boot-loader writes there"),
        new("run", ["/run/"], 0, "is gone after the next start"),
        new("tmp", ["/tmp/", "/var/tmp/"], 0, "stands where every user may write, and is cleaned up"),
        new("home", ["/home/"], 0, "stands where a user may write"),
        new("dpkg", ["/var/lib/dpkg/", "/var/lib/apt/"], 0, "belongs to the package manager"),
        new("program", ["/usr/bin/provision", "/usr/bin/sudo", "/bin/", "/sbin/", "/lib/"], 0, "belongs to a package"),
    ];

    /// <summary>Words that <c>allow:</c> may name.</summary>
    public static IEnumerable<string> Names => All.Select(rule => rule.Name).OfType<string>();

    /// <summary>Returns the rule that forbids a file; null if it may be made.</summary>
    /// <param name="path">The file's path.</param>
    /// <param name="mode">Its permission bits.</param>
    /// <param name="allowed">What the template's head allows.</param>
    public static TargetRule? Against(string path, int mode, IReadOnlyCollection<string> allowed)
    {
        // /var/run is a link to /run on every system with systemd.
        var real = path.StartsWith("/var/run/", StringComparison.Ordinal) ? path[4..] : path;
        return All.FirstOrDefault(rule => rule.Covers(real, mode) && (rule.Name is null || !allowed.Contains(rule.Name, StringComparer.Ordinal)));
    }
}
