using System.Security.Cryptography;
using System.Text.Json;
using Provision.Boot.Images;
using Provision.Boot.Installer.Loader;
using Provision.Boot.Jobs;

namespace Provision.Lab;

/// <summary>A system image of a few megabytes, with the boot loader's real files, signed by a key of the test; and the ways in which one can be bad.</summary>
internal sealed class InstallerImage
{
    private const string Place = "image";
    private readonly string folder;
    private readonly ImageSigner signer;
    private readonly string tree;

    /// <summary>Makes it.</summary>
    /// <param name="artefacts">Folder that orders are relative to.</param>
    /// <param name="work">For what is needed meanwhile.</param>
    public InstallerImage(string artefacts, string work)
    {
        folder = Directory.CreateDirectory(Path.Combine(artefacts, Place)).FullName;
        var key = Path.Combine(work, "signer");
        Run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "lab", "-f", key);
        signer = new ImageSigner(key, new ProcessRunner());
        tree = Tree(Path.Combine(work, "tree"));
        Pack(tree, Archive);
        Sign(Manifest(Archive, 12 << 20), "manifest.json");
    }

    /// <summary>Who may sign, as the installer reads it.</summary>
    public string AllowedSigners => signer.Line;

    /// <summary>The order's address of the good image.</summary>
    public static string Good => Place + "/manifest.json";

    private string Archive => Path.Combine(folder, "root.tar.zst");

    /// <summary>The good manifest with the signature of another one.</summary>
    public string Altered() => AlteredTo(Good, "\"lab\"", "\"LAB\"");

    /// <summary>A manifest that somebody changed after it was signed.</summary>
    public string AlteredTo(string manifest, string from = "trixie", string to = "bookworm")
    {
        var name = "altered-" + Path.GetFileName(manifest);
        File.WriteAllText(Path.Combine(folder, name), File.ReadAllText(Path.Combine(folder, Path.GetFileName(manifest))).Replace(from, to,
            StringComparison.Ordinal));
        File.Copy(Path.Combine(folder, "manifest.json.sig"), Path.Combine(folder, name + ".sig"), overwrite: true);
        return $"{Place}/{name}";
    }

    /// <summary>An image that needs more than the disk has, and whose content is not there.</summary>
    public string Missing()
    {
        Directory.CreateDirectory(Path.Combine(folder, "gone"));
        Signed("gone/manifest.json", file => file with { UnpackedBytes = 400 << 20 });
        return $"{Place}/gone/manifest.json";
    }

    /// <summary>A good image that says it is small, and is not: the disk is full before the end of it.</summary>
    public string Overfull()
    {
        var place = Directory.CreateDirectory(Path.Combine(folder, "full")).FullName;
        var archive = Path.Combine(place, "root.tar.zst");
        var large = Path.Combine(tree, "srv/large");
        using (var file = File.Create(large))
        {
            file.SetLength(300 << 20);
        }

        Pack(tree, archive);
        File.Delete(large);
        Sign(Manifest(archive, 12 << 20), "full/manifest.json");
        return $"{Place}/full/manifest.json";
    }

    /// <summary>A signed manifest, changed as a test wants it.</summary>
    public string Signed(string name, Func<ImageFile, ImageFile> change)
    {
        var manifest = JsonSerializer.Deserialize(File.ReadAllBytes(Path.Combine(folder, "manifest.json")), JobsJson.Default.ImageManifest)!;
        Sign(manifest with { Files = [.. manifest.Files.Select(change)] }, name);
        return $"{Place}/{name}";
    }

    private static void Pack(string tree, string archive) =>
        Run("tar", "--create", "--zstd", "--file=" + archive, "--directory=" + tree, "--sort=name", "--owner=0", "--group=0", ".");

    private static ImageManifest Manifest(string archive, long unpacked) =>
        new() { Name = "lab", Inputs = new string('0', 64), Release = "trixie", Files = [ImagePacker.Describe(archive, unpacked)] };

    private void Sign(ImageManifest manifest, string name) => ImagePacker.WriteManifest(Path.Combine(folder, name), manifest, signer);

    private static string Tree(string tree)
    {
        Write("etc/os-release", "ID=debian\n"u8.ToArray());
        Write("etc/ssh/ssh_host_ed25519_key", "everybody's\n"u8.ToArray());
        Write("boot/vmlinuz-6.12.9-amd64", [1]);
        Write("boot/vmlinuz-6.12.10-amd64", [1]);
        Write("boot/initrd.img-6.12.10-amd64", [1]);
        Write("etc/default/grub", "GRUB_TIMEOUT=1\nGRUB_CMDLINE_LINUX=\"console=ttyS0\"\n"u8.ToArray());
        Write("usr/lib/shim/shimx64.efi.signed", "shim"u8.ToArray());
        Write("usr/lib/shim/mmx64.efi.signed", "mok manager"u8.ToArray());
        Write("usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed", "grub"u8.ToArray());
        Write("srv/filler", RandomNumberGenerator.GetBytes(10 << 20));
        Write(BootLoader.BootImage[1..], File.ReadAllBytes(BootLoader.BootImage));
        Write(BootLoader.CoreImage[1..], []);
        Run("grub-mkimage", ["-O", "i386-pc", "-p", "(,gpt2)/grub", "-o", tree + BootLoader.CoreImage, .. BootLoader.CoreModules]);
        return tree;

        void Write(string path, byte[] content)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(tree, path))!);
            File.WriteAllBytes(Path.Combine(tree, path), content);
        }
    }

    private static void Run(string program, params IReadOnlyList<string> arguments) => new ProcessRunner().Run(Command.Of(program, arguments)).OrThrow();
}
