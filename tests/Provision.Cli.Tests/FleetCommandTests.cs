using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Provision.Cli.Tests;

/// <summary>
/// <c>provision fleet</c> with real sshd instances on loopback, each with a root and a clone of its own: the commit travels, equal answers are folded, and
/// nothing is done on a host whose key or commit is not the right one. About 15 seconds.
/// </summary>
public sealed class FleetCommandTests : IDisposable
{
    private const int Hosts = 3;
    private static readonly string Program =
        Environment.GetEnvironmentVariable("PROVISION_BINARY") is { Length: > 0 } given ? given : TestRepository.PathOf("out/provision");

    private readonly string folder = Directory.CreateTempSubdirectory("provision-fleet-").FullName;
    private readonly List<RunningCommand> daemons = [];
    private readonly int port;

    public FleetCommandTests()
    {
        port = FreePort();
        Key("user");
        Write("repo/hosts/fleet.yaml",
            "fleet: { name: t, domain: t.example, release: trixie }\nsites:\n  lo: { networks: [127.0.0.0/8], gateway: 127.0.0.1 }\n");
        Write("repo/hosts/lo.yaml", "site: lo\nhosts:\n" + string.Concat(Enumerable.Range(1, Hosts).Select(number =>
            $"  web{number}:\n    macs: [\"00:00:5E:00:53:0{number}\"]\n    roles: [web]\n    address: 127.0.0.{number + 1}\n")));
        Write("repo/roles/web.yaml", "data: cache\ngate: none\nconfigs: [web]\n");
        Write("repo/templates/web/etc/motd", "one\n");
        Write("ssh_config", $"Host 127.0.0.*\n  Port {port}\n  IdentityFile {folder}/user\n  IdentitiesOnly yes\n  UserKnownHostsFile /dev/null\n");
        var known = Enumerable.Range(1, Hosts).Select(number =>
        {
            Start(number);
            return $"web{number} {string.Join(' ', File.ReadAllText($"{folder}/host{number}.pub").Split(' ').Take(2))}\n";
        }).ToList();
        Write("repo/hosts/known_hosts", string.Concat(known));
        Git("init", "-q", "-b", "main");
        Commit("first");
    }

    public void Dispose()
    {
        daemons.ForEach(daemon => daemon.Dispose());
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void The_commit_travels_and_the_same_change_is_shown_once()
    {
        Write("root2/etc/motd", "by hand\n");
        var diff = Run("diff", "role=web");
        Assert.True(diff.ExitCode == 1, diff.Text + diff.Error);
        Assert.Contains("new      /etc/motd on all but web2", diff.Text, StringComparison.Ordinal);
        Assert.Contains("update   /etc/motd on web2", diff.Text, StringComparison.Ordinal);
        Assert.Equal(2, diff.Text.Split('\n').Count(line => line == "  +one"));
        Assert.All(Enumerable.Range(1, Hosts), number => Assert.Equal(Head(), HeadOf(number)));

        // The next commit is sent as what is lacking, and one host after the other is up to date once it is installed.
        Write("repo/templates/web/etc/motd", "two\n");
        Commit("second");
        Write("root1/etc/motd", "two\n");
        var json = Run("diff", "web1", "-o", "json");
        Assert.True(json.ExitCode is 0 or 1, json.Text + json.Error);
        using var answer = JsonDocument.Parse(json.Output);
        Assert.Equal("web1", answer.RootElement.GetProperty("hosts")[0].GetProperty("host").GetString());
        Assert.Equal(Head(), HeadOf(1));
        Assert.NotEqual(Head(), HeadOf(2));
    }

    [Fact]
    public void A_command_runs_everywhere_and_a_dead_host_does_not_stop_the_others()
    {
        var all = Run("exec", "role=web", "--", "sh", "-c", "echo \"$1\"", "-", "a 'quoted' * word");
        Assert.True(all.ExitCode == 0, all.Text + all.Error);
        Assert.Equal("all:\n  a 'quoted' * word\n", all.Text);

        daemons[1].Dispose();
        var two = Run("exec", "role=web", "--", "true");
        Assert.Equal(2, two.ExitCode);
        Assert.Contains("web2", two.Error, StringComparison.Ordinal);
        Assert.Contains("all but web2", two.Text, StringComparison.Ordinal);
        Assert.Equal(1, Run("exec", "web1 web3", "--", "false").ExitCode);
    }

    [Fact]
    public void A_host_with_another_key_gets_nothing()
    {
        var known = File.ReadAllText($"{folder}/repo/hosts/known_hosts").Split('\n');
        Write("repo/hosts/known_hosts", $"web1 {known[1][5..]}\n{known[1]}\n{known[2]}\n");
        Commit("keys");
        var diff = Run("diff", "*");
        Assert.Equal(2, diff.ExitCode);
        Assert.Contains("web1", diff.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists($"{folder}/root1/var/lib/provision/repository"));
        Assert.Equal(Head(), HeadOf(2));
    }

    [Fact]
    public void A_host_without_a_recorded_key_is_not_trusted_on_first_use()
    {
        File.Delete($"{folder}/repo/hosts/known_hosts");
        Commit("no keys");
        Assert.Equal(2, Run("exec", "web1", "--", "touch", $"{folder}/harm").ExitCode);
        Assert.False(File.Exists($"{folder}/harm"));
    }

    [Fact]
    public void An_unsigned_commit_is_refused_where_signers_are_named_and_the_clone_stays()
    {
        Assert.Equal(1, Run("diff", "web1").ExitCode);
        var before = HeadOf(1);
        Key("signer");
        Write("root1/etc/provision/allowed_signers", $"ann namespaces=\"git\" {File.ReadAllText($"{folder}/signer.pub")}");
        Write("repo/templates/web/etc/motd", "harm\n");
        Commit("unsigned");
        var refused = Run("diff", "web1 web2");
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("is not signed", refused.Text, StringComparison.Ordinal);
        Assert.Equal(before, HeadOf(1));
        Assert.Equal(Head(), HeadOf(2));
        Assert.Equal("one\n", File.ReadAllText($"{folder}/root1/var/lib/provision/repository/templates/web/etc/motd"));

        Git("-c", "gpg.format=ssh", "-c", $"user.signingkey={folder}/signer", "commit", "--quiet", "--amend", "-S", "-m", "signed");
        Assert.Equal(1, Run("diff", "web1").ExitCode);
        Assert.Equal(Head(), HeadOf(1));
    }

    [Theory]
    [InlineData("diff")]
    [InlineData("check")]
    [InlineData("install", "--yes")]
    [InlineData("diff", "role=nothing")]
    [InlineData("diff", "web9")]
    [InlineData("install", "web1", "--waves", "rest,1", "--yes")]
    [InlineData("install", "web1")]
    [InlineData("status", "7")]
    [InlineData("resume")]
    [InlineData("rollback", "--yes")]
    public void What_names_nothing_or_makes_no_sense_is_refused(params string[] arguments)
    {
        var refused = Run([.. arguments, .. arguments[0] is "diff" or "check" ? (string[])[] : ["--runs", $"{folder}/runs"]]);
        Assert.True(refused.ExitCode == 2, refused.Text + refused.Error);
        Assert.NotEmpty(refused.Error);
        Assert.DoesNotContain("   at ", refused.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists($"{folder}/root1/var/lib/provision"));
    }

    [Fact]
    public void A_host_that_cannot_be_confirmed_refuses_and_the_run_says_so()
    {
        var run = Run("install", "*", "--yes", "--runs", $"{folder}/runs");
        Assert.True(run.ExitCode == 2, run.Text + run.Error);
        Assert.All(Enumerable.Range(1, Hosts), number => Assert.False(File.Exists($"{folder}/root{number}/etc/motd")));
        var report = Run("report", "--runs", $"{folder}/runs");
        Assert.Equal(0, report.ExitCode);
        Assert.Contains("an install can only be confirmed on the running system", report.Text, StringComparison.Ordinal);
        Assert.Contains("first", report.Text, StringComparison.Ordinal);
    }

    private static int FreePort()
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        return ((IPEndPoint)free.LocalEndpoint).Port;
    }

    /// <summary>Starts the sshd of a host. Its provision works on the host's root.</summary>
    private void Start(int number)
    {
        Key($"host{number}");
        Directory.CreateDirectory($"{folder}/root{number}/etc");
        Write($"bin{number}/provision", string.Join('\n',
            "#!/bin/bash",
            $"root={folder}/root{number}",
            "exec " + Program + " \"${@/#\\/var\\/lib\\/provision\\/repository/$root/var/lib/provision/repository}\" --root $root",
            ""));
        File.SetUnixFileMode($"{folder}/bin{number}/provision", (UnixFileMode)0x1ED);
        Directory.CreateDirectory("/run/sshd");
        Write($"sshd{number}", $"""
            Port {port}
            ListenAddress 127.0.0.{number + 1}
            HostKey {folder}/host{number}
            AuthorizedKeysFile {folder}/user.pub
            PermitRootLogin yes
            StrictModes no
            PidFile none
            UsePAM no
            SetEnv PATH={folder}/bin{number}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

            """);
        daemons.Add(RunningCommand.Start(Command.Of("/usr/sbin/sshd", "-D", "-e", "-f", $"{folder}/sshd{number}")));
        for (var end = DateTime.UtcNow.AddMinutes(1); ; Thread.Sleep(50))
        {
            using var client = new TcpClient();
            try
            {
                client.Connect($"127.0.0.{number + 1}", port);
                return;
            }
            catch (SocketException) when (DateTime.UtcNow < end)
            {
                // It does not listen yet.
            }
        }
    }

    private void Key(string name) =>
        new ProcessRunner().Run(Command.Of("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", $"{folder}/{name}")).OrThrow();

    private CommandResult Run(params string[] arguments) => new ProcessRunner().Run(
        Command.Of(Program, ["fleet", .. arguments, .. arguments.Contains("--") || arguments[0] is "status" or "report" or "resume" or "rollback" ? (string[])[]
            : arguments[0] is "diff" or "install" ? ["--allow-dirty"] : []])
            .In($"{folder}/repo").WithEnvironment("PROVISION_SSH_CONFIG", $"{folder}/ssh_config").WithTimeout(TimeSpan.FromMinutes(3)));

    private void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName($"{folder}/{path}")!);
        File.WriteAllText($"{folder}/{path}", text);
    }

    private string Git(params string[] arguments) => new ProcessRunner().Run(
        Command.Of("git", ["-C", $"{folder}/repo", "-c", "user.name=Ann", "-c", "user.email=ann@t.example", .. arguments])).OrThrow().Text.Trim();

    private void Commit(string subject)
    {
        Git("add", "-A");
        Git("commit", "-q", "-m", subject);
    }

    private string Head() => Git("rev-parse", "HEAD");

    private string HeadOf(int number) => new ProcessRunner().Run(
        Command.Of("git", "-C", $"{folder}/root{number}/var/lib/provision/repository", "rev-parse", "HEAD")).Text.Trim();
}
