using System.Collections.Concurrent;
using System.Text;
using Provision.Inventory;

namespace Provision.Lab;

/// <summary>
/// The four mail hosts of tests/fixtures/mail, each a container with a systemd and Debian's Cyrus of its own, and a boot server beside them that
/// keeps the masters: one switch in a network
/// namespace. Data disks are memory.
/// </summary>
internal sealed class MailLab : IDisposable
{
    /// <summary>Address of the boot server.</summary>
    public const string Server = "192.0.2.4";

    private const string Switch = "switch0";
    private static readonly ProcessRunner Runner = new();
    private static int number;
    private readonly LabFolder folder = new();
    private readonly string space = $"pvml{Environment.ProcessId}-{Interlocked.Increment(ref number)}";
    private readonly Dictionary<string, NspawnSystem> systems = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> said = new();
    private readonly string? database;
    private readonly string? release;
    private RunningCommand? daemon;

    /// <summary>Builds it up: every host has its disks and a clone of the repository, and nothing is installed.</summary>
    /// <param name="database">The database of masters; null for SQLite on the boot server.</param>
    /// <param name="change">Changes the repository first; gets its folder.</param>
    /// <param name="only">The one host that is there; null for all of the inventory.</param>
    /// <param name="release">Debian's release on the hosts; null for this machine's, which is the fixture's.</param>
    public MailLab(string? database = null, Action<string>? change = null, string? only = null, string? release = null)
    {
        this.database = database;
        this.release = release;
        CopyRepository();
        var fleet = Path.Combine(Repository, "hosts/fleet.yaml");
        File.WriteAllText(fleet, File.ReadAllText(fleet).Replace("release: bookworm", $"release: {release ?? "bookworm"}", StringComparison.Ordinal));
        change?.Invoke(Repository);
        Fleet = InventoryLoader.Load(InventoryFiles.ReadFrom(Repository)).Fleet ?? throw new InvalidOperationException("the lab's fleet does not validate");
        try
        {
            MakeKeys();
            Ip("netns", "add", space);
            Inside(space, "ip", "link", "set", "lo", "up").OrThrow();
            Inside(space, "ip", "link", "add", Switch, "type", "bridge").OrThrow();
            foreach (var address in (string[])[Server + "/24", "198.51.100.4/24", "198.18.255.254/16"])
            {
                Inside(space, "ip", "address", "add", address, "dev", Switch).OrThrow();
            }

            Inside(space, "ip", "link", "set", Switch, "up").OrThrow();
            Parallel.ForEach(Fleet.Hosts.Where(host => only is null || host.Name == only), new ParallelOptions { MaxDegreeOfParallelism = 2 }, Boot);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The inventory as it was at first.</summary>
    public Fleet Fleet { get; }

    /// <summary>The repository; every host has a clone of it.</summary>
    public string Repository => Path.Combine(folder.Path, "repository");

    /// <summary>What the status daemon has said.</summary>
    public string Said => string.Join('\n', said);

    /// <summary>The database of masters.</summary>
    public string Database => database ?? Path.Combine(folder.Path, "masters.sqlite");

    /// <summary>The namespace that the boot server, its clients and its proxies are in.</summary>
    public string Space => space;

    /// <summary>A slot by its name.</summary>
    public Provision.Inventory.Slot Slot(string name) => Fleet.FindSlot(name)!;

    /// <summary>Runs a shell script on a host as root.</summary>
    public CommandResult On(string host, string script) => systems[host].Run("sh", "-c", script);

    /// <summary>Runs <c>provision</c> on the boot server, as an engineer does.</summary>
    public CommandResult Provision(params IReadOnlyList<string> arguments) =>
        Runner.Run(Command.Of("ip", ["netns", "exec", space, ProvisionBinary.Path, "--repo", Repository, .. arguments]).WithEnvironment("PROVISION_SSH_CONFIG",
            SshConfig).WithTimeout(TimeSpan.FromMinutes(20)));

    /// <summary>The same with the database of masters.</summary>
    public CommandResult Masters(params IReadOnlyList<string> arguments) => Provision([.. arguments, "--database", Database]);

    /// <summary>Starts the status daemon.</summary>
    public void StartDaemon(params IReadOnlyList<string> options)
    {
        daemon = RunningCommand.Start(Command.Of("ip", ["netns", "exec", space, ProvisionBinary.Path, "--repo", Repository, "masters", "serve", "--database",
            Database, "--remembered", Path.Combine(folder.Path, "remembered.json"), .. options]).WithListener(said.Enqueue));
        Patience.Until(() => Inside(space, "curl", "--silent", "--fail", "--output", "/dev/null", $"http://{Server}:8490/masters").Succeeded,
            TimeSpan.FromMinutes(5), () => $"the status daemon does not answer\n{Said}");
    }

    /// <summary>Kills it.</summary>
    public void KillDaemon() => daemon?.Dispose();

    /// <summary>Makes the slots' folders and installs all hosts.</summary>
    public void InstallAll() => Parallel.ForEach(Fleet.Hosts, new ParallelOptions { MaxDegreeOfParallelism = 2 }, host => Install(host.Name));

    /// <summary>Makes the slots' folders and installs a host.</summary>
    public void Install(string host)
    {
        // Folders belong to a user that the packages bring; they are in the image.
        Good(On(host, $"cd /var/lib/provision/repository && git pull --quiet && provision slot create {host} && provision install --yes --allow-dirty --unit-limit 240 || {{ journalctl --no-pager -o cat -u 'cyrus@*' | grep -v 'login:' | head -n 60; exit 1; }}"));
    }

    /// <summary>What systemd and the programs of the slots' units have said on each host, without the servers' own lines.</summary>
    public string Journals() => string.Concat(Fleet.Hosts.Select(host =>
        $"\n{host.Name}\n{On(host.Name, "journalctl --no-pager -o short-precise _PID=1 + _COMM=slot-ready + _COMM=slot-address + _COMM=provision + _COMM=cyrmaster | grep -i cyrus | tail -n 120").Text}"));

    /// <summary>Commits what was changed in the repository.</summary>
    public void Commit(string message)
    {
        Git("add", "--all");
        Git("commit", "--quiet", "--allow-empty", "-m", message);
    }

    /// <summary>Cuts a host's power: what ran in it is gone, its disks stay.</summary>
    public void Kill(string host) =>
        Good(On(host, "systemctl kill --signal=KILL 'cyrus@*.service'; systemctl stop 'cyrus@*.service' cyrus.target; ip link set eth0 down"));

    /// <summary>Connects a host again and boots its slots, as after a power cut.</summary>
    public CommandResult Return(string host) => On(host, "ip link set eth0 up; rm -rf /run/cyrus; systemctl reset-failed; systemctl start cyrus.target");

    /// <summary>What a command said that succeeded.</summary>
    public static string Good(CommandResult result) =>
        result.Succeeded ? result.Text : throw new InvalidOperationException($"exit {result.ExitCode} of {result.Command}\n{result.Text}\n{result.Error}");

    public void Dispose()
    {
        daemon?.Dispose();
        foreach (var system in systems.Values)
        {
            system.Dispose();
        }

        foreach (var host in systems.Keys)
        {
            Runner.Run(Command.Of("ip", "netns", "delete", SpaceOf(host)));
        }

        Runner.Run(Command.Of("ip", "netns", "delete", space));
        folder.Dispose();
    }

    private string SshConfig => Path.Combine(folder.Path, "ssh_config");

    private string SpaceOf(string host) => $"{space}-{host}";

    private void CopyRepository()
    {
        Runner.Run(Command.Of("cp", "-r", Path.Combine(ProvisionBinary.Repository, "tests/fixtures/mail"), Repository)).OrThrow();
        foreach (var config in (string[])["cyrus", "masters"])
        {
            Runner.Run(Command.Of("cp", "-r", Path.Combine(ProvisionBinary.Repository, "templates", config),
                Path.Combine(Repository, "templates", config))).OrThrow();
        }

        File.Copy(Path.Combine(ProvisionBinary.Repository, "templates/_daemon"), Path.Combine(Repository, "templates/_daemon"));

        // There is no firewall in these networks.
        Directory.Delete(Path.Combine(Repository, "templates/cyrus/etc/nftables.d"), recursive: true);
    }

    private void MakeKeys()
    {
        Runner.Run(Command.Of("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", Path.Combine(folder.Path, "engineer"))).OrThrow();
        File.WriteAllText(SshConfig, $"Host *\n  IdentityFile {folder.Path}/engineer\n  IdentitiesOnly yes\n  StrictHostKeyChecking no\n  UserKnownHostsFile /dev/null\n  LogLevel ERROR\n");
        Runner.Run(Command.Of("age-keygen", "-o", Path.Combine(folder.Path, "identity"))).OrThrow();
        var recipient = Runner.Run(Command.Of("age-keygen", "-y", Path.Combine(folder.Path, "identity"))).OrThrow().Text.Trim();
        var secrets = Directory.CreateDirectory(Path.Combine(Repository, "hosts/secrets")).FullName;
        Runner.Run(Command.Of("age", "-r", recipient, "-o", Path.Combine(secrets, "cyrus-repl.age")).WithInput(Encoding.UTF8.GetBytes("replicate"))).OrThrow();
        Git("init", "--quiet", "--initial-branch=main");
        Git("config", "user.name", "lab");
        Git("config", "user.email", "lab@lab.example");
        Commit("the lab's fleet");
    }

    private void Boot(Inventory.Host host)
    {
        var own = SpaceOf(host.Name);
        var cable = $"v{host.Name}";
        Ip("netns", "add", own);
        Inside(own, "ip", "link", "set", "lo", "up").OrThrow();
        Ip("link", "add", "eth0", "netns", own, "address", host.Macs[0].ToString()!, "type", "veth", "peer", "name", cable, "netns", space);
        Inside(space, "ip", "link", "set", cable, "master", Switch, "up").OrThrow();
        foreach (var address in Fleet.SlotsOf(host).Select(slot => slot.Address + "/16").Prepend(host.Address + "/24"))
        {
            Inside(own, "ip", "address", "add", address, "dev", "eth0").OrThrow();
        }

        Inside(own, "ip", "link", "set", "eth0", "up").OrThrow();
        foreach (var site in Fleet.Sites)
        {
            Inside(own, "ip", "route", "replace", site.Networks[0].ToString()!, "dev", "eth0", "src", host.Address.ToString()!).OrThrow();
        }

        var system = NspawnSystem.BootMail(folder.Path, own, release);
        lock (systems)
        {
            systems[host.Name] = system;
        }

        var mounts = Fleet.SlotsOf(host).SelectMany(slot => slot.Tiers.Mounts).Distinct(StringComparer.Ordinal);
        Good(On(host.Name, $"""
            set -e
            systemctl stop cyrus-imapd.service
            # /sys is the one of this machine's own network
            mount -t tmpfs cards /sys/class/net && mkdir /sys/class/net/eth0 && echo {host.Macs[0]} > /sys/class/net/eth0/address
            for mount in {string.Join(' ', mounts)}; do mkdir -p $mount; mount -t tmpfs -o nodev,nosuid disk $mount; done
            ln -s /usr/local/bin/provision /usr/bin/provision
            mkdir -p /root/.ssh /etc/provision /var/lib/provision
            cp /lab/engineer.pub /root/.ssh/authorized_keys
            chmod -R go= /root/.ssh
            install -m 600 /lab/identity /etc/provision/identity.age
            git config --global --add safe.directory '*'
            git clone --quiet /lab/repository /var/lib/provision/repository
            systemctl start ssh.service
            """));
    }

    private static void Ip(params IReadOnlyList<string> arguments) => Runner.Run(Command.Of("ip", arguments)).OrThrow();

    private static CommandResult Inside(string space, string program, params IReadOnlyList<string> arguments) =>
        Runner.Run(Command.Of("ip", ["netns", "exec", space, program, .. arguments]).WithTimeout(TimeSpan.FromMinutes(5)));

    private void Git(params IReadOnlyList<string> arguments) => Runner.Run(Command.Of("git", ["-C", Repository, .. arguments])).OrThrow();
}
