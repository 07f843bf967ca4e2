using System.Text.Json;

namespace Provision.Lab;

/// <summary>
/// A fleet of three containers and a control host in namespaces of their own, as <c>docs/how-to/roll-out-a-change.md</c> describes it: a commit that locks
/// ssh out on the canary, one that a host of the second wave cannot run, and a control host that dies in the middle. About three minutes on 2 cores.
/// </summary>
public sealed class FleetTests : IDisposable
{
    private const string SshdPart = "/etc/ssh/sshd_config.d/fleet.conf";
    private static readonly string[] Hosts = ["web1", "web2", "web3"];
    private static readonly ProcessRunner Runner = new();
    private readonly string folder = Directory.CreateTempSubdirectory("provision-rollout-").FullName;
    private readonly string space = "pf" + Guid.NewGuid().ToString("N")[..8];
    private readonly Dictionary<string, NspawnSystem> systems = new(StringComparer.Ordinal);

    public FleetTests()
    {
        File.SetUnixFileMode(folder, (UnixFileMode)0x1ED);
        Runner.Run(Command.Of("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", $"{folder}/engineer")).OrThrow();
        try
        {
            Ip("netns", "add", space);
            Inside(space, "ip", "link", "set", "lo", "up").OrThrow();
            Inside(space, "ip", "link", "add", "switch", "type", "bridge").OrThrow();
            Inside(space, "ip", "address", "add", "192.0.2.1/24", "dev", "switch").OrThrow();
            Inside(space, "ip", "link", "set", "switch", "up").OrThrow();
            Parallel.For(0, Hosts.Length, new ParallelOptions { MaxDegreeOfParallelism = 2 }, Boot);
        }
        catch
        {
            Dispose();
            throw;
        }

        Write("hosts/fleet.yaml",
            "fleet: { name: lab, domain: lab.example, release: trixie }\nsites:\n  nyi: { networks: [192.0.2.0/24], gateway: 192.0.2.1 }\n");
        Write("hosts/known_hosts", string.Concat(Hosts.Select(host =>
            $"{host} {string.Join(' ', File.ReadAllText(systems[host].PathOf("/etc/ssh/ssh_host_ed25519_key.pub")).Split(' ').Take(2))}\n")));
        Write("templates/web/sshd", $"---\npath: {SshdPart}\nunit: ssh.service\n---\n{"{{ settings.sshd }}"}\n");
        Write("templates/web/etc/systemd/system/web.service",
            "---\nunit: web.service\n---\n[Service]\nType=oneshot\nRemainAfterExit=yes\n"
            + "ExecStart=/bin/sh -c 'sleep {{ settings.delay }}; exit {{ settings.code }}'\n\n"
            + "[Install]\nWantedBy=multi-user.target\n");
        Git("init", "-q", "-b", "main");
        Git("config", "user.name", "Ann");
        Git("config", "user.email", "ann@lab.example");
        File.WriteAllText($"{folder}/ssh_config", $"Host *\n  IdentityFile {folder}/engineer\n  IdentitiesOnly yes\n  UserKnownHostsFile /dev/null\n");
    }

    public void Dispose()
    {
        foreach (var system in systems.Values)
        {
            system.Dispose();
        }

        foreach (var name in Hosts.Select(SpaceOf).Append(space))
        {
            Runner.Run(Command.Of("ip", "netns", "delete", name));
        }

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void A_change_is_rolled_out_stopped_taken_back_and_resumed()
    {
        Commit("Everything is new", "MaxSessions 11");
        var first = Fleet("install", "role=web", "--waves", "1,rest", "--confirm", "60s");
        Assert.True(first.ExitCode == 0, first.Text + first.Error);
        Assert.All(Hosts, host => Assert.Equal(("MaxSessions 11", 1, false), (Sshd(host), Generation(host), Waits(host))));
        Assert.Equal(0, Fleet("diff", "*").ExitCode);

        // The canary locks ssh out: it is back by itself, the others are untouched, the report says why.
        Commit("Ssh listens nowhere else", "ListenAddress 127.0.0.1");
        var second = Fleet("install", "role=web", "--waves", "1,rest", "--confirm", "8s");
        Assert.True(second.ExitCode == 1, second.Text + second.Error);
        Assert.Equal(["rolled back", "not visited", "not visited"], Results());
        Assert.All(Hosts, host => Assert.Equal(("MaxSessions 11", false), (Sshd(host), Waits(host))));
        Assert.Equal([3, 1, 1], Hosts.Select(Generation));
        Assert.Equal(0, Fleet("exec", "*", "--", "true").ExitCode);
        var report = Fleet("report").Text;
        Assert.Contains("Ssh listens nowhere else", report, StringComparison.Ordinal);
        Assert.Contains("does not answer by ssh", report, StringComparison.Ordinal);
        Assert.Contains("rolled back by itself", report, StringComparison.Ordinal);

        // A unit that does not start on a host of the second wave: the run stops there, and what it installed before is taken back.
        Commit("Web exits", "MaxSessions 12", broken: "web2");
        var third = Fleet("install", "role=web", "--waves", "1", "--confirm", "60s");
        Assert.True(third.ExitCode == 1, third.Text + third.Error);
        Assert.Equal(["installed", "rolled back", "not visited"], Results());
        Assert.Equal(["MaxSessions 12", "MaxSessions 11", "MaxSessions 11"], Hosts.Select(Sshd));
        Assert.Equal(0, Fleet("rollback", "--yes").ExitCode);
        Assert.Equal(["taken back", "rolled back", "not visited"], Results());
        Assert.All(Hosts, host => Assert.Equal("MaxSessions 11", Sshd(host)));

        // The control host dies while web2 installs; the run goes on from there.
        Commit("Web takes its time", "MaxSessions 13", slow: "web2");
        using (var run = RunningCommand.Start(Control("install", "role=web", "--waves", "1", "--confirm", "60s", "--yes", "--allow-dirty")))
        {
            WaitUntil(() => Waits("web2"));
            run.Dispose();
        }

        Assert.Equal("installed", Results()[0]);
        Assert.Equal("not visited", Results()[2]);
        var resumed = Fleet("resume");
        Assert.True(resumed.ExitCode == 0, resumed.Text + resumed.Error);
        Assert.All(Hosts, host => Assert.Equal(("MaxSessions 13", false), (Sshd(host), Waits(host))));
        Assert.Equal(["installed", "installed", "installed"], Results());
    }

    private void Boot(int index)
    {
        var (host, own, mac) = (Hosts[index], SpaceOf(Hosts[index]), Mac(index));
        Ip("netns", "add", own);
        Inside(own, "ip", "link", "set", "lo", "up").OrThrow();
        Ip("link", "add", "eth0", "netns", own, "address", mac, "type", "veth", "peer", "name", "v" + host, "netns", space);
        Inside(space, "ip", "link", "set", "v" + host, "master", "switch", "up").OrThrow();
        Inside(own, "ip", "address", "add", $"192.0.2.{index + 11}/24", "dev", "eth0").OrThrow();
        Inside(own, "ip", "link", "set", "eth0", "up").OrThrow();
        var system = NspawnSystem.BootMail(folder, own);
        lock (systems)
        {
            systems[host] = system;
        }

        system.Run("sh", "-ec", $"""
            # /sys is the one of this machine's own network
            mount -t tmpfs cards /sys/class/net && mkdir /sys/class/net/eth0 && echo {mac} > /sys/class/net/eth0/address
            ln -s /usr/local/bin/provision /usr/bin/provision
            mkdir -p /root/.ssh
            cp /lab/engineer.pub /root/.ssh/authorized_keys
            chmod -R go= /root/.ssh
            systemctl start ssh.service
            """).OrThrow();
    }

    /// <summary>Commits what all hosts have; one of them may not run it, or be slow.</summary>
    private void Commit(string subject, string sshd, string? broken = null, string? slow = null)
    {
        Write("roles/web.yaml", $"data: cache\ngate: none\nconfigs: [web]\nservices: [web.service]\ndefaults: {{ sshd: \"{sshd}\", delay: 0, code: 0 }}\n");
        Write("hosts/nyi.yaml", "site: nyi\nhosts:\n" + string.Concat(Hosts.Select((host, index) =>
            $"  {host}:\n    macs: [\"{Mac(index)}\"]\n    roles: [web]\n    address: 192.0.2.{index + 11}\n"
            + $"    settings: {{ delay: {(host == slow ? 6 : 0)}, code: {(host == broken ? 3 : 0)} }}\n")));
        Git("add", "-A");
        Git("commit", "-q", "-m", subject);
    }

    private Command Control(params string[] arguments) => Command.Of(
            "ip", ["netns", "exec", space, ProvisionBinary.Path, "fleet", .. arguments,
                .. arguments[0] is "diff" or "exec" ? (string[])[] : ["--runs", $"{folder}/runs"]])
        .In($"{folder}/repo").WithEnvironment("PROVISION_SSH_CONFIG", $"{folder}/ssh_config").WithTimeout(TimeSpan.FromMinutes(10));

    private CommandResult Fleet(params string[] arguments) => Runner.Run(Control(
        [.. arguments, .. arguments[0] is "install" ? ["--yes", "--allow-dirty"] : arguments[0] is "diff" ? (string[])["--allow-dirty"] : []]));

    private List<string> Results()
    {
        using var status = JsonDocument.Parse(Fleet("status", $"{RunCount()}", "-o", "json").Output);
        return [.. status.RootElement.GetProperty("hosts").EnumerateArray().Select(host => host.GetProperty("progress").GetString()!)];
    }

    private int RunCount()
    {
        using var runs = JsonDocument.Parse(Fleet("status", "-o", "json").Output);
        return runs.RootElement.GetArrayLength();
    }

    private string Sshd(string host) => File.ReadAllText(systems[host].PathOf(SshdPart)).Trim();

    private bool Waits(string host) => File.Exists(systems[host].PathOf("/var/lib/provision/unconfirmed.json"));

    private int Generation(string host) => Directory.GetFiles(systems[host].PathOf("/var/lib/provision/generations"), "*.json").Length;

    private static void WaitUntil(Func<bool> holds)
    {
        for (var end = DateTime.UtcNow.AddMinutes(3); !holds(); Thread.Sleep(100))
        {
            Assert.True(DateTime.UtcNow < end, "it did not happen in time");
        }
    }

    private string SpaceOf(string host) => $"{space}-{host}";

    private static string Mac(int index) => $"00:00:5e:00:53:2{index}";

    private void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName($"{folder}/repo/{path}")!);
        File.WriteAllText($"{folder}/repo/{path}", text);
    }

    private void Git(params string[] arguments) => Runner.Run(Command.Of("git", ["-C", $"{folder}/repo", .. arguments])).OrThrow();

    private static void Ip(params IReadOnlyList<string> arguments) => Runner.Run(Command.Of("ip", arguments)).OrThrow();

    private static CommandResult Inside(string space, string program, params IReadOnlyList<string> arguments) =>
        Runner.Run(Command.Of("ip", ["netns", "exec", space, program, .. arguments]).WithTimeout(TimeSpan.FromMinutes(5)));
}
