using Provision.Boot.Installer.Setup;
using Provision.Boot.Installer.Target;
using Provision.Storage.Guard;

namespace Provision.Boot.Installer.Loader;

/// <summary>
/// The boot loader, after everything that it starts is on the disks: first the files that it reads, then what firmware starts, on every disk
/// of the target, for BIOS and for UEFI.
/// </summary>
internal static class BootLoader
{
    /// <summary>GRUB's first sector, of the package grub-pc-bin.</summary>
    public const string BootImage = "/usr/lib/grub/i386-pc/boot.img";

    /// <summary>GRUB's core for BIOS machines, made with the image: prefix <c>(,gpt2)/grub</c>, everything that it needs built in.</summary>
    public const string CoreImage = "/usr/lib/provision/boot/core.img";

    /// <summary>Modules that the core image must hold.</summary>
    public static readonly IReadOnlyList<string> CoreModules =
        ["biosdisk", "part_gpt", "fat", "ext2", "diskfilter", "mdraid1x", "search", "search_fs_uuid", "configfile", "normal", "linux", "echo", "test",
            "serial", "terminal", "loadenv", "minicmd", "reboot", "halt"];

    internal static void Write(InstallRun run)
    {
        LoaderFiles files;
        using (var root = RootedFiles.Open(InstallMachine.Root))
        {
            files = LoaderFiles.Read(root, run.Target.Ids.Root);
            RootFile.Put(root, GrubMenu.Path, GrubMenu.Menu(root, run.Target.Ids.Root), FileModes.Private);
            new LoaderRecord(LoaderFiles.Fingerprint(root), [.. run.Target.Ids.Disks.Select(disk => disk.Efi)]).Write(root);
            root.SyncFilesystem("/");
        }

        // The root and its array are closed: from here on nothing of the new system is only in memory, and the disks are free for the guard.
        run.Close();
        EfiPartition.OnEach(run, efi => files.OnEfi.ToList().ForEach(file => LoaderFiles.Put(efi, file.Path, file.Content)));
        var sector = Start(run);
        foreach (var disk in run.Target.Disks)
        {
            run.Guard.Run(DiskCommands.WriteBootImage(TargetMaker.BiosPartitionOf(run, disk), BiosBoot.Core(files.CoreImage, sector)));
        }

        foreach (var disk in run.Target.Disks)
        {
            run.Guard.Run(DiskCommands.WriteBootCode(disk.Node, BiosBoot.Code(files.BootImage, sector)));
        }
    }

    /// <summary>First sector of the BIOS boot partition, as the kernel has it; the same on all disks, as one function made their tables.</summary>
    private static long Start(InstallRun run)
    {
        var partition = TargetMaker.BiosPartitionOf(run, run.Target.Disks[0])["/dev/".Length..];
        return long.Parse(run.Machine.Reader.Read($"/sys/class/block/{partition}/start")!.Trim(), System.Globalization.CultureInfo.InvariantCulture);
    }
}
