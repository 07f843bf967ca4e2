namespace Provision.Boot.Installer.Protect;

/// <summary>Files of the initramfs that keep the kernel and udev from writing to any disk before the installer runs.</summary>
public static class GuardRules
{
    /// <summary>Name of the rule file below <c>/etc/udev/rules.d</c>.</summary>
    public const string UdevFile = "60-provision-guard.rules";

    /// <summary>
    /// Every block device is read-only from the moment it appears, at boot or later. A program of a rule is run before the rules after it, so nothing
    /// that udev starts can be earlier. Whole disks and partitions each have a flag of their own.
    /// </summary>
    public const string Udev = """
        # Made by provision: every block device but memory is read-only from its first moment; the installer takes out its own target.
        ACTION=="add", SUBSYSTEM=="block", KERNEL!="ram*|zram*", PROGRAM="/sbin/blockdev --setro $devnode"

        """;

    /// <summary>Rules of Debian that assemble arrays, volume groups and pools; in the initramfs they are left out, or covered by an empty file.</summary>
    /// <remarks>
    /// <c>63-md-raid-arrays.rules</c> is none of them: it names arrays that were started, and only the installer starts one. Without it mdadm waits five
    /// seconds for the name.
    /// </remarks>
    public static readonly IReadOnlyList<string> UdevFilesToLeaveOut = ["64-md-raid-assembly.rules", "64-btrfs.rules",
        "69-lvm.rules", "69-vdev.rules", "90-zfs.rules"];

    /// <summary>Content of <c>/etc/mdadm/mdadm.conf</c> in the initramfs: no array starts by itself.</summary>
    public const string MdadmConf = "AUTO -all\n";
}
