using System.Text;
using Provision.Boot.Installer.Loader;
using Provision.Boot.Installer.Protect;
using Provision.Boot.Jobs;
using Provision.Inventory;

namespace Provision.Boot.Images;

/// <summary>How one image is made: what is asked of the archive, and what is done with it. Pure; two equal recipes make equal images of the same
/// packages.</summary>
public sealed record ImageRecipe
{
    /// <summary>The Debian package of this program.</summary>
    public const string ProvisionPackage = "provision";

    /// <summary>What an operating system has whatever its roles are: it starts, from a mirror or one disk, by BIOS or UEFI, and configures itself.</summary>
    private static readonly string[] System =
    [
        "systemd-sysv", "udev", "dbus", "kmod", "procps", "iproute2", "netbase", "ca-certificates", "openssl", "zstd", "cron", "less", "nano",
        "initramfs-tools", "linux-image-amd64", "mdadm", "e2fsprogs", "dosfstools", "fdisk",
        "grub2-common", "grub-pc-bin", "grub-efi-amd64-bin", "grub-efi-amd64-signed", "shim-signed",
        "openssh-server", "git", "age", ProvisionPackage,
    ];

    /// <summary>What the installer's initramfs is taken from; its script names the files. Nothing here goes past the block layer.</summary>
    private static readonly string[] InstallerParts =
    [
        "base-files", "base-passwd", "libc-bin", "coreutils", "busybox", "udev", "libkmod2", "libacl1", "kmod", "util-linux", "util-linux-extra", "mount",
            "fdisk", "mdadm", "cryptsetup-bin",
        "e2fsprogs", "dosfstools", "tar", "zstd", "xz-utils", "cpio", "openssh-client", "openssh-server", "git", "age", "linux-image-amd64", "hostname",
            ProvisionPackage,
    ];

    /// <summary>Name of the image: <c>installer</c>, <c>os-store</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The Debian release.</summary>
    public required string Release { get; init; }

    /// <summary>What apt is asked for, sorted: names, with <c>=VERSION</c> where a role pins one, and apt's patterns.</summary>
    public required IReadOnlyList<string> Wanted { get; init; }

    /// <summary>mmdebstrap's variant: <c>minbase</c> installs, and has by itself what apt's patterns here ask for; <c>extract</c> only unpacks.</summary>
    public required string Variant { get; init; }

    /// <summary>Shell script that makes the system ready before packages are configured; empty for none.</summary>
    public string Before { get; init; } = "";

    /// <summary>Shell script that makes the image of the root, with the root as its argument.</summary>
    public required string After { get; init; }

    /// <summary>Other files that go in, by their names for the script.</summary>
    public IReadOnlyDictionary<string, string> Files { get; init; } = new Dictionary<string, string>();

    /// <summary>True for the installer: its result is a kernel and an initramfs, not a root.</summary>
    public bool IsInstaller => Name == ImageNames.Installer;

    /// <summary>The operating system of a set of roles.</summary>
    /// <param name="fleet">The fleet.</param>
    /// <param name="site">The site whose settings count.</param>
    /// <param name="host">A host with the roles.</param>
    /// <param name="allowedSigners">Who may sign images: <c>provision reinstall --local</c> reads it on the host.</param>
    public static ImageRecipe OfRoles(Fleet fleet, Site site, Host host, string allowedSigners)
    {
        var pinned = fleet.RolesOf(host).Packages;
        return new ImageRecipe
        {
            Name = ImageNames.OfRoles(host.Roles),
            Release = fleet.Release,
            // A role's pin ("linux-image-amd64=6.12.*") counts for the same package of the base.
            Wanted = Sorted(["?essential", "?priority(required)", "apt", .. System.Where(name => !pinned.Any(package => Bare(package) == name)), .. pinned,
                .. site.Netboot.ImagePackages]),
            Variant = "minbase",
            Before = Resource("os-before.sh"),
            After = Resource("os-after.sh"),
            Files = new Dictionary<string, string>(
                StringComparer.Ordinal)
            {
                ["core-modules"] = string.Join(' ', BootLoader.CoreModules),
                ["core-path"] = BootLoader.CoreImage,
                ["allowed_signers"] = allowedSigners
            },
        };
    }

    /// <summary>Installer and discovery.</summary>
    /// <param name="fleet">The fleet.</param>
    /// <param name="site">The site whose settings count.</param>
    /// <param name="allowedSigners">Who may sign images, as the installer reads it.</param>
    public static ImageRecipe Installer(Fleet fleet, Site site, string allowedSigners) => new()
    {
        Name = ImageNames.Installer,
        Release = fleet.Release,
        Wanted = Sorted([.. InstallerParts, .. site.Netboot.InstallerPackages]),
        Variant = "extract",
        After = Resource("installer-after.sh"),
        Files = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["init"] = Resource("installer-init.sh"),
            ["udhcpc"] = Resource("installer-udhcpc.sh"),
            ["sshd_config"] = Resource("installer-sshd_config"),
            ["programs"] = Resource("installer-programs.txt"),
            ["modules"] = Resource("installer-modules.txt"),
            ["allowed_signers"] = allowedSigners,
            [GuardRules.UdevFile] = GuardRules.Udev,
            ["mdadm.conf"] = GuardRules.MdadmConf,
            ["leave-out"] = string.Join('\n', GuardRules.UdevFilesToLeaveOut) + "\n",
        },
    };

    /// <summary>A package's name without the version it is pinned to.</summary>
    internal static string Bare(string package) => package.Split('=')[0];

    private static List<string> Sorted(IEnumerable<string> packages) => [.. packages.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    private static string Resource(string name)
    {
        using var stream = typeof(ImageRecipe).Assembly.GetManifestResourceStream("Images/" + name)!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
