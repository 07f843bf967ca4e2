using Provision.Installer.Target;
using Provision.Machine;
using Provision.Storage.Guard;

namespace Provision.Installer.Boot;

/// <summary>The EFI system partition of one disk of the target, mounted while something is done with its files.</summary>
internal static class EfiPartition
{
    /// <summary>Runs with its files.</summary>
    public static T With<T>(InstallRun run, string partition, bool write, Func<IMachineFiles, T> work)
    {
        run.Machine.Files.MakeFolder(InstallMachine.Efi, 0x1C0);
        run.Guard.Run(DiskCommands.Mount(partition, InstallMachine.Efi, "vfat", write ? "rw" : "ro"));
        run.Open.Push(("efi", () => run.Guard.Run(DiskCommands.Unmount(partition, InstallMachine.Efi))));
        T result;
        using (var files = RootedFiles.Open(InstallMachine.Efi))
        {
            result = work(files);
            if (write)
            {
                files.SyncFilesystem("/");
            }
        }

        run.Close("efi");
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
