using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Provision.Cli.Tests;

/// <summary>Arming, serving and adopting with the published program: the database in one file, a server that is killed, bad input with nothing armed.</summary>
public sealed class NetbootCommandTests : IDisposable
{
    private static readonly string Repository = TestRepository.Root;
    private static readonly string Program = Environment.GetEnvironmentVariable("PROVISION_BINARY") is { Length: > 0 } given ? given
        : Path.Combine(Repository, "out/provision");
    private static readonly string Bundle = Path.Combine(Repository, "tests/fixtures/bundles/imap33.tar.zst");
    private static readonly string Digest = new('d', 64);
    private readonly string work = Directory.CreateTempSubdirectory("provision-netboot-").FullName;
    private readonly ProcessRunner runner = new();

    public NetbootCommandTests()
    {
        foreach (var folder in new[] { "hosts", "roles", "templates" })
        {
            runner.Run(Command.Of("cp", "-r", Path.Combine(Repository, folder), Repo)).OrThrow();
        }

        Assert.Equal(0, Run("drives", "accept", "imap33", "--yes", "--from", Bundle).ExitCode);
        Git("init", "-q");
        Commit();
        foreach (var file in new[] { "installer/D/vmlinuz", "installer/D/initrd.zst", "os-imap/D/manifest.json", "os-imap/D/manifest.json.sig",
            "current/installer", "current/os-imap" })
        {
            var path = Path.Combine(Store, file.Replace("/D/", $"/{Digest}/", StringComparison.Ordinal));
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, Digest + "\n");
        }
    }

    private string Repo => Directory.CreateDirectory(Path.Combine(work, "repository")).FullName;

    private string Store => Path.Combine(work, "store");

    private string State => Path.Combine(work, "state");

    public void Dispose() => Directory.Delete(work, recursive: true);

    [Theory]
    [InlineData("imap93", "no host \"imap93\"")]
    [InlineData("imap34", "no drive record")]
    [InlineData("RETIRED", "is retired")]
    [InlineData("imap33 --image os-web", "no image os-web")]
    [InlineData("imap33 --for 0m", "expected a time such as 30s, 10m or 2h, at most 24h")]
    [InlineData("imap33 --for 99h", "expected a time such as 30s, 10m or 2h, at most 24h")]
    [InlineData("imap33 --dmi-uuid x", "expected a UUID")]
    [InlineData("DIRTY", "not committed")]
    [InlineData("BROKEN", "error:")]
    [InlineData("UNCONFIRMED", "confirm with --yes")]
    public void Bad_input_arms_nothing(string words, string says)
    {
        var retired = JsonDocument.Parse(Run("hosts", "status=retired", "-o", "json").Output).RootElement[0].GetProperty("name").GetString()!;
        if (words == "DIRTY")
        {
            File.AppendAllText(Path.Combine(Repo, "hosts/stores.yaml"), "# changed\n");
        }
        else if (words == "BROKEN")
        {
            File.AppendAllText(Path.Combine(Repo, "hosts/stores.yaml"), "nonsense: true\n");
        }

        var given = words is "DIRTY" or "BROKEN" or "UNCONFIRMED" ? "imap33" : words.Replace("RETIRED", retired, StringComparison.Ordinal);
        var result = Arm(words != "UNCONFIRMED", given.Split(' '));
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(says, result.Error, StringComparison.Ordinal);
        if (words != "BROKEN")
        {
            var status = Run("netboot", "status", "--state", State, "-o", "json");
            Assert.True(Directory.Exists(State) ? status.Text.Trim() == "[]" : status.Error.Contains("has no job database", StringComparison.Ordinal),
                status.Text + status.Error);
        }
    }

    [Fact]
    public void A_role_without_a_gate_arms_nothing()
    {
        var role = Path.Combine(Repo, "roles/imap.yaml");
        File.WriteAllLines(role, File.ReadAllLines(role).Where(line => !line.StartsWith("gate:", StringComparison.Ordinal)));
        var result = Arm(true, "imap33");
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("gate", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Armed_served_killed_served_again_and_disarmed()
    {
        var armed = Arm(true, "imap33");
        Assert.True(armed.ExitCode == 0, armed.Error);
        var planned = JsonDocument.Parse(Run("storage", "plan", "imap33", "--dead", "-o", "json").Output).RootElement.GetProperty("hash").GetString()!;
        Assert.Contains(planned, armed.Text, StringComparison.Ordinal);
        Assert.Contains("wipe-os", armed.Text, StringComparison.Ordinal);
        var twice = Arm(true, "imap33");
        Assert.Equal(2, twice.ExitCode);
        Assert.Contains("armed already", twice.Error, StringComparison.Ordinal);
        var job = Status();
        Assert.Equal(("armed", planned), (job.GetProperty("state").GetString(), job.GetProperty("plan").GetString()));

        var port = FreePort();
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        var path = $"/boot/{JsonDocument.Parse(Run("hosts", "imap33", "-o", "json").Output).RootElement[0].GetProperty("macs")[0].GetString()}?uuid=4c4c4544-0042-3510-8052-b4c04f4a4e31";
        string script;
        byte[] ticket;
        var id = job.GetProperty("id").GetString();
        using (Serve(port))
        {
            script = await Get(http, path);
            Assert.Contains($"provision.job={id}", script, StringComparison.Ordinal);
            ticket = await http.GetByteArrayAsync($"/jobs/{id}/ticket");
        }

        // Killed, not asked to end: the job and its token are where they were.
        using var server = Serve(port);
        Assert.Equal(script, await Get(http, path));
        Assert.Equal(ticket, await http.GetByteArrayAsync($"/jobs/{id}/ticket"));
        Assert.Equal(2, Run("netboot", "approve", "imap33", "--hash", planned, "--state", State).ExitCode);
        Assert.Equal(0, Run("netboot", "disarm", "imap33", "--state", State).ExitCode);
        Assert.DoesNotContain("provision.job", await Get(http, path), StringComparison.Ordinal);
        Assert.Equal("disarmed", Status().GetProperty("state").GetString());
        Assert.Equal(1, Run("netboot", "watch", "imap33", "--state", State).ExitCode);
        Assert.Equal(2, Run("netboot", "disarm", "imap33", "--state", State).ExitCode);
    }

    /// <summary>The order is signed by the command that arms; an installer that has signers of orders needs that, and gets a commit that it will
    /// accept.</summary>
    [Fact]
    public async Task An_order_is_signed_when_it_is_armed_and_served_as_it_was_signed()
    {
        foreach (var key in (string[])["orders", "stranger"])
        {
            runner.Run(Command.Of("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", key, "-f", Path.Combine(work, key))).OrThrow();
        }

        var signers = AllowedSigners.Line("site", "provision-order", Public("orders")) + AllowedSigners.Line("alice", AllowedSigners.Commits, Public("orders"));
        File.WriteAllText(Path.Combine(Store, "installer", Digest, "inputs.json"), JsonSerializer.Serialize(new
        {
            recipe = new
            {
                name = "installer",
                release = "trixie",
                wanted = Array.Empty<string>(),
                variant = "extract",
                after = "",
                files = new { allowed_signers = signers }
            },
            packages = Array.Empty<string>(),
            signer = "",
        }));
        var refused = Arm(true, "imap33");
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("the installer accepts signed orders only", refused.Error, StringComparison.Ordinal);
        Assert.Contains("is not signed by one of those who may sign commits", refused.Error, StringComparison.Ordinal);
        Git("-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "gpg.format=ssh", "-c", "user.signingkey=" + Path.Combine(work, "orders"),
            "commit", "-q", "--amend", "-S", "--no-edit");
        var stranger = Arm(true, "imap33", "--sign-key", Path.Combine(work, "stranger"));
        Assert.Equal(2, stranger.ExitCode);
        Assert.Contains("the installer does not accept orders signed with", stranger.Error, StringComparison.Ordinal);
        var armed = Arm(true, "imap33", "--sign-key", Path.Combine(work, "orders"));
        Assert.True(armed.ExitCode == 0, armed.Error);
        Assert.DoesNotContain("note: the installer", armed.Error, StringComparison.Ordinal);

        var port = FreePort();
        using var server = Serve(port);
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        var mac = JsonDocument.Parse(Run("hosts", "imap33", "-o", "json").Output).RootElement[0].GetProperty("macs")[0].GetString();
        var order = JsonDocument.Parse(await Get(http, $"/boot/{mac}?form=json")).RootElement.GetProperty("order");
        var document = System.Text.Encoding.UTF8.GetBytes(order.GetProperty("document").GetString()!);
        var check = new SshSignatures(runner).VerifyBy(signers, "provision-order", document,
            System.Text.Encoding.UTF8.GetBytes(order.GetProperty("signature").GetString()!));
        Assert.Equal("site", check.Signer);
        Assert.Equal("imap33", JsonDocument.Parse(document).RootElement.GetProperty("host").GetString());
    }

    [Fact]
    public void Without_signers_every_arm_says_so()
    {
        var armed = Arm(true, "imap33");
        Assert.Equal(0, armed.ExitCode);
        Assert.Contains("note: the installer has no signers: neither commits nor orders are verified (docs/trust.md)", armed.Error, StringComparison.Ordinal);
    }

    /// <summary>Whoever can push to the branch installs nothing on a host that knows who may sign commits.</summary>
    [Fact]
    public void A_host_with_signers_installs_no_commit_that_none_of_them_signed()
    {
        runner.Run(Command.Of("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "alice", "-f", Path.Combine(work, "alice"))).OrThrow();
        var root = Directory.CreateDirectory(Path.Combine(work, "root/etc/provision")).FullName;
        string[] install = ["install", "--yes", "--host", "imap33", "--root", Path.Combine(work, "root"), "--allow-dirty", "no-such-config"];
        Assert.Contains("note: /etc/provision/allowed_signers has no signer of commits", Run(install).Error, StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(root, "allowed_signers"), AllowedSigners.Line("alice", AllowedSigners.Commits, Public("alice")));
        var refused = Run(install);
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("is not signed by a key in /etc/provision/allowed_signers that may sign commits", refused.Error, StringComparison.Ordinal);
        Git("-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "gpg.format=ssh", "-c", "user.signingkey=" + Path.Combine(work, "alice"),
            "commit", "-q", "--amend", "-S", "--no-edit");
        var signed = Run(install);
        Assert.DoesNotContain("is not signed", signed.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("note:", signed.Error, StringComparison.Ordinal);
    }

    private string Public(string name) => string.Join(' ', File.ReadAllText(Path.Combine(work, name) + ".pub").Split(' ').Take(2));

    [Fact]
    public async Task A_discovered_machine_is_listed_and_not_adopted_with_the_look_of_another()
    {
        var port = FreePort();
        using var server = Serve(port);
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        await Get(http, "/boot.ipxe");
        using var found = await http.PostAsync("/discovered", new StringContent(
            $$"""{"dmiUuid":null,"macs":["02:00:00:00:00:39"],"product":"Box","serial":"1","summary":["bay front/1"],"bundle":"{{Convert.ToBase64String(File.ReadAllBytes(Bundle))}}"}"""));
        var answer = await found.Content.ReadAsStringAsync();
        Assert.True(found.IsSuccessStatusCode, answer);
        var id = JsonDocument.Parse(answer).RootElement.GetProperty("id").GetString()!;
        Assert.Contains("02:00:00:00:00:39", Run("host", "discovered", "--state", State).Text, StringComparison.Ordinal);
        Assert.Equal(2, Run("host", "adopt", "nobody", "--name", "imap39", "--chassis", "4u40", "--site", "nyi", "--role", "imap", "--state", State).ExitCode);
        var adopted = Run("host", "adopt", id, "--name", "imap39", "--chassis", "4u40", "--site", "nyi", "--role", "imap", "--state", State);

        // The bundle is a look at imap33: what it saw in its bays is not what this machine has.
        Assert.Equal(2, adopted.ExitCode);
        Assert.Contains("no NIC of imap39", adopted.Error, StringComparison.Ordinal);
        Assert.Equal(2, Run("hosts", "imap39").ExitCode);
        Assert.False(File.Exists(Path.Combine(Repo, "hosts/drives/imap39.yaml")));
        Assert.Contains(id, Run("host", "discovered", "--state", State).Text, StringComparison.Ordinal);
        Assert.Equal(2, Run("host", "discovered", "--remove", "nobody", "--state", State).ExitCode);
        Assert.Equal(0, Run("host", "discovered", "--remove", id, "--state", State).ExitCode);
        Assert.DoesNotContain(id, Run("host", "discovered", "--state", State).Text, StringComparison.Ordinal);
    }

    /// <summary>A new server is racked: it is found, adopted with what is in its bays, and its plan shows what an installation would wipe.</summary>
    [Fact]
    public async Task A_discovered_machine_becomes_a_host_with_a_drive_record()
    {
        // The same hardware with other network cards, in a fleet that does not have its drives yet.
        var look = Directory.CreateDirectory(Path.Combine(work, "look")).FullName;
        runner.Run(Command.Of("tar", "--extract", "--zstd", "--file=" + Bundle, "--directory=" + look)).OrThrow();
        File.WriteAllText(Path.Combine(look, "files/sys/class/net/eth0/address"), "02:00:00:00:00:39\n");
        File.WriteAllText(Path.Combine(look, "files/sys/class/net/eth1/address"), "02:00:00:00:00:3a\n");
        var bundle = Path.Combine(work, "look.tar.zst");
        runner.Run(Command.Of("tar", "--create", "--zstd", "--file=" + bundle, "--directory=" + look, "manifest.json", "runs", "files")).OrThrow();
        File.Delete(Path.Combine(Repo, "hosts/drives/imap33.yaml"));

        var port = FreePort();
        using var server = Serve(port);
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        await Get(http, "/boot.ipxe");
        using var found = await http.PostAsync("/discovered", new StringContent(
            $$"""{"dmiUuid":null,"macs":["02:00:00:00:00:39","02:00:00:00:00:3a"],"product":"Box","serial":"1","summary":["bay front/1"],"bundle":"{{Convert.ToBase64String(File.ReadAllBytes(bundle))}}"}"""));
        var id = JsonDocument.Parse(await found.Content.ReadAsStringAsync()).RootElement.GetProperty("id").GetString()!;
        string[] adopt = ["host", "adopt", id, "--name", "imap39", "--chassis", "4u40", "--site", "nyi", "--role", "imap", "--state", State];
        var tried = Run([.. adopt, "--dry-run"]);
        Assert.True(tried.ExitCode == 0, tried.Error);
        Assert.Equal(2, Run("hosts", "imap39").ExitCode);

        var adopted = Run(adopt);
        Assert.True(adopted.ExitCode == 0, adopted.Error);
        Assert.Equal(tried.Text, adopted.Text);
        Assert.Contains("serial: WD-WMAY02053011", File.ReadAllText(Path.Combine(Repo, "hosts/drives/imap39.yaml")), StringComparison.Ordinal);
        Assert.DoesNotContain(id, Run("host", "discovered", "--state", State).Text, StringComparison.Ordinal);
        Assert.Equal(0, Run("validate").ExitCode);
        var plan = Run("storage", "plan", "imap39", "--dead");
        Assert.Contains("wipe-os", plan.Text, StringComparison.Ordinal);
        Assert.Contains(", 0 refused", plan.Text, StringComparison.Ordinal);
    }

    /// <summary>The whole of it in network namespaces of the test's own: an address and a first file from dnsmasq, and again after the server alone was
    /// killed.</summary>
    [Fact]
    public void Dnsmasq_runs_beside_the_server_and_is_replaced_after_a_kill()
    {
        var (server, client) = ($"cls{Environment.ProcessId}", $"clc{Environment.ProcessId}");
        try
        {
            var mac = JsonDocument.Parse(Run("hosts", "imap33", "-o", "json").Output).RootElement[0].GetProperty("macs")[0].GetString()!;
            foreach (var words in new[]
            {
                $"netns add {server}", $"netns add {client}", $"link add boot0 netns {server} type veth peer name card0 netns {client} address {mac}",
                $"-n {server} address add 192.0.2.4/24 dev boot0", $"-n {server} link set boot0 up", $"-n {client} link set card0 up",
            })
            {
                runner.Run(Command.Of("ip", words.Split(' '))).OrThrow();
            }

            var pid = Path.Combine(work, "pid");
            RunningCommand Start() => RunningCommand.Start(Command.Of(
                "sh", "-c", "echo $$ > \"$0\"; exec \"$@\"", pid, "ip", "netns", "exec", server, Program, "netboot", "serve", "--site", "nyi", "--state",
                    State, "--store", Store, "--repo", Repo)
                .WithListener(line => Console.Error.WriteLine(line)));
            using (Start())
            {
                Assert.Equal("192.0.2.33 undionly.kpxe", Ask(client));
                runner.Run(Command.Of("kill", "-9", File.ReadAllText(pid).Trim())).OrThrow();
            }

            // dnsmasq removes the file of the one before, then writes its own: for a moment there is none.
            string? Pid() => File.Exists(Path.Combine(State, "dnsmasq.pid"))
                && runner.Run(Command.Of("cat", Path.Combine(State, "dnsmasq.pid"))) is { Succeeded: true } read && read.Text.Trim() is { Length: > 0 } number
                ? number : null;
            var left = Pid();
            Assert.NotNull(left);
            using (Start())
            {
                for (var i = 0; i < 600 && (Pid() is not { } now || now == left); i++)
                {
                    Thread.Sleep(100);
                }

                Assert.Equal("192.0.2.33 undionly.kpxe", Ask(client));
                Assert.NotEqual(left, Pid());
            }
        }
        finally
        {
            runner.Run(Command.Of("ip", "netns", "delete", server));
            runner.Run(Command.Of("ip", "netns", "delete", client));
        }
    }

    [Fact]
    public void A_hosts_identity_is_kept_for_the_boot_servers_alone()
    {
        Assert.Contains("hosts/secrets/boot-servers.txt: write into it the age recipient", Run("host", "identity", "imap33", "--new").Error,
            StringComparison.Ordinal);
        var server = Path.Combine(work, "server.key");
        runner.Run(Command.Of("age-keygen", "-o", server)).OrThrow();
        File.WriteAllText(Path.Combine(Repo, "hosts/secrets/boot-servers.txt"), runner.Run(Command.Of("age-keygen", "-y", server)).OrThrow().Text);
        var said = Run("host", "identity", "imap33", "--new");
        Assert.Equal(0, said.ExitCode);
        Assert.Matches("age recipient of imap33: age1[0-9a-z]{58}\nimap33,[0-9.]+ ssh-ed25519 [^ ]+\n", said.Text);
        var kept = Path.Combine(Repo, "hosts/secrets/identity-imap33.age");
        var archive = Path.Combine(work, "identity.tar");
        File.WriteAllBytes(archive, runner.Run(Command.Of("age", "--decrypt", "-i", server, kept)).OrThrow().Output.ToArray());
        var names = runner.Run(Command.Of("tar", "--list", "--file=" + archive)).OrThrow().Text;
        Assert.Equal(7, names.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Contains("etc/provision/identity.age\n", names, StringComparison.Ordinal);

        // From the host's own archive it is the same to everybody.
        File.Delete(kept);
        var again = Run("host", "identity", "imap33", "--from", archive);
        Assert.Equal(said.Text, again.Text);
        Assert.True(File.Exists(kept));
        using var json = JsonDocument.Parse(Run("host", "identity", "imap33", "--from", archive, "-o", "json").Output);
        Assert.Contains($"age recipient of imap33: {json.RootElement.GetProperty("recipient").GetString()}\n", said.Text, StringComparison.Ordinal);
        Assert.Equal(3, json.RootElement.GetProperty("known_hosts").GetArrayLength());
        runner.Run(Command.Of("tar", "--create", "--file=" + archive, "--directory=/", "etc/hostname")).OrThrow();
        Assert.Contains("only etc/ssh/ssh_host_* and etc/provision/identity.age belong to it", Run("host", "identity", "imap33", "--from", archive).Error,
            StringComparison.Ordinal);
    }

    private string Ask(string client)
    {
        var script = Path.Combine(work, "answer.sh");
        File.WriteAllText(script, "#!/bin/sh\n[ \"$1\" = bound ] && echo \"$ip $boot_file\"\nexit 0\n");
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return runner.Run(Command.Of("ip", "netns", "exec", client, "busybox", "udhcpc", "-i", "card0", "-f", "-q", "-n", "-t", "60", "-T", "1", "-s", script,
            "-x", "0x5d:0000")
            .WithTimeout(TimeSpan.FromMinutes(2))).OrThrow().Text.Trim();
    }

    private JsonElement Status() => JsonDocument.Parse(Run("netboot", "status", "imap33", "--state", State, "-o", "json").Output).RootElement[0];

    private CommandResult Arm(bool yes, params string[] words) =>
        Run(["netboot", "arm", .. words, "--state", State, "--store", Store, "--force", "no slot of the sample fleet runs here", .. yes ? (string[])["--yes"]
        : []]);

    private RunningCommand Serve(int port) => RunningCommand.Start(Command.Of(
        Program, "netboot", "serve", "--listen", $"127.0.0.1:{port}", "--dnsmasq", "off", "--site", "nyi", "--state", State, "--store", Store, "--repo", Repo)
            .WithListener(line => Console.Error.WriteLine(line)));

    /// <summary>Asks until the server has started.</summary>
    private static async Task<string> Get(HttpClient http, string path)
    {
        for (var i = 0; ; i++)
        {
            try
            {
                return await http.GetStringAsync(path);
            }
            catch (HttpRequestException) when (i < 600)
            {
                await Task.Delay(100);
            }
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private void Commit()
    {
        Git("add", ".");
        Git("-c", "user.name=x", "-c", "user.email=x@example", "commit", "-q", "-m", "x");
    }

    private void Git(params string[] arguments) => runner.Run(Command.Of("git", ["-C", Repo, .. arguments])).OrThrow();

    private CommandResult Run(params IReadOnlyList<string> arguments) =>
        runner.Run(Command.Of(Program, [.. arguments, "--repo", Repo]).WithEnvironment("NO_COLOR", "1").WithTimeout(TimeSpan.FromMinutes(2)));
}
