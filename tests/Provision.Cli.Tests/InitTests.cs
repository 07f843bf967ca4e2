using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Provision.Cli.Tests;

/// <summary>New fleets: each validates, nothing of the samples stays in it, and nothing that exists is written over.</summary>
public sealed partial class InitTests : IDisposable
{
    private static readonly string Program =
        Environment.GetEnvironmentVariable("PROVISION_BINARY") is { Length: > 0 } given ? given : TestRepository.PathOf("out/provision");

    private readonly string work = Directory.CreateTempSubdirectory("provision-init-").FullName;
    private readonly ProcessRunner runner = new();

    public InitTests()
    {
        Directory.CreateDirectory(Path.Combine(work, "home/.ssh"));
        MakeKey("");
    }

    public void Dispose() => Directory.Delete(work, recursive: true);

    [Theory]
    [InlineData("--network 10.1.2.0/24", "0 hosts, 0 stores, 2 roles")]
    [InlineData("--network 10.1.2.0/24 --host web1 --mac 52:54:00:00:00:01", "1 host, 0 stores, 2 roles")]
    [InlineData("--example tiny --network 10.7.0.0/16 --gateway 10.7.0.254 --site home2", "3 hosts, 2 stores, 5 roles")]
    [InlineData("--example objects --network 10.7.0.0/24 --release forky", "4 hosts, 0 stores, 4 roles")]
    [InlineData("--example mail --site ice nyi --network 10.1.0.0/24 10.2.0.0/24 10.3.0.0/24", "52 hosts, 190 stores, 15 roles")]
    public void A_new_fleet_validates_is_committed_and_keeps_nothing_of_the_samples(string options, string counted)
    {
        var made = Init($"fleet --domain ice.storage.lan {options}");
        Assert.True(made.ExitCode == 0, made.Text + made.Error);
        var fleet = Path.Combine(work, "fleet");
        var valid = Run("validate", "--repo", fleet);
        Assert.True(valid.ExitCode == 0 && valid.Error.Length == 0, valid.Error);
        Assert.StartsWith(counted, valid.Text, StringComparison.Ordinal);

        var files = Directory.EnumerateFiles(fleet, "*", SearchOption.AllDirectories)
            .Where(path => !path.Contains("/.git/", StringComparison.Ordinal)).ToList();
        Assert.Equal([], files.Where(path => Sample().IsMatch(File.ReadAllText(path))).Select(path => Path.GetRelativePath(fleet, path)));
        Assert.Contains("domain: ice.storage.lan\n", File.ReadAllText(Path.Combine(fleet, "hosts/fleet.yaml")), StringComparison.Ordinal);
        Assert.DoesNotContain(files, path => File.ReadAllText(path).Contains("AGE-SECRET-KEY", StringComparison.Ordinal));
        Assert.Equal("", Git("status", "--porcelain").Text);

        // The commit is signed by the engineer's key and by no other.
        File.WriteAllText(Path.Combine(work, "signers"), AllowedSigners.Line("me", AllowedSigners.Commits, File.ReadAllText(PublicKey).Trim()));
        Assert.Contains("Good \"git\" signature", Git("-c", $"gpg.ssh.allowedSignersFile={work}/signers", "verify-commit", "HEAD").Error,
            StringComparison.Ordinal);
        Assert.Equal((UnixFileMode)FileModes.Private, File.GetUnixFileMode(Path.Combine(work, "home/.config/provision/identity.age")));
    }

    [Fact]
    public void An_existing_directory_key_or_file_is_not_touched()
    {
        Directory.CreateDirectory(Path.Combine(work, "full"));
        File.WriteAllText(Path.Combine(work, "full/mine"), "mine");
        var refused = Init("full --domain storage.lan --network 10.1.2.0/24");
        Assert.Equal((2, "provision: full is not empty: name a new or an empty directory; nothing was written\n"), (refused.ExitCode, refused.Error));
        Assert.Equal(["mine"], Directory.EnumerateFileSystemEntries(Path.Combine(work, "full")).Select(Path.GetFileName));
        Assert.False(Directory.Exists(Path.Combine(work, "home/.config")));

        Assert.Equal(0, Init("one --domain storage.lan --network 10.1.2.0/24").ExitCode);
        var key = File.ReadAllText(Path.Combine(work, "home/.config/provision/identity.age"));
        Directory.CreateDirectory(Path.Combine(work, "two"));
        Assert.Equal(0, Init("two --domain storage.lan --network 10.1.2.0/24").ExitCode);
        Assert.Equal(key, File.ReadAllText(Path.Combine(work, "home/.config/provision/identity.age")));
        Assert.Equal(File.ReadAllText(Path.Combine(work, "one/hosts/secrets/operators.txt")), File.ReadAllText(Path.Combine(work,
            "two/hosts/secrets/operators.txt")));
    }

    [Theory]
    [InlineData("", "not a terminal, so nothing can be asked: give --domain, --network")]
    [InlineData("--domain storage.lan", "not a terminal, so nothing can be asked: give --network")]
    [InlineData("--domain st_orage --network 10.1.2.0/24", "--domain st_orage: expected a domain such as storage.lan")]
    [InlineData("--domain storage.lan --name A --network 10.1.2.0/24", "--name A: expected lower-case letters, digits and hyphens")]
    [InlineData("--domain storage.lan --network 10.1.2.3/24",
        "--network 10.1.2.3/24: expected a network such as 10.0.0.0/24, with no bits set after its prefix")]
    [InlineData("--domain storage.lan --network 10.1.2.0/24 --gateway x", "--gateway x: expected an address such as 10.0.0.1")]
    [InlineData("--domain storage.lan --network 10.1.2.0/24 --release 13", "--release 13: expected the name of a Debian release, such as trixie")]
    [InlineData("--domain storage.lan --network 10.1.2.0/24 --example big", "there is no example \"big\": expected one of mail, objects, tiny")]
    [InlineData("--domain storage.lan --network 10.1.2.0/25 --example tiny", "10.1.2.0/25 is too small: the example needs a /24 there")]
    [InlineData("--domain storage.lan --network 10.1.2.0/24 --example mail --site a b", "expected 2 sites and 3 networks: ice has 1, nyi has 2")]
    [InlineData("--domain storage.lan --network 10.1.2.0/24 --example tiny --host x", "--host is for a fleet without --example: the examples have hosts")]
    [InlineData("--domain storage.lan --network 10.1.2.0/24 --host x", "not a terminal, so nothing can be asked: give --mac")]
    public void A_wrong_answer_is_named_and_leaves_nothing(string options, string expected)
    {
        var refused = Init($"fleet {options}".Trim());
        Assert.Equal((2, $"provision: {expected}\n"), (refused.ExitCode, refused.Error));
        Assert.Equal(["home"], Directory.EnumerateFileSystemEntries(work).Select(Path.GetFileName));
    }

    [Fact]
    public void A_first_host_that_the_inventory_refuses_leaves_nothing()
    {
        var refused = Init("fleet --domain storage.lan --network 10.1.2.0/24 --host Web_1 --mac 52:54:00:00:00:01");
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("host name \"Web_1\": expected a host name of lower-case letters", refused.Error, StringComparison.Ordinal);
        Assert.Equal(["home"], Directory.EnumerateFileSystemEntries(work).Select(Path.GetFileName));
    }

    [Fact]
    public void At_a_terminal_it_asks_for_what_is_not_given()
    {
        const string keys = "storage.lan\\n\\n10.1.2.0/24\\n\\n\\n192.168.7.0/24\\nweb1\\n52:54:00:00:00:01\\n";
        var shown = runner.Run(InWork(Command.Of("bash", "-c", $"printf '{keys}' | script -qec '{Program} init fleet' /dev/null")));
        Assert.True(shown.ExitCode == 0, shown.Text);
        Assert.Contains("Name of the site [main]: ", shown.Text, StringComparison.Ordinal);
        Assert.Contains("Gateway [10.1.2.1]: ", shown.Text, StringComparison.Ordinal);
        Assert.Contains("fleet: 1 host, 2 roles, ", shown.Text, StringComparison.Ordinal);
        Assert.Contains("admin_networks: [192.168.7.0/24]", File.ReadAllText(Path.Combine(work, "fleet/roles/base.yaml")), StringComparison.Ordinal);
    }

    /// <summary>A key whose passphrase cannot be asked for signs nothing: the repository is made all the same, and says how to sign later.</summary>
    [Fact]
    public void Without_a_key_that_signs_it_prints_the_line_that_sets_it_up()
    {
        File.Delete(PublicKey[..^4]);
        MakeKey("secret phrase");
        var made = Init("one --domain storage.lan --network 10.1.2.0/24");
        Assert.Equal(0, made.ExitCode);
        Assert.Matches("commits are not signed .*/id_ed25519.pub did not sign", made.Text);
        Assert.Contains("git -C one config user.signingkey KEY.pub", made.Text, StringComparison.Ordinal);
        var json = Init("two --domain storage.lan --network 10.1.2.0/24 --no-sign -o json");
        using var document = JsonDocument.Parse(json.Output);
        Assert.Equal((0, 0, JsonValueKind.Null), (json.ExitCode, document.RootElement.GetProperty("hosts").GetInt32(),
            document.RootElement.GetProperty("signed_by").ValueKind));
    }

    /// <summary>The secrets of the mail example are new: neither the test key nor anyone else's opens them, and the certificate fits its key.</summary>
    [Fact]
    public void Secrets_of_an_example_are_new_ones()
    {
        Assert.Equal(0, Init("one --domain a.lan --example mail --site ice nyi --network 10.1.0.0/24 10.2.0.0/24 10.3.0.0/24").ExitCode);
        var secrets = Directory.GetFiles(Path.Combine(work, "one/hosts/secrets"), "*.age");
        Assert.Equal(6, secrets.Length);
        var values = secrets.ToDictionary(path => Path.GetFileName(path), path => Decrypt(path, "home/.config/provision/identity.age").OrThrow().Text);
        Assert.Equal(6, values.Values.Distinct().Count());
        Assert.All(secrets, path => Assert.NotEqual(0, Decrypt(path, TestRepository.PathOf("tests/fixtures/age/identity.txt")).ExitCode));
        var rendered = Run("render", "--repo", Path.Combine(work, "one"), "--host", "mx1", "--out", Path.Combine(work, "rendered"));
        Assert.True(rendered.ExitCode == 0, rendered.Error);
        var key = runner.Run(Command.Of("openssl", "pkey", "-noout", "-text_pub").WithInput(Encoding.ASCII.GetBytes(values["tls-mail.age"]))).OrThrow().Text;
        var certificate = runner.Run(Command.Of("openssl", "x509", "-in", $"{work}/rendered/etc/ssl/mail/cert.pem", "-noout", "-text")).OrThrow().Text;
        Assert.Contains(
            string.Concat(key.Split("pub:")[1].Split("ASN1")[0].Where(c => !char.IsWhiteSpace(c))),
            string.Concat(certificate.Where(c => !char.IsWhiteSpace(c))),
            StringComparison.Ordinal);
    }

    private string PublicKey => Path.Combine(work, "home/.ssh/id_ed25519.pub");

    private void MakeKey(string phrase) =>
        runner.Run(Command.Of("ssh-keygen", "-q", "-t", "ed25519", "-N", phrase, "-C", "me", "-f", PublicKey[..^4])).OrThrow();

    private CommandResult Init(string arguments) => Run(["init", .. arguments.Split(' ')]);

    private CommandResult Run(params IReadOnlyList<string> arguments) => runner.Run(InWork(Command.Of(Program, arguments)));

    private CommandResult Decrypt(string path, string identity) =>
        runner.Run(Command.Of("age", "--decrypt", "--identity", Path.Combine(work, identity), path));

    private CommandResult Git(params string[] arguments) => runner.Run(InWork(Command.Of("git", ["-C", Path.Combine(work, "fleet"), .. arguments])));

    private Command InWork(Command command) => command.Through("env", "-C", work).WithEnvironment("HOME", Path.Combine(work, "home"))
        .WithEnvironment("XDG_CONFIG_HOME", null).WithEnvironment("NO_COLOR", "1").WithTimeout(TimeSpan.FromMinutes(2));

    [GeneratedRegex(@"192\.0\.2\.|198\.51\.100\.|203\.0\.113\.|198\.1[89]\.|2001:0?db8|00:00:5e:00:53|\.example\b|\bexample\.(com|net|org)",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Sample();
}
