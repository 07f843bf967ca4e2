using Provision.Boot.Installer.Target;
using Provision.Storage.Guard;

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
