using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Xml.Linq;

namespace Provision.Cli.Tests;

/// <summary>The drive map, the drive record and the layout as users call them, on the bundle of imap33.</summary>
public sealed class DriveCommandTests : IDisposable
{
    private static readonly string Repository = TestRepository.Root;
    private static readonly string Program = Environment.GetEnvironmentVariable("PROVISION_BINARY") is { Length: > 0 } given ? given
        : Path.Combine(Repository, "out/provision");
    private static readonly string Bundle = Path.Combine(Repository, "tests/fixtures/bundles/imap33.tar.zst");
    private readonly string work = Directory.CreateTempSubdirectory("provision-drives-").FullName;
    private readonly ProcessRunner runner = new();

    public void Dispose() => Directory.Delete(work, recursive: true);

    /// <summary>One host for each chassis.</summary>
    [Theory]
    [InlineData("imap18", "r510")]
    [InlineData("imap14", "t15")]
    [InlineData("imap33", "4u40")]
    [InlineData("imap50", "nvme80")]
    [InlineData("db1", "1u4")]
    [InlineData("out1", "1u4-spool")]
    [InlineData("file1", "2u12")]
    [InlineData("compute1", "m610")]
    public void The_layout_of_each_chassis(string host, string chassis)
    {
        var result = Run("storage", "show", host);
        Assert.Equal(0, result.ExitCode);
        Snapshot.Check(result.Text, chassis);
        using var json = JsonDocument.Parse(Run("storage", "show", host, "-o", "json").Output);
        Assert.Equal(chassis, json.RootElement.GetProperty("chassis").GetString());
    }

    [Fact]
    public void A_new_chassis_is_only_data()
    {
        CopyInventory();
        File.WriteAllText(work + "/hosts/chassis/jbod6.yaml", """
            chassis:
              jbod6:
                description: 1U, six bays
                controllers: { board: { kind: sata } }
                panels: { front: { controller: board, grid: [[1, 2, 3, 0], [4, 5, 6, 0]] } }
                sets:
                  os: { level: md-raid1, bays: front 1-2, drive: { media: ssd, size: 480G }, data: cache, os: true }
                  data: { name: "{host}data", level: md-raid10, bays: front 3-5, drive: { media: ssd, size: 1920G }, data: primary, volume: { label: "{host}data", encrypt: luks, mount: /srv/data } }
            """);
        Assert.Equal(0,
            Run("host", "add", "db9", "--mac", "02:00:00:00:00:09", "--chassis", "jbod6", "--site", "nyi", "--role", "db", "--repo", work).ExitCode);
        var shown = Run("storage", "show", "db9", "--repo", work);
        Assert.Equal(0, shown.ExitCode);
        Assert.Contains("db9data  md-raid10  front 3-5  3 x 1.92T ssd  2.88T", shown.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_machine_is_accepted_and_then_as_recorded()
    {
        CopyInventory();
        var sample = work + "/hosts/drives/imap33.yaml";
        var committed = File.ReadAllText(sample);
        Directory.Delete(work + "/hosts/drives", recursive: true);
        var check = Run("drives", "--check", "--from", Bundle, "--repo", work);
        Assert.Equal(1, check.ExitCode);
        Assert.Contains("no-record", check.Text, StringComparison.Ordinal);

        var asked = Run("drives", "accept", "--from", Bundle, "--repo", work);
        Assert.Equal(2, asked.ExitCode);
        Assert.Contains("volume i33d1t01..20", asked.Text, StringComparison.Ordinal);
        Assert.Contains("nothing was written", asked.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(work + "/hosts/drives"));

        Assert.Equal(0, Run("drives", "accept", "imap33", "--yes", "--from", Bundle, "--repo", work).ExitCode);
        Assert.Equal(0, Run("validate", "--repo", work).ExitCode);
        Assert.Equal(0, Run("drives", "--check", "--from", Bundle, "--repo", work).ExitCode);
        Assert.Contains("as observed", Run("drives", "accept", "--from", Bundle, "--repo", work).Error, StringComparison.Ordinal);

        // The sample's record is what this command writes.
        var record = sample;
        Assert.Equal(committed, File.ReadAllText(record));
        File.WriteAllText(record, File.ReadAllText(record).Replace("WDWMAY04568236", "WDWMAY00000000", StringComparison.Ordinal));
        var foreign = Run("drives", "--check", "--from", Bundle, "--repo", work);
        Assert.Equal(1, foreign.ExitCode);
        Assert.Contains("WDWMAY04568236 is not in the record; here belongs WDWMAY00000000", foreign.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_form_of_the_map()
    {
        var grid = Run("drives", "--from", Bundle).Text;
        Assert.Contains("│ 4             ok │ 5             ok │ 6 E           ok │\n", grid, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', grid);
        var plain = runner.Run(Command.Of(Program, "drives", "--from", Bundle, "--repo", Repository).WithEnvironment("LC_ALL", "en_US.ISO-8859-1")).Text;
        Assert.Contains("| 4             ok | 5             ok | 6 E           ok |\n", plain, StringComparison.Ordinal);
        Assert.Contains("rear/4", Run("drives", "--from", Bundle, "--format", "table").Text, StringComparison.Ordinal);
        Assert.StartsWith("1 - HDD 500G RDY sdc 3QG023NC\n", Run("drives", "--from", Bundle, "--format", "lines").Text, StringComparison.Ordinal);
        Assert.Contains("alias rear-4 ", Run("drives", "--from", Bundle, "--vdev-id").Text, StringComparison.Ordinal);
        using var json = JsonDocument.Parse(Run("drives", "imap33", "--from", Bundle, "-o", "json").Output);
        var bays = json.RootElement.GetProperty("bays").EnumerateArray().ToList();
        Assert.Equal(36, bays.Count);
        Assert.Equal("WDWMAY04568236", bays.Single(bay => bay.GetProperty("bay").GetString() == "rear/4").GetProperty("observed").GetProperty("serial")
            .GetString());
        var svg = work + "/map.svg";
        Assert.Equal(0, Run("drives", "--from", Bundle, "--svg", svg).ExitCode);
        Assert.Equal("svg", XDocument.Load(svg).Root!.Name.LocalName);
    }

    [Fact]
    public void Many_bundles_are_checked_at_once()
    {
        Directory.CreateDirectory(work + "/bundles");
        File.Copy(Bundle, work + "/bundles/a.tar.zst");
        File.Copy(Bundle, work + "/bundles/b.tar.zst");
        CopyInventory();
        Directory.Delete(work + "/hosts/drives", recursive: true);
        var result = Run("drives", "--check", "--from", work + "/bundles", "--repo", work);
        Assert.Equal(1, result.ExitCode);
        Assert.Equal(2, result.Text.Split("imap33: differs: imap33 no-record").Length - 1);
        File.WriteAllText(work + "/bundles/c.tar.zst", "no bundle");
        Assert.Equal(2, Run("drives", "--check", "--from", work + "/bundles").ExitCode);
    }

    /// <summary>A tool that did not answer makes nothing missing and nothing the same: exit code 2, in every form and for many bundles.</summary>
    [Fact]
    public void What_could_not_be_seen_has_an_exit_code_of_its_own()
    {
        var folder = Directory.CreateDirectory(work + "/unseen").FullName;
        Assert.True(runner.Run(Command.Of("tar", "--zstd", "-xf", Bundle, "-C", folder)).Succeeded);
        var manifest = JsonNode.Parse(File.ReadAllText(folder + "/manifest.json"))!;
        foreach (var run in manifest["runs"]!.AsArray().Where(run => run!["run"]!.GetValue<string>() == "cli64 vsf info"))
        {
            run!["exit"] = 124;
        }

        File.WriteAllText(folder + "/manifest.json", manifest.ToJsonString());
        var bundle = Directory.CreateDirectory(work + "/bundles").FullName + "/unseen.tar.zst";
        Assert.True(runner.Run(Command.Of("tar", "--zstd", "-cf", bundle, "-C", folder, ".")).Succeeded);
        foreach (var source in new[] { bundle, work + "/bundles" })
        {
            var check = Run("drives", "--check", "--from", source);
            Assert.Equal(2, check.ExitCode);
            Assert.Contains("imap33: unknown: not all could be seen", check.Text, StringComparison.Ordinal);
            Assert.DoesNotContain("not found", check.Text, StringComparison.Ordinal);
        }

        var diff = Run("storage", "diff", "imap33", "--from", bundle);
        Assert.Equal(2, diff.ExitCode);
        Assert.Contains("unseen   unit i33d1spool: is there, but its state could not be seen: cli64 vsf info: no answer in time", diff.Text,
            StringComparison.Ordinal);
        using var json = JsonDocument.Parse(Run("drives", "--from", bundle, "-o", "json").Output);
        Assert.True(json.RootElement.GetProperty("unseen").GetBoolean());
        var set = json.RootElement.GetProperty("sets").EnumerateArray().Single(set => set.GetProperty("key").GetString() == "d1spool");
        Assert.Equal(("unknown", JsonValueKind.Null), (set.GetProperty("state").GetString(), set.GetProperty("redundancy").ValueKind));
        Assert.Equal(3, Run("check", "--host", "imap33", "--only", "arrays", "drives", "--from", bundle).ExitCode);
        var accept = Run("drives", "accept", "--from", bundle, "--yes");
        Assert.Equal(2, accept.ExitCode);
        Assert.Contains("the state of i33d1spool could not be seen", accept.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_machine_is_said_first_and_is_never_the_same()
    {
        var other = Run("drives", "imap34", "--from", Bundle);
        Assert.Equal(1, other.ExitCode);
        Assert.StartsWith("not imap34: the observed machine calls itself imap33 and has no NIC of imap34", other.Error, StringComparison.Ordinal);
        Assert.Equal(1, Run("drives", "imap34", "--from", Bundle, "--check").ExitCode);
    }

    [Theory]
    [InlineData("drives imap33 --from /nonexistent", "no such file")]
    [InlineData("drives web99 --from BUNDLE", "web99")]
    [InlineData("drives --from BUNDLE --locate rear/4", "a bundle has no lights")]
    [InlineData("drives --locate rear/4 --for soon", "expected a time such as 30s")]
    [InlineData("drives --from BUNDLE --format picture", "picture")]
    [InlineData("storage show imap333", "did you mean \"imap33\"?")]
    public void Mistakes_are_explained(string arguments, string expected)
    {
        var result = Run(arguments.Replace("BUNDLE", Bundle, StringComparison.Ordinal).Split(' '));
        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains(expected, result.Text + result.Error, StringComparison.Ordinal);
    }

    private void CopyInventory()
    {
        foreach (var folder in (string[])["hosts", "roles", "templates"])
        {
            Assert.Equal(0, runner.Run(Command.Of("cp", "-r", Path.Combine(Repository, folder), work)).ExitCode);
        }
    }

    private CommandResult Run(params string[] arguments) =>
        runner.Run(Command.Of(Program, arguments.Contains("--repo") ? arguments : [.. arguments, "--repo", Repository]).WithEnvironment("LC_ALL", "C.UTF-8"));
}
