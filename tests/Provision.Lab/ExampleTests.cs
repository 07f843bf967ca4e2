namespace Provision.Lab;

/// <summary>
/// The complete fleets in <c>examples/</c>: each validates and renders, and its hosts are installed into a system with a real systemd, where they find
/// themselves by their MACs, serve what they are for, take a change that restarts only what it concerns, and go back.
/// </summary>
public sealed class ExampleTests : IDisposable
{
    private readonly string shared = Directory.CreateTempSubdirectory("provision-example-").FullName;
    private NspawnSystem? system;

    public ExampleTests() => File.SetUnixFileMode(shared, (UnixFileMode)0x1ED);

    private NspawnSystem Inside => system ?? throw new InvalidOperationException("no host was booted");

    public void Dispose()
    {
        system?.Dispose();
        Directory.Delete(shared, recursive: true);
    }

    [Theory]
    [InlineData("tiny", "3 hosts, 2 stores")]
    [InlineData("objects", "4 hosts, 0 stores")]
    public void A_fleet_validates_and_every_host_of_it_renders(string example, string counted)
    {
        var folder = Path.Combine(ProvisionBinary.Repository, "examples", example);
        var valid = ProvisionBinary.Run("validate", "--repo", folder);
        Assert.True(valid.ExitCode == 0 && valid.Text.StartsWith(counted, StringComparison.Ordinal), valid.Text + valid.Error);
        var hosts = ProvisionBinary.Run("hosts", "--repo", folder).OrThrow().Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(line =>
            line.Split(' ')[0]).ToList();
        Assert.Equal(int.Parse(counted.Split(' ')[0]), hosts.Count);
        foreach (var host in hosts)
        {
            var rendered = ProvisionBinary.Run("render", "--repo", folder, "--host", host, "--out", Path.Combine(shared, host));
            Assert.True(rendered.ExitCode == 0, rendered.Text + rendered.Error);
            Assert.Equal(host + "\n", File.ReadAllText(Path.Combine(shared, host, "etc/hostname")));
        }
    }

    [Fact]
    public void A_storage_host_with_instances_serves_its_shares_takes_a_change_of_one_and_goes_back()
    {
        Boot("tiny", "00:00:5E:00:53:01", "/srv/a", "/srv/b");
        Install();
        foreach (var (url, file) in ((string, string)[])[("rsync://198.18.0.1/photos", "/srv/a/files1-a1/photos/data/name"), (
            "rsync://198.18.0.3/papers", "/srv/b/files1-b1/papers/data/name")])
        {
            Run("rsync", "--address=192.0.2.11", "/etc/hostname", url + "/name");
            Assert.Equal("files1\n", File.ReadAllText(Inside.PathOf(file)));
        }

        // A share whose drive is not mounted does not start, and writes nothing below the mount point.
        Run("systemctl", "stop", "share@files1-b1.service");
        Run("umount", "/srv/b");
        Inside.Run("systemctl", "start", "share@files1-b1.service");
        Assert.NotEqual("active", Inside.Property("share@files1-b1.service", "ActiveState"));
        Assert.Empty(Directory.GetFileSystemEntries(Inside.PathOf("/srv/b")));
        Run("mount", "-t", "tmpfs", "tmpfs", "/srv/b");
        Run("systemctl", "start", "share@files1-b1.service");

        var before = InvocationIds("share@files1-a1.service", "share@files1-b1.service", "chrony.service", "ssh.service");
        Edit("hosts/stores.yaml", "papers: { class: share, slots: [files1-b1] }", "documents: { class: share, slots: [files1-b1] }");
        Assert.Equal(1, Provision("diff").ExitCode);
        Install();
        Assert.Equal(["share@files1-b1.service"], Restarted(before));
        Run("rsync", "--address=192.0.2.11", "/etc/hostname", "rsync://198.18.0.3/documents/name");

        RollBack();
        Run("rsync", "--address=192.0.2.11", "rsync://198.18.0.3/papers/");
        Assert.NotEqual(0, Inside.Run("rsync", "--address=192.0.2.11", "--address=192.0.2.11", "rsync://198.18.0.3/documents/").ExitCode);
    }

    [Fact]
    public void A_web_host_lists_the_shares_and_reloads_without_a_restart()
    {
        Boot("tiny", "00:00:5E:00:53:02");
        Install();
        Assert.Contains("rsync://198.18.0.1/photos", Run("curl", "-sf", "http://192.0.2.12/"), StringComparison.Ordinal);
        var before = InvocationIds("nginx.service");
        Edit("roles/web.yaml", "title: Our shares", "title: <Shares>");
        Install();
        Assert.Empty(Restarted(before));
        Assert.Contains("<h1>&lt;Shares&gt;</h1>", Run("curl", "-sf", "http://192.0.2.12/"), StringComparison.Ordinal);
        RollBack();
        Assert.Contains("<h1>Our shares</h1>", Run("curl", "-sf", "http://192.0.2.12/"), StringComparison.Ordinal);
    }

    [Fact]
    public void An_object_host_serves_all_its_drives_and_never_the_disk_below_a_missing_one()
    {
        var drives = Enumerable.Range(1, 12).Select(number => $"/srv/d{number:00}").ToArray();
        Boot("objects", "00:00:5E:00:53:11", drives[..11]);
        Run("mkdir", drives[11]);
        Install();
        for (var number = 0; number < 24; number++)
        {
            Run("curl", "-sf", "--retry", "20", "--retry-connrefused", "--retry-delay", "1", "-T", "/etc/hostname", $"http://192.0.2.21:8080/object{number}");
        }

        Assert.Equal("object1\n", Run("curl", "-sf", "http://192.0.2.21:8080/object7"));
        Assert.Equal(24, drives.Sum(drive => Directory.GetFiles(Inside.PathOf(drive)).Length));
        Assert.Empty(Directory.GetFileSystemEntries(Inside.PathOf(drives[11])));
        Assert.Contains("/srv/d12 is not mounted", Run("journalctl", "--unit", "objects.service"), StringComparison.Ordinal);

        var before = InvocationIds("objects.service", "ssh.service");
        Edit("roles/objects.yaml", "port: 8080", "port: 8081");
        Install();
        Assert.Equal(["objects.service"], Restarted(before));
        Assert.Equal("object1\n", Run("curl", "-sf", "--retry", "20", "--retry-connrefused", "--retry-delay", "1", "http://192.0.2.21:8081/object7"));
        RollBack();
        Assert.Equal("object1\n", Run("curl", "-sf", "--retry", "20", "--retry-connrefused", "--retry-delay", "1", "http://192.0.2.21:8080/object7"));
    }

    /// <summary>None of the boot server's parts is root, each does its work, and none can do what another one is for. It takes half a minute.</summary>
    [Fact]
    public void A_boot_server_without_root_answers_machines_and_cannot_read_the_keys_of_hosts()
    {
        Boot("tiny", "00:00:5E:00:53:03");
        Run("sh", "-c", "mkdir -p /etc/provision && umask 077 && age-keygen -o /etc/provision/identity.age && age-keygen -o /etc/provision/installer.age");
        Run("git", "clone", "--quiet", "--branch", "main", "/lab/origin.git", HostsOwn);
        Run("sh", "-c", $"mkdir {HostsOwn}/hosts/secrets && echo keys of web1 | age -r $(age-keygen -y /etc/provision/identity.age) " +
            $"> {HostsOwn}/hosts/secrets/identity-web1.age");
        Run("ln", "-s", "/usr/local/bin/provision", "/usr/bin/provision");
        Run("sh", "-c", "systemctl start systemd-networkd; ip link set uplink up");
        Install();
        const string server = "provision-netboot.service", dhcp = "provision-dhcp.service";
        foreach (var (unit, user) in ((string, string)[])[(server, "provision-netboot"), (dhcp, "provision-dhcp")])
        {
            Assert.Equal(("active", user), (Inside.Property(unit, "ActiveState"), Run("ps", "-o", "user:32=", "-p", Inside.Property(unit, "MainPID")).Trim()));
            Judge(unit);
        }

        Judge("provision-identity@.service");
        var journal = () => Run("journalctl", "--no-pager", "--unit", "provision-*");
        Patience.Until(() => Inside.Run("curl", "-sf", "http://192.0.2.13:8480/boot/00-00-5e-00-53-99").Text.StartsWith("#!ipxe", StringComparison.Ordinal),
            TimeSpan.FromMinutes(2), journal);
        Patience.Until(() => Inside.Run("pgrep", "--euid", "provision-dhcp", "dnsmasq").Succeeded, TimeSpan.FromMinutes(2), journal);

        // Root works in the boot server's directory, and everything there stays the boot server's.
        Assert.Equal("[]", Run("provision", "netboot", "status", "-o", "json", "--repo", HostsOwn).Trim());
        Assert.All(Run("find", "/var/lib/provision-netboot", "-printf", "%u %P\n").Split('\n', StringSplitOptions.RemoveEmptyEntries),
            line => Assert.StartsWith("provision-netboot ", line, StringComparison.Ordinal));

        // What somebody can do who has taken over the boot server's process.
        var pid = Inside.Property(server, "MainPID");
        CommandResult Taken(params string[] command) => Inside.Run(["nsenter", "--target", pid, "--mount", "--", "setpriv", "--reuid=provision-netboot",
            "--regid=provision-netboot", "--clear-groups", "--bounding-set=-all", "--no-new-privs", .. command]);
        Assert.True(Taken("test", "-r", HostsOwn + "/hosts/fleet.yaml").Succeeded);
        Assert.False(Taken("test", "-r", "/etc/provision/identity.age").Succeeded);
        Assert.False(Taken("test", "-e", "/var/lib/provision/state.json").Succeeded);
        Assert.True(Inside.Run("test", "-e", "/var/lib/provision/state.json").Succeeded);
        foreach (var path in (string[])["/usr/bin/x", "/etc/x", HostsOwn + "/x", "/var/lib/provision-dhcp/x"])
        {
            Assert.False(Taken("touch", path).Succeeded, path);
        }

        // The identity helper answers it alone, and for an order alone; what it gives only the installer can read.
        Assert.StartsWith("the question is not an order", Ask("provision-netboot", "{}"), StringComparison.Ordinal);
        Assert.Contains("Permission denied", Ask("provision-dhcp", "{}"), StringComparison.Ordinal);
        Run("sh", "-c", "umask 022; age-keygen -y /etc/provision/installer.age > /tmp/recipient");
        var answer = Ask("provision-netboot", Order(DateTimeOffset.UtcNow.AddHours(1)), "| tail -n +2 > /tmp/encrypted; head -c 21 /tmp/encrypted");
        Assert.True(answer.StartsWith("age-encryption.org/v1", StringComparison.Ordinal), answer + journal());
        Assert.Equal("keys of web1", Run("age", "--decrypt", "--identity", "/etc/provision/installer.age", "/tmp/encrypted").Trim());
        Assert.Contains("expired", Ask("provision-netboot", Order(DateTimeOffset.UtcNow.AddHours(-1))), StringComparison.Ordinal);
        Assert.Contains("the identity of web1 goes to age1", journal(), StringComparison.Ordinal);
    }

    private const string HostsOwn = "/var/lib/provision/repository";

    /// <summary>systemd's own judgement, from 0 (safe) to 10.</summary>
    private void Judge(string unit)
    {
        var judged = Inside.Run("systemd-analyze", "security", "--offline=true", "--threshold=30", "--no-pager", "/etc/systemd/system/" + unit);
        Assert.True(judged.ExitCode == 0, judged.Text + judged.Error);
    }

    private string Order(DateTimeOffset expires)
    {
        var document = System.Text.Json.JsonSerializer.Serialize(new
        {
            job = new string('1', 32),
            host = "web1",
            number = 1,
            planHash = new string('a', 64),
            commit = new string('c', 40),
            image = "os-web/" + new string('d', 64),
            imageManifest = new string('e', 64),
            armedAt = expires.AddHours(-1),
            expires,
        });
        var recipient = Run("cat", "/tmp/recipient").Trim();
        return System.Text.Json.JsonSerializer.Serialize(new { order = new { document, signature = (string?)null }, recipient });
    }

    private string Ask(string user, string question, string then = "")
    {
        File.WriteAllText(Path.Combine(shared, "question"), question + "\n");
        File.WriteAllText(Path.Combine(shared, "ask"), "use IO::Socket::UNIX; " +
            "my $s = IO::Socket::UNIX->new('/run/provision-identity.sock') or die \"$!\\n\"; open my $q, '<', '/lab/question'; print {$s} (<$q>); $s->flush; print while <$s>;\n");
        var asked = Inside.Run("sh", "-c", $"setpriv --reuid={user} --clear-groups perl /lab/ask 2>&1 {then}");
        return asked.Text + asked.Error;
    }

    /// <summary>Boots a system with the NIC of a host and memory in place of its data drives, and puts the example's repository into it.</summary>
    private void Boot(string example, string mac, params string[] mounts)
    {
        new ProcessRunner().Run(Command.Of("cp", "-r", Path.Combine(ProvisionBinary.Repository, "examples", example), Path.Combine(shared, "repo"))).OrThrow();
        system = NspawnSystem.BootExample(shared);
        Run("ip", "link", "add", "uplink", "address", mac, "type", "veth", "peer", "name", "switch");
        Run("ip", "link", "set", "switch", "up");
        // A container may not set the clock; everything else of chrony runs.
        Run("mkdir", "/etc/systemd/system/chrony.service.d");
        File.WriteAllText(Inside.PathOf("/etc/systemd/system/chrony.service.d/lab.conf"), "[Unit]\nConditionCapability=\n");
        File.WriteAllText(Inside.PathOf("/etc/default/chrony"), "DAEMON_OPTS=\"-x\"\n");
        foreach (var mount in mounts)
        {
            Run("mkdir", "-p", mount);
            Run("mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", mount);
        }

        new ProcessRunner().Run(Command.Of("git", "init", "--quiet", "--bare", Path.Combine(shared, "origin.git"))).OrThrow();
        Git("init", "--quiet", "--initial-branch=main");
        Git("remote", "add", "origin", Path.Combine(shared, "origin.git"));
        Commit("first");
    }

    private void Edit(string file, string old, string replacement)
    {
        var path = Path.Combine(shared, "repo", file);
        var text = File.ReadAllText(path);
        Assert.Contains(old, text, StringComparison.Ordinal);
        File.WriteAllText(path, text.Replace(old, replacement, StringComparison.Ordinal));
        Commit("change");
    }

    private void Commit(string subject)
    {
        Git("add", "--all");
        Git("-c", "user.name=lab", "-c", "user.email=lab@example.org", "commit", "--quiet", "-m", subject);
        Git("push", "--quiet", "origin", "main");
    }

    private void Git(params string[] arguments) => new ProcessRunner().Run(Command.Of("git", ["-C", Path.Combine(shared, "repo"), .. arguments])).OrThrow();

    private CommandResult Provision(params string[] arguments) => Inside.Run(["provision", .. arguments, "--repo", "/lab/repo"]);

    private void Install()
    {
        var result = Provision("install", "--yes");
        Assert.True(result.ExitCode == 0 && !result.Error.Contains("warning", StringComparison.Ordinal), result.Text + result.Error);
        var difference = Provision("diff");
        Assert.True(difference.ExitCode == 0,
            difference.Text + difference.Error + Inside.Run("journalctl", "--no-pager", "--lines=60", "--unit=provision-*").Text);
    }

    private void RollBack()
    {
        var result = Inside.Run("provision", "rollback");
        Assert.True(result.ExitCode == 0, result.Text + result.Error);
        Assert.Equal(1, Provision("diff").ExitCode);
    }

    private string Run(params string[] command) => Inside.Run(command).OrThrow().Text;

    private Dictionary<string, string> InvocationIds(params string[] units) => units.ToDictionary(unit => unit, Inside.InvocationId);

    private IEnumerable<string> Restarted(Dictionary<string, string> before) => before.Keys.Where(unit => before[unit] != Inside.InvocationId(unit));
}
