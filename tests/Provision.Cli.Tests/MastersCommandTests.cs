using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Provision.Cli.Tests;

/// <summary><c>provision masters</c> with the published program: enrolling, the drill of a lost database, two processes at once, bad input.</summary>
public sealed class MastersCommandTests : IDisposable
{
    private static readonly string Repository = TestRepository.Root;
    private static readonly string Program = Environment.GetEnvironmentVariable("PROVISION_BINARY") is { Length: > 0 } given ? given
        : Path.Combine(Repository, "out/provision");
    private readonly string work = Directory.CreateTempSubdirectory("provision-masters-").FullName;
    private readonly ProcessRunner runner = new();

    private string Database => Path.Combine(work, "masters.sqlite");

    public void Dispose() => Directory.Delete(work, recursive: true);

    [Fact]
    public async Task Stores_are_enrolled_once_whoever_is_first()
    {
        Assert.Contains("there is no such file", Run("enroll", "--yes").Error, StringComparison.Ordinal);
        var both = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Run(() => Run("enroll", "--new", "--yes"))));
        using var document = JsonDocument.Parse(Run("-o", "json").Output);
        var stores = document.RootElement.GetProperty("stores").GetArrayLength();
        Assert.True(stores > 100);
        Assert.Equal(stores, document.RootElement.GetProperty("serial").GetInt64());
        Assert.Equal(stores, both.Sum(one =>
            int.Parse(one.Text.TrimEnd().Split('\n')[^1].Split(' ') is [var count, "stores", "enrolled"] ? count : "0",
            System.Globalization.CultureInfo.InvariantCulture)));
        Assert.Contains($"all {stores} stores are enrolled", Run("enroll").Text, StringComparison.Ordinal);
        Assert.Contains($"{stores}  ", Run("history", "--last", "1").Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_check_follows_the_chain_of_changes()
    {
        Assert.Equal(0, Run("enroll", "--new", "--yes").ExitCode);
        var checkedOnce = Run("check");
        Assert.Equal((0, ""), (checkedOnce.ExitCode, checkedOnce.Error));
        Assert.Matches("^([0-9]+) stores at serial \\1, \\1 changes in the chain: nothing found\n$", checkedOnce.Text);
        File.Delete(Database);
        Assert.Equal(2, Run("check").ExitCode);
    }

    [Fact]
    public void A_lost_database_is_restored_from_its_last_export()
    {
        Assert.Equal(0, Run("enroll", "--new", "--yes").ExitCode);
        Assert.Equal(0, Run("export", "--to", Path.Combine(work, "exports")).ExitCode);
        var export = Assert.Single(Directory.GetFiles(Path.Combine(work, "exports")));
        var before = Run().Text;
        File.Delete(Database);
        Assert.Equal(2, Run().ExitCode);
        Assert.Contains("confirm with --yes", Run("restore", export).Error, StringComparison.Ordinal);
        Assert.False(File.Exists(Database));
        Assert.Equal(0, Run("restore", export, "--yes").ExitCode);
        Assert.Equal(before.Replace("  1      up ", "  1001   up ", StringComparison.Ordinal), Run().Text);
        Assert.Contains("repeat with --force", Run("restore", export, "--yes").Error, StringComparison.Ordinal);
        Assert.Equal(0, Run("restore", export, "--yes", "--force").ExitCode);
    }

    [Fact]
    public void A_planted_export_is_restored_only_by_whoever_knows_where_it_comes_from()
    {
        Assert.Equal(0, Run("enroll", "--new", "--yes").ExitCode);
        Assert.Equal(0, Run("export", "--to", Path.Combine(work, "exports")).ExitCode);
        var export = Assert.Single(Directory.GetFiles(Path.Combine(work, "exports")));
        runner.Run(Command.Of("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", Path.Combine(work, "key"))).OrThrow();
        var signers = Path.Combine(work, "allowed_signers");
        File.WriteAllText(signers, AllowedSigners.Line("site", "provision-masters", File.ReadAllText(Path.Combine(work, "key.pub")).Trim()));
        File.Delete(Database);
        var refused = Run("restore", export, "--yes", "--allowed-signers", signers);
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("it has no signature. Nothing was restored", refused.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(Database));

        // An old one under a new name.
        var signed = Path.Combine(work, "masters-0000000000000009999.json");
        File.WriteAllBytes(signed, Signed(export, Path.Combine(work, "key")));
        Assert.Matches("it holds serial [0-9]+", Run("restore", signed, "--yes", "--allowed-signers", signers).Error);
        var meant = Run("restore", export, "--yes", "--allowed-signers", signers, "--unsigned");
        Assert.Equal(0, meant.ExitCode);
        Assert.Contains("is not verified: it has no signature", meant.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("export", "nowhere to export to")]
    [InlineData("restore /etc/hostname --yes", "not an export of masters")]
    [InlineData("restore /nowhere --yes", "/nowhere")]
    [InlineData("serve --from ftp://x", "expected a URL such as http://192.0.2.4:8490")]
    [InlineData("serve --listen 8490", "expected an address and a port")]
    [InlineData("history", "there is no such file")]
    public void Bad_input_is_told(string arguments, string expected)
    {
        var result = Run(arguments.Split(' '));
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(Database));
    }

    /// <summary>The export with a signature, as the program writes it where it has a key.</summary>
    private byte[] Signed(string export, string key)
    {
        var bytes = File.ReadAllBytes(export);
        var signature = runner.Run(Command.Of("ssh-keygen", "-q", "-Y", "sign", "-f", key, "-n", "provision-masters").WithInput(bytes)).OrThrow().Text;
        var text = System.Text.Encoding.UTF8.GetString(bytes).TrimEnd();
        return System.Text.Encoding.UTF8.GetBytes($"{text[..^1].TrimEnd()},\n  \"signature\": {JsonSerializer.Serialize(signature)}\n}}\n");
    }

    private CommandResult Run(params string[] arguments) =>
        runner.Run(Command.Of(Program, ["masters", .. arguments, "--repo", Repository, "--database", Database]).WithTimeout(TimeSpan.FromMinutes(2)));
}
