using System.Text;

namespace Provision.Core.Tests;

/// <summary>Tries to get out of a root, and to read or write what is not there to be read or written.</summary>
public sealed class RootedFilesTests : IDisposable
{
    private readonly string outside = Directory.CreateTempSubdirectory("provision-outside-").FullName;
    private readonly RootedFiles files;
    private readonly string root;

    public RootedFilesTests()
    {
        root = Path.Combine(outside, "root");
        Directory.CreateDirectory(root);
        File.WriteAllText(Path.Combine(outside, "secret"), "untouched");
        files = RootedFiles.Open(root);
    }

    public void Dispose()
    {
        files.Dispose();
        Directory.Delete(outside, recursive: true);
    }

    [Theory]
    [InlineData("../secret")]
    [InlineData("../../../../../../../../secret")]
    [InlineData("/link/secret")]
    [InlineData("/absolute")]
    public void Nothing_outside_the_root_is_read(string path)
    {
        Directory.CreateSymbolicLink(Path.Combine(root, "link"), "..");
        File.CreateSymbolicLink(Path.Combine(root, "absolute"), Path.Combine(outside, "secret"));
        Assert.Null(files.Read(path, follow: true));
    }

    [Fact]
    public void A_link_out_of_the_root_leads_back_into_it()
    {
        Directory.CreateSymbolicLink(Path.Combine(root, "etc"), outside);
        files.MakeFolder(outside); // the link's target, as it is below the root
        files.WriteNew("/etc/file", "x"u8, 0x1A4);
        Assert.True(File.Exists(root + outside + "/file"));
        Assert.False(File.Exists(Path.Combine(outside, "file")));
    }

    [Fact]
    public async Task A_folder_swapped_for_a_link_during_the_run_never_leads_outside()
    {
        var victim = Path.Combine(outside, "victim");
        Directory.CreateDirectory(victim);
        Directory.CreateDirectory(Path.Combine(root, "real"));
        using var stop = new CancellationTokenSource();
        var swapper = Task.Run(() =>
        {
            var spot = Path.Combine(root, "etc");
            while (!stop.IsCancellationRequested)
            {
                Directory.CreateSymbolicLink(spot, victim);
                File.Delete(spot);
                Directory.CreateSymbolicLink(spot, "real");
                File.Delete(spot);
            }
        });
        for (var i = 0; i < 20_000; i++)
        {
            try
            {
                files.WriteNew($"/etc/{i}", "x"u8, 0x1A4);
                files.Remove($"/etc/{i}");
            }
            catch (MachineFileException)
            {
                // Between two links there is no folder: fine, as long as nothing lands outside.
            }
        }

        await stop.CancelAsync();
        await swapper;
        Assert.Empty(Directory.EnumerateFileSystemEntries(victim));
    }

    [Theory]
    [InlineData("/home/ada/conf/f", "1001", "1001", "/home/ada/conf")]
    [InlineData("/home/ada/conf/f", "1001", "0", "/home/ada/conf")]
    [InlineData("/home/ada/conf/f", "0", "1001", "/home/ada/conf")]
    [InlineData("/safe/conf/deep/f", "1001", "1001", "/home/ada/conf")]
    [InlineData("/home/ada/conf/f", "0", "0", null)]
    [InlineData("/safe/../../etc/f", "1001", "1001", null)]
    public void Nothing_is_changed_through_a_link_that_another_user_may_have_made(string path, string owner, string linkOwner, string? link)
    {
        Directory.CreateDirectory(root + "/home/ada");
        Directory.CreateDirectory(root + "/etc/deep");
        Directory.CreateSymbolicLink(root + "/home/ada/conf", "../../etc");
        Directory.CreateSymbolicLink(root + "/safe", "/../home/./ada");
        var commands = new ProcessRunner();
        commands.Run(Command.Of("chown", owner, root + "/home/ada")).OrThrow();
        commands.Run(Command.Of("chown", "-h", linkOwner, root + "/home/ada/conf")).OrThrow();
        Assert.Equal(link, files.UnsafeLink(path));
        if (link is null)
        {
            files.WriteNew(path, "text"u8, FileModes.Public);
            Assert.NotNull(files.Stat(path));
            return;
        }

        foreach (Action change in (Action[])
        [
            () => files.WriteNew(path, "text"u8, FileModes.Public), () => files.Remove(path), () => files.MakeLink(path, "x"),
            () => files.MakeFolder(path + "/g"), () => files.Rename("/etc/deep", path),
        ])
        {
            Assert.Contains($"{root}{link} is a link", Assert.Throws<MachineFileException>(change).Message, StringComparison.Ordinal);
        }

        Assert.Equal(["deep"], files.List("/etc"));
    }

    [Fact]
    public void Links_that_lead_in_a_circle_end_as_an_error()
    {
        Directory.CreateSymbolicLink(root + "/a", "b");
        Directory.CreateSymbolicLink(root + "/b", "a");
        Assert.Contains("Too many levels", Assert.Throws<MachineFileException>(() => files.WriteNew("/a/f", ""u8, FileModes.Public)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_pipe_or_a_folder_is_not_read_and_does_not_block()
    {
        Directory.CreateDirectory(Path.Combine(root, "folder"));
        new ProcessRunner().Run(Command.Of("mkfifo", Path.Combine(root, "pipe"))).OrThrow();
        Assert.Null(files.Read("/pipe"));
        Assert.Null(files.Read("/folder"));
        Assert.Equal(FileKind.Other, files.Stat("/pipe")!.Kind);
    }

    [Fact]
    public void When_a_file_was_made_stays_when_it_is_appended_to_and_renamed()
    {
        var path = Path.Combine(root, "log");
        File.WriteAllText(path, "one");
        var born = files.Stat("/log")!.Born;
        Assert.NotNull(born);
        Thread.Sleep(50);
        File.AppendAllText(path, "two");
        File.Move(path, path + "-run");
        var later = files.Stat("/log-run")!;
        Assert.Equal(born, later.Born);
        Assert.True(later.Modified > born);
    }

    [Fact]
    public void Modes_are_exact_whatever_the_umask()
    {
        files.WriteNew("/file", "secret"u8, 0x1B6 /* 0666 */);
        files.MakeFolder("/a/b", 0x1C0 /* 0700 */);
        Assert.Equal(0x1B6, files.Stat("/file")!.Mode);
        Assert.Equal(0x1C0, files.Stat("/a/b")!.Mode);
        Assert.Equal(0x1ED, files.Stat("/a")!.Mode);
    }

    [Fact]
    public void An_existing_file_is_never_overwritten_by_WriteNew()
    {
        files.WriteNew("/file", "first"u8, 0x1A4);
        var refused = Assert.Throws<MachineFileException>(() => files.WriteNew("/file", "second"u8, 0x1A4));
        Assert.Equal("/file", refused.Path);
        Assert.Equal("first", Encoding.UTF8.GetString(files.Read("/file")!.Content));
    }

    [Fact]
    public void One_lock_is_held_once()
    {
        using (files.TryLock("/lock"))
        {
            Assert.Null(files.TryLock("/lock"));
        }

        using var again = files.TryLock("/lock");
        Assert.NotNull(again);
    }

    [Fact]
    public void Files_of_the_kernel_that_say_they_are_empty_are_read_whole()
    {
        using var system = RootedFiles.Open("/");
        Assert.Contains("Linux version", Encoding.UTF8.GetString(system.Read("/proc/version")!.Content), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/var/lib/provision/storage/imap1", FileModes.PublicDirectory)]
    [InlineData("/var/lib/provision", FileModes.PublicDirectory)]
    [InlineData("/var/lib/provision/packs", FileModes.PrivateDirectory)]
    public void Directories_of_the_state_are_for_root_only_whoever_makes_them_first(string path, int mode)
    {
        var made = files.MakeFolder(path, mode);
        Assert.All(made, folder => Assert.Equal(folder.StartsWith("/var/lib/provision", StringComparison.Ordinal) ? 0x1C0 : 0x1ED, files.Stat(folder)!.Mode));
        Assert.Equal(0x1ED, files.Stat("/var/lib")!.Mode);
        files.MakeFolder("/var/lib/provisional", FileModes.PublicDirectory);
        Assert.Equal(0x1ED, files.Stat("/var/lib/provisional")!.Mode);
    }
}
