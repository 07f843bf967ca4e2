using System.Collections.Concurrent;
using System.Text.Json;
using Provision.Inventory;

namespace Provision.Lab;

/// <summary>
/// A datacentre of tests/fixtures/datacentre in a network namespace: a switch, two Tang servers, a repository, and a boot server, which is the published
/// program with its dnsmasq. Machines are plugged in by taps.
/// </summary>
internal sealed class Datacentre : IDisposable
{
    /// <summary>Address of the boot server, and of the Tang servers.</summary>
    public const string Server = "192.0.2.4";

    private const string Switch = "switch0";
    private static readonly ProcessRunner Runner = new();
    private static int number;
    private readonly LabFolder folder = new();
    private readonly string space = $"pvdc{Environment.ProcessId}-{Interlocked.Increment(ref number)}";
    private readonly List<RunningCommand> tangs = [];
    private readonly ConcurrentQueue<string> said = new();
    private readonly string store;
    private readonly string mode = "full";
    private readonly bool signs;
    private RunningCommand? server;
    private RunningCommand? otherServer;
    private int taps;

    /// <summary>Builds it up; the boot server runs.</summary>
    /// <param name="withImages">Whether the boot server has the images that installations need; making them takes minutes.</param>
    /// <param name="otherDhcp">Whether another server gives addresses, of which ours must not know more than that.</param>
    public Datacentre(bool withImages = true, bool otherDhcp = false)
    {
        signs = withImages;
        store = withImages ? LabImages.Store : folder.Folder("store");
        CopyRepository(Repository);
        Runner.Run(Command.Of("ip", "netns", "add", space)).OrThrow();
        try
        {
            Inside("ip", "link", "set", "lo", "up").OrThrow();
            Inside("ip", "link", "add", Switch, "type", "bridge").OrThrow();
            Inside("ip", "address", "add", Server + "/24", "dev", Switch).OrThrow();
            Inside("ip", "link", "set", Switch, "up").OrThrow();
            if (otherDhcp)
            {
                mode = "proxy";
                StartOtherDhcp();
            }

            foreach (var index in (int[])[1, 2])
            {
                StartTang(index);
            }

            MakeKeys();
            Git("init", "--quiet");
            Commit("the lab's fleet");
            StartServer();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The fixture's repository, with what it takes over from this one as it is.</summary>
    public static void CopyRepository(string place)
    {
        Runner.Run(Command.Of("cp", "-r", Path.Combine(ProvisionBinary.Repository, "tests/fixtures/datacentre"), place)).OrThrow();
        foreach (var shared in (string[])["templates/storage", "templates/network", "templates/_ip", "roles/storage.yaml"])
        {
            Runner.Run(Command.Of("cp", "-r", Path.Combine(ProvisionBinary.Repository, shared), Path.Combine(place, shared))).OrThrow();
        }
    }

    /// <summary>The repository.</summary>
    public string Repository => Path.Combine(folder.Path, "repository");

    /// <summary>Folder of disks, consoles and sockets.</summary>
    public LabFolder Folder => folder;

    /// <summary>Key of the engineer, who may log in everywhere.</summary>
    public string EngineerKey => Path.Combine(folder.Path, "engineer");

    /// <summary>The key that opens the escrow.</summary>
    public string OperatorKey => Path.Combine(folder.Path, "operator.key");

    /// <summary>What the engineer knows of the hosts' keys: nothing is ever added to it by a connection.</summary>
    public string KnownHosts => Path.Combine(folder.Path, "known_hosts");

    /// <summary>What the boot server and its dnsmasq have said.</summary>
    public string Said => string.Join('\n', said);

    private string StateDirectory => Path.Combine(folder.Path, "state");

    /// <summary>The engineer's ssh configuration.</summary>
    private string SshConfig => Path.Combine(folder.Path, "ssh_config");

    private string ServerKey => Path.Combine(folder.Path, "server.key");

    /// <summary>A command in the datacentre's network.</summary>
    public Command InNetwork(string program, params IReadOnlyList<string> arguments) => Command.Of("ip", ["netns", "exec", space, program, .. arguments]);

    /// <summary>Runs <c>provision</c> as the engineer does on the boot server.</summary>
    public CommandResult Provision(params IReadOnlyList<string> arguments) =>
        Runner.Run(InNetwork(ProvisionBinary.Path, ["--repo", Repository, .. arguments]).WithEnvironment(Ssh.ConfigVariable,
            SshConfig).WithTimeout(TimeSpan.FromMinutes(5)));

    /// <summary>Arms a host.</summary>
    public void Arm(string host, params IReadOnlyList<string> options) =>
        Provision(["netboot", "arm", host, "--state", StateDirectory, "--store", store, "--for", "4h", "--sign-key", LabImages.OrderKey,
            "--yes", .. options]).OrThrow();

    /// <summary>The host's last job as <c>netboot status</c> tells it.</summary>
    public JsonElement Job(string host)
    {
        using var shown = JsonDocument.Parse(Provision("netboot", "status", host, "--state", StateDirectory, "-o", "json").OrThrow().Text);
        return shown.RootElement.EnumerateArray().MaxBy(job => job.GetProperty("armed_at").GetDateTimeOffset()).Clone();
    }

    /// <summary>The state of the host's last job.</summary>
    public string State(string host) => Job(host).GetProperty("state").GetString()!;

    /// <summary>Whether the host's last job may still install it.</summary>
    public bool IsOpen(string host) => Job(host).GetProperty("open").GetBoolean();

    /// <summary>Approves the plan that a machine gave.</summary>
    public void Approve(string host, string hash) =>
        Provision("netboot", "approve", host, "--hash", hash, "--sign-key", LabImages.OrderKey, "--state", StateDirectory).OrThrow();

    /// <summary>Approves the machine whose console shows a code.</summary>
    public void ApproveCode(string host, string code) => Provision("netboot", "approve", host, "--code", code, "--state", StateDirectory).OrThrow();

    /// <summary>Takes a job back.</summary>
    public void Disarm(string host) => Provision("netboot", "disarm", host, "--state", StateDirectory).OrThrow();

    /// <summary>Starts the boot server.</summary>
    public void StartServer()
    {
        server = RunningCommand.Start(InNetwork(ProvisionBinary.Path, "--repo", Repository, "netboot", "serve", "--site", "here", "--state", StateDirectory,
            "--store", store, "--identity", ServerKey, "--dnsmasq", mode)
            .WithListener(said.Enqueue));
        Patience.Until(() => Inside("curl", "--silent", "--fail", "--output", "/dev/null", $"http://{Server}:8480/boot.ipxe").Succeeded,
            TimeSpan.FromMinutes(5), () => $"the boot server does not answer\n{Said}");
    }

    /// <summary>Kills it, with its dnsmasq.</summary>
    public void KillServer() => server?.Dispose();

    /// <summary>A new tap on the switch.</summary>
    public string Tap()
    {
        var name = $"tap{Interlocked.Increment(ref taps)}";
        Inside("ip", "tuntap", "add", name, "mode", "tap").OrThrow();
        Inside("ip", "link", "set", name, "master", Switch, "up").OrThrow();
        return name;
    }

    /// <summary>The fleet as it is now.</summary>
    public Fleet Fleet() => InventoryLoader.Load(InventoryFiles.ReadFrom(Repository)).Fleet
        ?? throw new InvalidOperationException("the lab's fleet does not validate");

    /// <summary>Writes a host's drive record.</summary>
    public void Record(string host, string text)
    {
        var path = Path.Combine(Repository, DriveRecordText.PathOf(host));
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        Commit($"drives of {host}");
    }

    /// <summary>Commits everything, signed where an installer verifies it.</summary>
    public void Commit(string message)
    {
        Git("add", "--all");
        IReadOnlyList<string> signed = signs ? ["-c", "gpg.format=ssh", "-c", "user.signingKey=" + LabImages.OrderKey, "-c", "commit.gpgSign=true"] : [];
        Git(["-c", "user.name=lab", "-c", "user.email=lab@lab.example", .. signed, "commit", "--quiet", "--allow-empty", "-m", message]);
    }

    public void Dispose()
    {
        server?.Dispose();
        otherServer?.Dispose();
        tangs.ForEach(tang => tang.Dispose());
        Runner.Run(Command.Of("ip", "netns", "delete", space + "-dhcp"));
        Runner.Run(Command.Of("ip", "netns", "delete", space));
        folder.Dispose();
    }

    /// <summary>A DHCP server as sites have one already: it gives addresses and knows nothing of what to boot.</summary>
    private void StartOtherDhcp()
    {
        var other = space + "-dhcp";
        Runner.Run(Command.Of("ip", "netns", "add", other)).OrThrow();
        Inside("ip", "link", "add", "otherdhcp", "type", "veth", "peer", "name", "eth0", "netns", other).OrThrow();
        Inside("ip", "link", "set", "otherdhcp", "master", Switch, "up").OrThrow();
        foreach (var words in (string[][])[["link", "set", "lo", "up"], ["address", "add", "192.0.2.2/24", "dev", "eth0"], ["link", "set", "eth0", "up"]])
        {
            Runner.Run(Command.Of("ip", ["-n", other, .. words])).OrThrow();
        }

        otherServer = RunningCommand.Start(Command.Of(
            "ip", "netns", "exec", other, "dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--port=0", "--interface=eth0", "--no-ping",
                "--log-dhcp", "--log-facility=-",
            "--dhcp-range=192.0.2.200,192.0.2.220,255.255.255.0", "--dhcp-authoritative", "--dhcp-leasefile=" + Path.Combine(folder.Path,
                "other.leases")).WithListener(line => said.Enqueue("other: " + line)));
    }

    private void StartTang(int index)
    {
        var keys = folder.Folder($"tang{index}");
        Runner.Run(Command.Of("/usr/libexec/tangd-keygen", keys)).OrThrow();
        tangs.Add(RunningCommand.Start(InNetwork("socat", $"TCP-LISTEN:750{index},fork,reuseaddr", $"EXEC:/usr/libexec/tangd {keys}")));
        var thumbprint = "";
        Patience.Until(() => (thumbprint = Inside("tang-show-keys", $"750{index}").Text.Trim()).Length > 0, TimeSpan.FromMinutes(5), () =>
            $"Tang server {index} does not answer");
        Replace("hosts/fleet.yaml", index == 1 ? "FIRST-TANG" : "SECOND-TANG", thumbprint);
    }

    private void MakeKeys()
    {
        Runner.Run(Command.Of("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "engineer", "-f", EngineerKey)).OrThrow();
        File.WriteAllText(SshConfig,
            $"IdentityFile {EngineerKey}\nIdentitiesOnly yes\nUserKnownHostsFile {KnownHosts}\nGlobalKnownHostsFile /dev/null\nStrictHostKeyChecking yes\n");
        var engineer = Fleet().FindSite("here")!.Netboot.Engineers[0];
        foreach (var file in (string[])["hosts/fleet.yaml", "roles/store.yaml"])
        {
            Replace(file, engineer, File.ReadAllText(EngineerKey + ".pub").Trim());
        }

        Directory.CreateDirectory(Path.Combine(Repository, "hosts/secrets"));
        File.WriteAllText(Path.Combine(Repository, "hosts/secrets/operators.txt"), Age(OperatorKey) + "\n");
        var recipient = Age(ServerKey);
        foreach (var host in Fleet().Hosts)
        {
            var archive = Path.Combine(folder.Path, host.Name + ".tar");
            var key = LabIdentity.Make(host.Name, folder.Folder("identity-" + host.Name), archive);
            Runner.Run(Command.Of("age", "-r", recipient, "-o", Path.Combine(Repository, $"hosts/secrets/identity-{host.Name}.age"), archive)).OrThrow();
            File.AppendAllText(KnownHosts, $"{host.Address} {key}\n");
        }
    }

    private static string Age(string key)
    {
        Runner.Run(Command.Of("age-keygen", "-o", key)).OrThrow();
        return Runner.Run(Command.Of("age-keygen", "-y", key)).OrThrow().Text.Trim();
    }

    private void Replace(string file, string word, string text)
    {
        var path = Path.Combine(Repository, file);
        File.WriteAllText(path, File.ReadAllText(path).Replace(word, text, StringComparison.Ordinal));
    }

    private CommandResult Inside(string program, params IReadOnlyList<string> arguments) =>
        Runner.Run(InNetwork(program, arguments).WithTimeout(TimeSpan.FromMinutes(5)));

    private void Git(params IReadOnlyList<string> arguments) => Runner.Run(Command.Of("git", ["-C", Repository, .. arguments])).OrThrow();
}
