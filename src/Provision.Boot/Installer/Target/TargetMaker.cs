using System.Globalization;
using Provision.Boot.Installer.Loader;
using Provision.Boot.Installer.Protect;
using Provision.Inventory;
using Provision.Storage.Create;
using Provision.Storage.Guard;

namespace Provision.Boot.Installer.Target;

/// <summary>Makes the target: the old system's ways to start are taken away first, then what was there, then comes what is new.</summary>
internal static class TargetMaker
{
    /// <summary>Bytes of the partition that holds GRUB's core on machines that start by BIOS.</summary>
    public const long BiosBytes = 1 << 20;

    /// <summary>Bytes of the EFI system partition: FAT32 needs 33 MiB.</summary>
    public const long EfiBytes = 64 << 20;

    /// <summary>Number of the EFI system partition, which is also in the prefix of the image's GRUB core: <c>(,gpt2)/grub</c>.</summary>
    public const int EfiNumber = 2;

    /// <summary>Label of the EFI system partition.</summary>
    public const string EfiLabel = "provision-esp";

    /// <summary>Label of the BIOS boot partition.</summary>
    public const string BiosLabel = "provision-bios";

    private const int BiosNumber = 1;
    private const int RootNumber = 3;

    /// <summary>Takes the target, and nothing else, out of the protection.</summary>
    public static void Release(InstallRun run)
    {
        run.CheckDeadline();
        run.AllowTarget();
        if (run.Holds(Safeguard.ReadOnly))
        {
            WriteProtection.Protect(run.Machine.Commands, run.Machine.Reader, run.Target.Names);
        }
    }

    /// <summary>From all disks first the boot code, then every signature from the partitions up: what firmware could start goes before what it would
    /// read.</summary>
    public static void Invalidate(InstallRun run)
    {
        ReturnKeys.Leave(run);
        run.Target.Disks.ToList().ForEach(disk => run.Guard.Run(DiskCommands.ClearBootCode(disk.Node)));
        run.AllowTarget();
        var partitions = run.Target.Names.SelectMany(disk => WriteProtection.WithPartitions(run.Machine.Reader, disk).Skip(1)).Select(part => "/dev/" + part)
            .ToList();
        if (partitions.Count > 0)
        {
            run.Guard.Run(DiskCommands.Wipe(partitions));
        }

        run.Guard.Run(DiskCommands.Wipe([.. run.Target.Disks.Select(disk => disk.Node)]));
        ReadTables(run);
    }

    public static void Partition(InstallRun run)
    {
        for (var i = 0; i < run.Target.Disks.Count; i++)
        {
            var (disk, ids) = (run.Target.Disks[i], run.Target.Ids.Disks[i]);
            run.Guard.Run(DiskCommands.WriteTable(disk.Node, PartitionScript.For(
                ids.Table,
                disk.Bytes,
                [
                    new NewPartition(BiosLabel, ids.Bios, BiosBytes, NewPartition.BiosBootType),
                    new NewPartition(EfiLabel, ids.Efi, EfiBytes, NewPartition.EfiSystemType),
                    new NewPartition("provision-root", ids.Root, null, run.Target.ArrayName is null ? NewPartition.LinuxType : NewPartition.RaidType),
                ])));
        }

        ReadTables(run);
        int[] numbers = [BiosNumber, EfiNumber, RootNumber];
        var made = run.Target.Disks.SelectMany(disk => numbers.Select(number => PartitionOf(run, disk, number))).ToList();
        // What an older layout left at these places would be found again.
        run.Guard.Run(DiskCommands.Wipe(made));
    }

    public static void MakeFilesystems(InstallRun run)
    {
        for (var i = 0; i < run.Target.Disks.Count; i++)
        {
            run.Guard.Run(DiskCommands.MakeEfiFilesystem(PartitionOf(run, run.Target.Disks[i], EfiNumber), run.Target.Ids.Disks[i].EfiFilesystem));
        }

        StartArray(run);
        run.Guard.Run(DiskCommands.Wipe(RootDevice(run)));
        run.Guard.Run(DiskCommands.MakeFilesystem(RootDevice(run), "ext4", run.Target.Ids.Root, "provision-root"));
        MountRoot(run);
    }

    /// <summary>Node of a partition of the target, by its number.</summary>
    public static string PartitionOf(InstallRun run, TargetDisk disk, int number)
    {
        var wanted = number.ToString(CultureInfo.InvariantCulture);
        var reader = run.Machine.Reader;
        return WriteProtection.WithPartitions(reader, disk.Name)
            .FirstOrDefault(part => reader.Read($"/sys/class/block/{part}/partition")?.Trim() == wanted) is { } name
            ? "/dev/" + name
            : throw new InstallException($"{disk.Node} ({disk.Identity}) has no partition {number}");
    }

    /// <summary>Node of the partition for GRUB's core.</summary>
    public static string BiosPartitionOf(InstallRun run, TargetDisk disk) => PartitionOf(run, disk, BiosNumber);

    /// <summary>What the root file system is on: the running array that the root partition is a member of, or the partition.</summary>
    public static string RootDevice(InstallRun run)
    {
        var partition = PartitionOf(run, run.Target.Disks[0], RootNumber);
        return run.Target.ArrayName is null ? partition
            : run.Machine.Reader.List($"/sys/class/block/{partition["/dev/".Length..]}/holders") is [var array, ..] ? "/dev/" + array
            : throw new InstallException($"the array {run.Target.ArrayName} of the operating system did not start");
    }

    private static void StartArray(InstallRun run)
    {
        if (run.Target.ArrayName is not { } name)
        {
            return;
        }

        var members = run.Target.Disks.Select(disk => PartitionOf(run, disk, RootNumber)).ToList();
        run.Guard.Run(DiskCommands.MakeArray(name, run.Target.Ids.Array, RaidLevel.MdRaid1, members, isCopied: true));
        run.Settle();
        var array = RootDevice(run);
        run.AllowWriting(array);
        run.Open.Push(("array", () =>
        {
            // udev probes what was just unmounted, and an array that is open cannot be stopped.
            run.Settle();
            run.Guard.Run(DiskCommands.StopArray(array));
        }
        ));
    }

    private static void ReadTables(InstallRun run)
    {
        // First whatever udev does by itself when a disk is closed: both at once are in each other's way.
        run.Settle();
        run.Target.Disks.ToList().ForEach(disk => run.Guard.Run(DiskCommands.ReadTable(disk.Node)));
        run.AllowTarget();
    }

    private static void MountRoot(InstallRun run)
    {
        var device = RootDevice(run);
        run.Machine.Files.MakeFolder(InstallMachine.Root, FileModes.PrivateDirectory);
        run.Guard.Run(DiskCommands.Mount(device, InstallMachine.Root, "ext4", "rw"));
        run.Open.Push(("root", () => run.Guard.Run(DiskCommands.Unmount(device, InstallMachine.Root))));
    }
}
