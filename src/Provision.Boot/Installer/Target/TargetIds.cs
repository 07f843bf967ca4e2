using System.Globalization;
using System.Security.Cryptography;

namespace Provision.Boot.Installer.Target;

/// <summary>
/// Ids of everything that one run makes. They are new with each run: so the root of an attempt that was cut off, of an old system, or on a disk that was
/// taken out and comes back one day, is never taken for the one that this run made. No later run needs them, as each begins with a wipe.
/// </summary>
/// <param name="Disks">By disk.</param>
/// <param name="Array">Of the mirror.</param>
/// <param name="Root">Of the root file system.</param>
internal sealed record TargetIds(IReadOnlyList<DiskIds> Disks, string Array, string Root)
{
    /// <summary>Every id, for the guard.</summary>
    public IEnumerable<string> All => [Array, Root, .. Disks.SelectMany(disk => new[] { disk.Table, disk.Bios, disk.Efi, disk.Root, disk.EfiFilesystem })];

    /// <summary>Ids for so many disks.</summary>
    public static TargetIds New(int disks) =>
        new([.. Enumerable.Range(0, disks).Select(_ => DiskIds.New())], Guid.NewGuid().ToString(), Guid.NewGuid().ToString());
}

/// <summary>Ids of one disk: its table, its three partitions, and the number of its EFI file system.</summary>
internal sealed record DiskIds(string Table, string Bios, string Efi, string Root, string EfiFilesystem)
{
    /// <summary>The number as <c>blkid</c> and fstab have it, <c>1A2B-3C4D</c>.</summary>
    public string EfiUuid => $"{EfiFilesystem[..4]}-{EfiFilesystem[4..]}".ToUpperInvariant();

    public static DiskIds New() =>
        new(Id(), Id(), Id(), Id(), RandomNumberGenerator.GetInt32(0x10000000, int.MaxValue).ToString("x8", CultureInfo.InvariantCulture));

    private static string Id() => Guid.NewGuid().ToString();
}
