using Provision.Boot.Installer.Target;
using Provision.Storage.Guard;
using Provision.Storage.Observe;

namespace Provision.Boot.Installer.Loader;

/// <summary>The EFI system partition of one disk of the target, mounted while something is done with its files.</summary>
internal static class EfiPartition
{
    /// <summary>Runs with its files.</summary>
    public static T With<T>(InstallRun run, string partition, bool write, Func<IMachineFiles, T> work)
    {
        Mount(run.Machine, run.Guard, partition, write);
        run.Open.Push(("efi", () => Unmount(run.Guard, partition)));
        var result = Use(write, work);
        run.Close("efi");
        return result;
    }

    /// <summary>The same of a system that runs.</summary>
    public static T With<T>(InstallMachine machine, DiskGuard guard, string partition, bool write, Func<IMachineFiles, T> work)
    {
        Mount(machine, guard, partition, write);
        try
        {
            return Use(write, work);
        }
        finally
        {
            Unmount(guard, partition);
        }
    }

    /// <summary>Returns a guard that lets the disks of some partitions be used as they are, and nothing else.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="observed">Its disks.</param>
    /// <param name="sequences">The kernel's number of each disk's attachment, from before it was observed.</param>
    /// <param name="partitions">The partitions.</param>
    /// <param name="why">The reason, for messages.</param>
    public static DiskGuard GuardOf(InstallMachine machine, ObservedStorage observed, IReadOnlyDictionary<string, long> sequences,
        IEnumerable<BlockDevice> partitions, string why)
    {
        var permits = partitions.SelectMany(part => observed.DisksBelow(part.Name)).DistinctBy(disk => disk.Name)
            .Select(disk => WritePermit.For(disk, sequences, disk.Serial ?? disk.Name, DiskEffect.Service, why));
        return new DiskGuard(machine.Commands, machine.Reader, new WriteSet([.. permits], []));
    }

    private static void Mount(InstallMachine machine, DiskGuard guard, string partition, bool write)
    {
        machine.Files.MakeFolder(InstallMachine.Efi, FileModes.PrivateDirectory);
        guard.Run(DiskCommands.Mount(partition, InstallMachine.Efi, "vfat", write ? "rw" : "ro"));
    }

    private static void Unmount(DiskGuard guard, string partition) => guard.Run(DiskCommands.Unmount(partition, InstallMachine.Efi));

    private static T Use<T>(bool write, Func<IMachineFiles, T> work)
    {
        using var files = RootedFiles.Open(InstallMachine.Efi);
        var result = work(files);
        if (write)
        {
            files.SyncFilesystem("/");
        }

        return result;
    }

    /// <summary>The same on each disk of the target, for writing.</summary>
    public static void OnEach(InstallRun run, Action<IMachineFiles> work)
    {
        foreach (var disk in run.Target.Disks)
        {
            With(run, TargetMaker.PartitionOf(run, disk, TargetMaker.EfiNumber), write: true, files =>
            {
                work(files);
                return 0;
            });
        }
    }
}
