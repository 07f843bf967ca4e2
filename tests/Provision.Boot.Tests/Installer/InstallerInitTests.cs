namespace Provision.Boot.Tests;

/// <summary>The first program of the installer, from where it waits for the network and from where the installer has ended: a machine does not wait for
/// ever.</summary>
public sealed class InstallerInitTests : IDisposable
{
    private static readonly string Script = File.ReadAllText(Path.Combine(TestRepository.Root, "src/Provision.Boot/Images/Files/installer-init.sh"));
    private readonly string folder = Directory.CreateTempSubdirectory("provision-init-").FullName;

    public InstallerInitTests()
    {
        // Time passes in no time; what would stand still for good ends the script instead.
        Stub("sleep", "[ \"$1\" != 3600 ] || kill -9 $PPID\n[ ! -e \"$0.stay\" ] || { rm \"$0.stay\"; rm -f \"$0.kept\"; }");
        Stub("reboot", "echo REBOOT\nkill -9 $PPID");
        Stub("sync", "");
        Stub("ip", "echo '    inet 192.0.2.99/24 scope global eth0'");
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData(2, "", true)]
    [InlineData(2, "provision.shell", false)]
    [InlineData(2, "provision.discover", false)]
    [InlineData(1, "", false)]
    [InlineData(0, "", false)]
    [InlineData(134, "", false)]
    public void A_stopped_installer_that_wrote_nothing_restarts(int status, string word, bool restarts)
    {
        var said = Run($"(exit {status})\n" + Script[Script.IndexOf("status=$?", StringComparison.Ordinal)..], word);
        Assert.Equal(restarts, said.Contains("REBOOT", StringComparison.Ordinal));
        Assert.Equal(restarts, said.Contains("It restarts in ten minutes", StringComparison.Ordinal));
        Assert.Equal(status != 0, said.Contains("up for ssh: root@192.0.2.99", StringComparison.Ordinal));
    }

    /// <summary>An engineer who is looking keeps the machine, and gives it free again.</summary>
    [Fact]
    public void It_stays_while_the_file_is_there()
    {
        File.WriteAllText(Path.Combine(folder, "sleep.kept"), "");
        File.WriteAllText(Path.Combine(folder, "sleep.stay"), "");
        var said = Run("(exit 2)\n" + Script[Script.IndexOf("status=$?", StringComparison.Ordinal)..].Replace(
            "/run/provision/stay", folder + "/sleep.kept", StringComparison.Ordinal), "");
        Assert.DoesNotContain("It restarts in ten minutes", said, StringComparison.Ordinal);
        Assert.Contains("REBOOT", said, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(folder, "sleep.kept")));
    }

    [Theory]
    [InlineData("", 599, false)]
    [InlineData("", 600, true)]
    [InlineData("provision.discover", 600, false)]
    [InlineData("provision.shell", 600, false)]
    public void Without_a_boot_server_it_restarts_after_ten_minutes(string word, int seconds, bool restarts)
    {
        var loop = Script[Script.IndexOf("tries=0\n", StringComparison.Ordinal)..Script.IndexOf("say \"address", StringComparison.Ordinal)];
        var said = Run($"network() {{ [ \"$tries\" -ge 3 ]; }}\nserver=\nseconds() {{ echo {seconds}; }}\n{loop}\necho CONNECTED\n", word);
        Assert.Equal(restarts ? "REBOOT" : "CONNECTED", said.TrimEnd().Split('\n')[^1]);
    }

    private string Run(string part, string word)
    {
        var functions = Script.Split('\n')
            .Where(line => line.StartsWith("seconds()", StringComparison.Ordinal) || line.StartsWith("restart()", StringComparison.Ordinal)
            || line.StartsWith("say()", StringComparison.Ordinal));
        var script = $"PATH={folder}:$PATH\nhas() {{ [ \"$1\" = \"{word}\" ]; }}\n{string.Join('\n', functions)}\n{part}";
        return new ProcessRunner().Run(Command.Of("sh", "-c", script).WithTimeout(TimeSpan.FromSeconds(60))).Text;
    }

    private void Stub(string name, string text)
    {
        var path = Path.Combine(folder, name);
        File.WriteAllText(path, "#!/bin/sh\n" + text + "\nexit 0\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
