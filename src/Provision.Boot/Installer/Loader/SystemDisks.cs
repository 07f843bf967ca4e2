using Provision.Boot.Installer.Target;
using Provision.Inventory;
using Provision.Storage.Observe;

namespace Provision.Boot.Installer.Loader;

/// <summary>A disk that the running system's root lies on.</summary>
/// <param name="Disk">The disk.</param>
/// <param name="Efi">Its EFI system partition; null if it has none of ours.</param>
/// <param name="Bios">Its BIOS boot partition; null if it has none of ours.</param>
internal sealed record SystemDisk(BlockDevice Disk, BlockDevice? Efi, BlockDevice? Bios)
{
    /// <summary>The name that people know the disk by.</summary>
    public string Identity => Disk.Serial is null ? Disk.Path : $"{Disk.Path} ({Disk.Serial})";
}

/// <summary>The disks that a running system starts from.</summary>
/// <param name="Root">The device of the root file system.</param>
/// <param name="Disks">The disks below it, in natural order.</param>
internal sealed record SystemDisks(BlockDevice Root, IReadOnlyList<SystemDisk> Disks)
{
    /// <summary>Finds them; null if the root is no disk of this machine, as in a container.</summary>
    /// <param name="observed">The machine.</param>
    /// <param name="root">Where the system's root is mounted.</param>
    public static SystemDisks? Of(ObservedStorage observed, string root = "/")
    {
        var mount = observed.Mounts.LastOrDefault(mount => mount.Path == root);
        return observed.Devices.FirstOrDefault(known => known.Number == mount?.Number) is not { } device ? null
            : new SystemDisks(device, [.. observed.DisksBelow(device.Name).OrderBy(disk => disk.Name, NaturalOrder.Instance).Select(SystemDiskOf)]);

        SystemDisk SystemDiskOf(BlockDevice disk) => new(disk, Labelled(disk, TargetMaker.EfiLabel), Labelled(disk, TargetMaker.BiosLabel));

        BlockDevice? Labelled(BlockDevice disk, string label) =>
            observed.Devices.FirstOrDefault(part => part.Kind == BlockKind.Partition && part.PartitionLabel == label && part.Parents.Contains(disk.Name));
    }
}
