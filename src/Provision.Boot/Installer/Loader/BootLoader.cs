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

    private const string Shim = "/usr/lib/shim/shimx64.efi.signed";
    private const string Grub = "/usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed";
    private const string MokManager = "/usr/lib/shim/mmx64.efi.signed";

    internal static void Write(InstallRun run)
    {
        byte[] bootImage, coreImage, shim, grub, mokManager;
        using (var root = RootedFiles.Open(InstallMachine.Root))
        {
            (bootImage, coreImage) = (RootFile.Need(root, BootImage), RootFile.Need(root, CoreImage));
            (shim, grub, mokManager) = (RootFile.Need(root, Shim), RootFile.Need(root, Grub), RootFile.Need(root, MokManager));
            RootFile.Put(root, GrubMenu.Path, GrubMenu.Menu(root, run.Target.Ids.Root), FileModes.Private);
            root.SyncFilesystem("/");
        }

        // The root and its array are closed: from here on nothing of the new system is only in memory, and the disks are free for the guard.
        run.Close();
        var stub = GrubMenu.Stub(run.Target.Ids.Root);
        EfiPartition.OnEach(run, files =>
        {
            RootFile.Put(files, "/grub/grub.cfg", stub);
            RootFile.Put(files, "/EFI/debian/grub.cfg", stub);
            foreach (var folder in (string[])["/EFI/debian", "/EFI/BOOT"])
            {
                RootFile.Put(files, folder + "/grubx64.efi", grub);
                RootFile.Put(files, folder + "/mmx64.efi", mokManager);
            }

            RootFile.Put(files, "/EFI/debian/shimx64.efi", shim);
            RootFile.Put(files, "/EFI/BOOT/next.efi", shim);
            files.SyncFilesystem("/");
            files.Rename("/EFI/BOOT/next.efi", "/EFI/BOOT/BOOTX64.EFI");
        });
        var sector = Start(run);
        foreach (var disk in run.Target.Disks)
        {
            run.Guard.Run(DiskCommands.WriteBootImage(TargetMaker.BiosPartitionOf(run, disk), BiosBoot.Core(coreImage, sector)));
        }

        foreach (var disk in run.Target.Disks)
        {
            run.Guard.Run(DiskCommands.WriteBootCode(disk.Node, BiosBoot.Code(bootImage, sector)));
        }
    }

    /// <summary>First sector of the BIOS boot partition, as the kernel has it; the same on all disks, as one function made their tables.</summary>
    private static long Start(InstallRun run)
    {
        var partition = TargetMaker.BiosPartitionOf(run, run.Target.Disks[0])["/dev/".Length..];
        return long.Parse(run.Machine.Look.Read($"/sys/class/block/{partition}/start")!.Trim(), System.Globalization.CultureInfo.InvariantCulture);
    }
}
