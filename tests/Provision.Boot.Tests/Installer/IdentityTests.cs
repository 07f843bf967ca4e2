using System.Formats.Tar;
using Provision.Boot.Installer.Setup;

namespace Provision.Boot.Tests;

/// <summary>A host's identity comes back as it was, and nothing else comes with it.</summary>
public sealed class IdentityTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("provision-identity-").FullName;

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public void Keys_come_back_and_nobody_else_may_read_them()
    {
        using var files = RootedFiles.Open(root);
        Assert.Equal(3, HostIdentityFiles.Restore(
            files, Archive(("etc/ssh/ssh_host_ed25519_key", null), ("./etc/ssh/ssh_host_ed25519_key.pub", null), ("etc/provision/host.key", null))));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(root, "etc/ssh/ssh_host_ed25519_key")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(root, "etc/provision/identity.age")));
        Assert.True(File.GetUnixFileMode(Path.Combine(root, "etc/ssh/ssh_host_ed25519_key.pub")).HasFlag(UnixFileMode.OtherRead));
    }

    [Theory]
    [InlineData("etc/shadow", null)]
    [InlineData("etc/ssh/sshd_config", null)]
    [InlineData("etc/ssh/ssh_host_../../x", null)]
    [InlineData("../etc/ssh/ssh_host_rsa_key", null)]
    [InlineData("/etc/ssh/ssh_host_rsa_key", null)]
    [InlineData("etc/ssh/ssh_host_rsa_key", "/etc/shadow")]
    public void Anything_else_is_refused(string name, string? link)
    {
        using var files = RootedFiles.Open(root);
        Assert.Throws<InstallException>(() => HostIdentityFiles.Restore(files, Archive((name, link))));
        Assert.Empty(Directory.EnumerateFileSystemEntries(root));
    }

    [Fact]
    public void An_empty_identity_is_refused()
    {
        using var files = RootedFiles.Open(root);
        Assert.Throws<InstallException>(() => HostIdentityFiles.Restore(files, Archive()));
    }

    [Fact]
    public void The_machine_id_follows_the_key()
    {
        Assert.Equal(HostIdentityFiles.MachineId([1]), HostIdentityFiles.MachineId([1]));
        Assert.NotEqual(HostIdentityFiles.MachineId([1]), HostIdentityFiles.MachineId([2]));
        Assert.Matches("^[0-9a-f]{32}$", HostIdentityFiles.MachineId([1]));
    }

    private static MemoryStream Archive(params (string Name, string? Link)[] entries)
    {
        var stream = new MemoryStream();
        using (var tar = new TarWriter(stream, leaveOpen: true))
        {
            foreach (var (name, link) in entries)
            {
                tar.WriteEntry(link is null
                    ? new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream("key"u8.ToArray()) }
                    : new PaxTarEntry(TarEntryType.SymbolicLink, name) { LinkName = link });
            }
        }

        stream.Position = 0;
        return stream;
    }
}
