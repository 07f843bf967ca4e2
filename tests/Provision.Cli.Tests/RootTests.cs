namespace Provision.Cli.Tests;

/// <summary>The program as root, with repositories that others had their hands in.</summary>
public sealed class RootTests : IDisposable
{
    private readonly string work = Directory.CreateTempSubdirectory("provision-root-").FullName;
    private readonly ProcessRunner runner = new();

    private static string Program => Environment.GetEnvironmentVariable("PROVISION_BINARY") is { Length: > 0 } given ? given
        : TestRepository.PathOf("out/provision");

    public RootTests()
    {
        foreach (var folder in new[] { "fleet/hosts", "fleet/roles", "fleet/templates/web/etc", "root/etc" })
        {
            Directory.CreateDirectory(Path.Combine(work, folder));
        }

        Write("hosts/fleet.yaml",
            "fleet: { name: test, domain: mail.example, release: trixie }\nsites:\n  nyi: { networks: [192.0.2.0/24], gateway: 192.0.2.1 }\n");
        Write("hosts/nyi.yaml", "site: nyi\nhosts:\n  web1:\n    macs: [\"00:00:5E:00:53:01\"]\n    roles: [web]\n    address: 192.0.2.11\n");
        Write("roles/web.yaml", "data: cache\ngate: none\nconfigs: [web]\n");
        Write("templates/web/etc/web.conf", "---\ncheck: \"false\"\n---\ntext\n");
    }

    public void Dispose() => Directory.Delete(work, recursive: true);

    [Theory]
    [InlineData("diff --host web1 --root ROOT")]
    [InlineData("install --yes --host web1 --root ROOT --allow-dirty")]
    [InlineData("validate")]
    [InlineData("hosts")]
    [InlineData("host retire web1")]
    public void A_repository_that_another_user_can_write_is_refused(string arguments)
    {
        runner.Run(Command.Of("chown", "65534", $"{work}/fleet/roles")).OrThrow();
        var refused = Run(arguments);
        Assert.Equal(2, refused.ExitCode);
        Assert.Equal(
            $"provision: {work}/fleet/roles belongs to user 65534, and root uses a repository only if root alone can write it: "
            + $"chown -R root:root {work}/fleet/roles\n",
            refused.Error);
        Assert.Empty(Directory.EnumerateFileSystemEntries($"{work}/root/etc"));
    }

    [Fact]
    public void Git_runs_no_program_of_the_repository()
    {
        File.WriteAllText($"{work}/monitor", $"#!/bin/sh\ntouch {work}/ran\n");
        File.SetUnixFileMode($"{work}/monitor", (UnixFileMode)FileModes.Program);
        foreach (var arguments in new[] { "init -q -b main", "add -A", "-c user.name=t -c user.email=t@mail.example commit -qm first",
            $"config core.fsmonitor {work}/monitor" })
        {
            runner.Run(Command.Of("git", ["-C", $"{work}/fleet", .. arguments.Split(' ')])).OrThrow();
        }

        var shown = Run("diff --host web1 --root ROOT");
        Assert.Equal(1, shown.ExitCode);
        Assert.Matches("web1 at [0-9a-f]{7,}", shown.Text);
        Assert.False(File.Exists($"{work}/ran"));
    }

    [Theory]
    [InlineData("", 1, false)]
    [InlineData("--no-checks", 1, false)]
    [InlineData("--checks", 2, true)]
    public void Diff_runs_checkers_only_on_request(string option, int exitCode, bool isRun)
    {
        var shown = Run($"diff --host web1 --here test {option}".TrimEnd());
        Assert.Equal((exitCode, isRun), (shown.ExitCode, shown.Text.Contains("check failed  false", StringComparison.Ordinal)));
    }

    /// <summary>In a mount namespace with an empty <c>/var/lib</c>: the first command makes the directories.</summary>
    [Theory]
    [InlineData("masters enroll --new --yes --database /var/lib/provision/other/masters.sqlite")]
    [InlineData("masters enroll --new --yes --database /var/lib/provision/masters.sqlite")]
    public void The_first_command_on_a_machine_makes_the_state_for_root_only(string arguments)
    {
        var made = runner.Run(Command.Of(
            "unshare", "--mount", "sh", "-c",
            $"umask 000; mount -t tmpfs none /var/lib; {Program} {arguments} --repo {work}/fleet >&2; find /var/lib/provision -type d ! -perm 0700; ls -d /var/lib/provision")
            .WithTimeout(TimeSpan.FromMinutes(2)));
        Assert.True(made.Text is "/var/lib/provision\n", made.Text + made.Error);
    }

    private void Write(string path, string text) => File.WriteAllText(Path.Combine(work, "fleet", path), text);

    private CommandResult Run(string arguments) => runner.Run(
        Command.Of(Program, [.. arguments.Replace("ROOT", $"{work}/root", StringComparison.Ordinal).Split(' '), "--repo", $"{work}/fleet"])
            .WithEnvironment("NO_COLOR", "1").WithTimeout(TimeSpan.FromMinutes(2)));
}
