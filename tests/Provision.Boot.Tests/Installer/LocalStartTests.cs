using System.Text;
using Provision.Boot.Installer.Loader;
using Provision.Boot.Installer.Local;

namespace Provision.Boot.Tests;

/// <summary>What `reinstall --local` leaves for GRUB, read by GRUB's own tools.</summary>
public sealed class LocalStartTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("provision-local-").FullName;
    private readonly ProcessRunner runner = new();

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void The_wish_is_an_environment_block_of_GRUBs()
    {
        var file = Write("next.env", NextBoot.Block(NextBoot.Installer));
        Assert.Equal(1024, new FileInfo(file).Length);
        Assert.Equal("provision_next=installer\n", runner.Run(Command.Of("grub-editenv", file, "list")).OrThrow().Text);

        // As GRUB takes it back: in its place.
        runner.Run(Command.Of("grub-editenv", file, "unset", NextBoot.Variable)).OrThrow();
        Assert.Equal(NextBoot.Block(null), File.ReadAllBytes(file));
    }

    [Fact]
    public void The_stub_and_what_it_sources_are_scripts_of_GRUBs()
    {
        var stub = GrubMenu.Stub("21144bad-7e98-4e7b-992d-52f1165e2fae");
        runner.Run(Command.Of("grub-script-check", Write("grub.cfg", Encoding.ASCII.GetBytes(stub)))).OrThrow();
        var start = LocalStart.Text("BOOTIF=01-00-00-5e-00-53-61 provision.server=http://192.0.2.4:8480 provision.job=1f console=ttyS0,115200");
        runner.Run(Command.Of("grub-script-check", Write("start.cfg", Encoding.ASCII.GetBytes(start)))).OrThrow();
        Assert.Contains("'console=ttyS0,115200'\ninitrd /boot/provision-installer/initrd.zst /boot/provision-installer/ticket.cpio\nboot\n", start,
            StringComparison.Ordinal);

        // The wish is taken back before anything is started, and the usual menu is the last word.
        var lines = stub.Split('\n', StringSplitOptions.TrimEntries).ToList();
        Assert.True(lines.FindIndex(line => line.StartsWith("if save_env", StringComparison.Ordinal)) < lines.IndexOf("source ($root)" + LocalStart.Script));
        Assert.Equal("configfile $prefix/grub.cfg", lines[^2]);
    }

    [Theory]
    [InlineData("quiet' ; halt '")]
    [InlineData("quiet\nhalt")]
    public void Words_that_would_end_the_line_are_refused(string words) =>
        Assert.Contains("cannot be written for GRUB", Assert.Throws<InstallException>(() => LocalStart.Text(words)).Message, StringComparison.Ordinal);

    private string Write(string name, byte[] content)
    {
        var path = Path.Combine(folder, name);
        File.WriteAllBytes(path, content);
        return path;
    }
}
