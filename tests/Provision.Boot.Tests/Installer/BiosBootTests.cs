using System.Globalization;
using Provision.Boot.Installer.Loader;

namespace Provision.Boot.Tests;

/// <summary>What we write as boot loader is, byte for byte, what GRUB's own program writes.</summary>
public sealed class BiosBootTests : IDisposable
{
    private const int FirstSector = 2048;
    private readonly string work = Directory.CreateTempSubdirectory("provision-boot-").FullName;

    public void Dispose() => Directory.Delete(work, recursive: true);

    /// <summary>A disk with a GPT, and GRUB's program with its files on another device; it needs loop devices, as root has them.</summary>
    [Fact]
    public void Boot_code_and_core_are_what_grub_bios_setup_writes()
    {
        var (disk, other, mounted, map) = (
            Path.Combine(work, "disk"), Path.Combine(work, "other"), Path.Combine(work, "mounted"), Path.Combine(work, "device.map"));
        Grow(disk, 64);
        Run(Command.Of("sfdisk", "--quiet", disk).WithInput("label: gpt\nstart=2048, size=2048, type=21686148-6449-6E6F-744E-656564454649\n"u8.ToArray()));
        Grow(other, 8);
        Run(Command.Of("mkfs.ext2", "-q", other));
        Directory.CreateDirectory(mounted);
        Run(Command.Of("mount", "-o", "loop", other, mounted));
        try
        {
            var grub = Directory.CreateDirectory(Path.Combine(mounted, "grub")).FullName;
            File.Copy(BootLoader.BootImage, Path.Combine(grub, "boot.img"));
            Run(Command.Of("grub-mkimage", ["-O", "i386-pc", "-p", "(,gpt2)/grub", "-o", Path.Combine(grub, "core.img"), .. BootLoader.CoreModules]));
            var loop = new ProcessRunner().Run(Command.Of("findmnt", "-n", "-o", "SOURCE", mounted)).OrThrow().Text.Trim();
            File.WriteAllText(map, $"(hd0) {disk}\n(hd1) {loop}\n");
            Run(Command.Of("/usr/lib/grub/i386-pc/grub-bios-setup", "--no-rs-codes", "--skip-fs-probe", "-m", map, "-d", grub, "(hd0)"));

            var core = BiosBoot.Core(File.ReadAllBytes(Path.Combine(grub, "core.img")), FirstSector);
            using var written = File.OpenRead(disk);
            Assert.Equal(Stretch(written, 0, BiosBoot.CodeBytes), BiosBoot.Code(File.ReadAllBytes(BootLoader.BootImage), FirstSector));
            Assert.Equal(Stretch(written, FirstSector * 512, core.Length), core);
        }
        finally
        {
            Run(Command.Of("umount", mounted));
        }
    }

    [Theory]
    [InlineData(511)]
    [InlineData(512)]
    public void What_is_no_boot_sector_is_refused(int bytes) => Assert.Throws<InstallException>(() => BiosBoot.Code(new byte[bytes], FirstSector));

    [Theory]
    [InlineData(512)]
    [InlineData((1 << 20) + 1)]
    public void A_core_that_has_no_place_is_refused(int bytes) =>
        Assert.Contains(bytes.ToString(CultureInfo.InvariantCulture),
            Assert.Throws<InstallException>(() => BiosBoot.Core(new byte[bytes], FirstSector)).Message, StringComparison.Ordinal);

    private static byte[] Stretch(FileStream from, long offset, int bytes)
    {
        var content = new byte[bytes];
        from.Position = offset;
        from.ReadExactly(content);
        return content;
    }

    private static void Grow(string path, int mebibytes)
    {
        using var file = new FileStream(path, FileMode.Create);
        file.SetLength((long)mebibytes << 20);
    }

    private static void Run(Command command) => new ProcessRunner().Run(command).OrThrow();
}
