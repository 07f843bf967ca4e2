using System.Security.Cryptography;
using System.Text;
using Provision.Boot.Installer.Setup;

namespace Provision.Boot.Installer.Loader;

/// <summary>What a boot loader of this program consists of: the same bytes for every disk of one system.</summary>
/// <param name="BootImage">GRUB's first sector for BIOS machines.</param>
/// <param name="CoreImage">GRUB's core for BIOS machines.</param>
/// <param name="OnEfi">Files of the EFI system partition by their paths, in the order in which they are written: what firmware starts comes last.</param>
internal sealed record LoaderFiles(byte[] BootImage, byte[] CoreImage, IReadOnlyList<(string Path, byte[] Content)> OnEfi)
{
    /// <summary>Modules and images of GRUB that a core is made of.</summary>
    public const string GrubFolder = "/usr/lib/grub/i386-pc";

    private const string Shim = "/usr/lib/shim/shimx64.efi.signed";
    private const string Grub = "/usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed";
    private const string MokManager = "/usr/lib/shim/mmx64.efi.signed";

    /// <summary>Reads the loader of a system.</summary>
    /// <param name="root">The system's files.</param>
    /// <param name="rootUuid">UUID of its root file system.</param>
    /// <exception cref="InstallException">A package of the boot loader is missing.</exception>
    public static LoaderFiles Read(IMachineFiles root, string rootUuid)
    {
        var (shim, grub, mokManager) = (RootFile.Need(root, Shim), RootFile.Need(root, Grub), RootFile.Need(root, MokManager));
        var stub = Encoding.UTF8.GetBytes(GrubMenu.Stub(rootUuid));
        return new LoaderFiles(
            RootFile.Need(root, BootLoader.BootImage),
            RootFile.Need(root, BootLoader.CoreImage),
            [
                ("/grub/grub.cfg", stub), ("/EFI/debian/grub.cfg", stub),
                ("/EFI/debian/grubx64.efi", grub), ("/EFI/debian/mmx64.efi", mokManager), ("/EFI/BOOT/grubx64.efi", grub), ("/EFI/BOOT/mmx64.efi", mokManager),
                ("/EFI/debian/shimx64.efi", shim), ("/EFI/BOOT/BOOTX64.EFI", shim),
            ]);
    }

    /// <summary>Returns the files that an EFI system partition lacks or has with other content, in writing order.</summary>
    public IEnumerable<(string Path, byte[] Content)> StaleOn(IMachineFiles efi) =>
        OnEfi.Where(file => efi.Read(file.Path) is not { } found || !found.Content.AsSpan().SequenceEqual(file.Content));

    /// <summary>Writes one file beside its old content, then puts it in its place: after a power cut it is the old one or the new one.</summary>
    public static void Put(IMachineFiles efi, string path, byte[] content)
    {
        RootFile.Put(efi, path + ".new", content);
        efi.SyncFilesystem("/");
        efi.Rename(path + ".new", path);
    }

    /// <summary>
    /// SHA-256 over the files of the packages that a loader is made of. It changes with every version of GRUB or the shim, and costs a few megabytes of
    /// reading: enough to know whether the disks were renewed since.
    /// </summary>
    public static string Fingerprint(IMachineFiles root)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        string[] paths =
        [
            BootLoader.BootImage, Shim, Grub, MokManager, GrubFolder + "/kernel.img", GrubFolder + "/diskboot.img",
            .. BootLoader.CoreModules.Select(module => $"{GrubFolder}/{module}.mod"),
        ];
        foreach (var path in paths)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(path + "\n"));
            hash.AppendData(root.Read(path, follow: true)?.Content ?? []);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
