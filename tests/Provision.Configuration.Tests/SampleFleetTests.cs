using System.Runtime.CompilerServices;
using System.Text;
using Provision.Configuration.Desired;
using Provision.Configuration.Model;
using Provision.Configuration.Plans;
using Provision.Configuration.Rendering;
using Provision.Configuration.Secrets;
using Provision.Inventory;

namespace Provision.Configuration.Tests;

/// <summary>The sample fleet as it is committed: one host of each chassis and role, every file of it.</summary>
public class SampleFleetTests
{
    private static readonly string Repository = TestRepository.Root;
    private static readonly Lazy<Fleet> Loaded = new(() => InventoryLoader.Load(InventoryFiles.ReadFrom(Repository)) is { Fleet: { } fleet } ? fleet
        : throw new InvalidOperationException("the sample fleet has errors: run provision validate"));
    private static readonly TemplateLibrary Library = new(Repository);
    private static readonly SecretStore Secrets = new(Repository, Path.Combine(Repository, "tests/fixtures/age/identity.txt"), new ProcessRunner());

    /// <summary>The 11 keys of the slot that the design is modelled on, as its operators published them.</summary>
    private static readonly string[] GoldenKeys =
    [
        "servername: sloti33d1t01",
        "configdirectory: /mnt/ssd33d1/sloti33d1t01/store1/conf",
        "sievedir: /mnt/ssd33d1/sloti33d1t01/store1/conf/sieve",
        "duplicate_db_path: /var/run/cyrus/sloti33d1t01/duplicate.db",
        "statuscache_db_path: /var/run/cyrus/sloti33d1t01/statuscache.db",
        "partition-default: /mnt/ssd33d1/sloti33d1t01/store1/spool",
        "archivepartition-default: /mnt/i33d1t01/sloti33d1t01/store1/spool-archive",
        "tempsearchpartition-default: /var/run/cyrus/search-sloti33d1t01",
        "metasearchpartition-default: /mnt/ssd33d1/sloti33d1t01/store1/search",
        "datasearchpartition-default: /mnt/i33d1search/sloti33d1t01/store1/search",
        "archivesearchpartition-default: /mnt/i33d1search/sloti33d1t01/store1/search-archive",
    ];

    [Fact]
    public void The_published_slot_has_its_eleven_keys_exactly()
    {
        var lines = Render("imap33").Files.Single(file => file.Path == "/etc/cyrus/sloti33d1t01/imapd.conf").Text.Split('\n');
        var keys = GoldenKeys.Select(line => line[..line.IndexOf(':', StringComparison.Ordinal)]).ToHashSet();
        Assert.Equal(GoldenKeys.Order(StringComparer.Ordinal), lines.Where(line => keys.Contains(line.Split(':')[0])).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_numbers_of_the_sample_fleet_are_those_of_its_description()
    {
        var hosts = Loaded.Value.Hosts;
        Assert.Equal((49, 1, 2), (hosts.Count(host => host.Status == HostStatus.Active), hosts.Count(host => host.Status == HostStatus.New),
            hosts.Count(host => host.Status == HostStatus.Retired)));
        var active = hosts.Where(host => host.Status == HostStatus.Active).SelectMany(Loaded.Value.SlotsOf).ToList();
        Assert.Equal((895, 570, 190), (active.Count, active.Count(slot => Loaded.Value.StoreOfSlot(slot.Name) is not null), Loaded.Value.Stores.Count));
        Assert.Equal(["half 18", "nvme 78", "tera 94"], Loaded.Value.Stores.GroupBy(store => store.Class).Select(group =>
            $"{group.Key} {group.Count()}").Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("half", 6, 6)]
    [InlineData("tera", 6, 8)]
    [InlineData("nvme", 26, 26)]
    public void No_two_hosts_share_more_stores_than_the_exact_bound(string kind, int local, int cross)
    {
        var pairs = new Dictionary<(string, string), int>();
        foreach (var store in Loaded.Value.Stores.Where(store => store.Class == kind))
        {
            var slots = store.Slots.Select(name => Loaded.Value.FindSlot(name)!.Host).ToList();
            Assert.Equal(["ice", "nyi", "nyi"], slots.Select(host => host.Site).Order(StringComparer.Ordinal));
            foreach (var (left, right) in from left in slots from right in slots where string.CompareOrdinal(left.Name, right.Name) < 0 select (left, right))
            {
                pairs[(left.Name, right.Name)] = pairs.GetValueOrDefault((left.Name, right.Name)) + 1;
            }
        }

        int Most(bool sameSite) =>
            pairs.Where(pair => Loaded.Value.FindHost(pair.Key.Item1)!.Site == Loaded.Value.FindHost(pair.Key.Item2)!.Site == sameSite).Max(pair => pair.Value);
        Assert.Equal((local, cross), (Most(true), Most(false)));
    }

    [Theory]
    [InlineData("imap14")]
    [InlineData("imap20")]
    [InlineData("imap33")]
    [InlineData("imap50")]
    [InlineData("compute1")]
    [InlineData("frontend1")]
    [InlineData("web1")]
    [InlineData("mx1")]
    [InlineData("out1")]
    [InlineData("db1")]
    [InlineData("file1")]
    [InlineData("backup1")]
    [InlineData("install1")]
    [InlineData("mon1")]
    public void Snapshot(string host) => Verify(host, Describe(Render(host)));

    [Fact]
    public void Every_host_renders_and_every_secret_is_marked()
    {
        foreach (var host in Loaded.Value.Hosts.Where(host => host.Status != HostStatus.Retired))
        {
            foreach (var file in Render(host.Name).Files)
            {
                var masked = Redaction.Masked(file);
                Assert.DoesNotContain(Secrets.Values.Where(value => value.Length >= 6), value => masked.Contains(value, StringComparison.Ordinal));
            }
        }
    }

    private static DesiredState Render(string name)
    {
        var problems = new DiagnosticBag();
        var view = HostView.Of(Loaded.Value, Loaded.Value.FindHost(name)!, Masters.Default);
        var desired = new HostRenderer(view, Library, new FleetModel(Loaded.Value, Masters.Default), Secrets).Render(problems);
        Assert.True(desired is not null, string.Join('\n', problems));
        return desired;
    }

    /// <summary>All files by name; the content of the host's own and of its first slot and first mount, secrets masked.</summary>
    private static string Describe(DesiredState desired)
    {
        var text = new StringBuilder();
        text.Append("host ").Append(desired.Host).Append("\npackages ").AppendJoin(' ', desired.Packages.Select(package => package.Name + (
            package.Version is null ? "" : "=" + package.Version)));
        text.Append("\nunits ").AppendJoin(' ', desired.Units.Select(unit => unit.Name)).Append('\n');
        var firstOf = new HashSet<string>(StringComparer.Ordinal);
        foreach (var file in desired.Files)
        {
            var shown = file.Instance is null || firstOf.Add(file.Template.Path);
            text.Append("\n==== ").Append(file.Path).Append(' ').Append(Convert.ToString(file.Mode, 8).PadLeft(4, '0')).Append(' ').Append(file.Owner)
                .Append(file.Units.Count > 0 ? " for " : "").AppendJoin(' ', file.Units).Append('\n');
            text.Append(shown ? Redaction.Masked(file) : "");
        }

        return text.ToString();
    }

    /// <summary>Compares with <c>Snapshots/NAME.verified.txt</c>; a difference leaves <c>NAME.received.txt</c> beside it, as Verify does.</summary>
    private static void Verify(string name, string received)
    {
        var folder = Path.Combine(Repository, "tests/Provision.Configuration.Tests/Snapshots");
        var verified = Path.Combine(folder, $"SampleFleetTests.{name}.verified.txt");
        if (File.Exists(verified) && File.ReadAllText(verified) == received)
        {
            return;
        }

        Directory.CreateDirectory(folder);
        File.WriteAllText(verified.Replace(".verified.", ".received.", StringComparison.Ordinal), received);
        var hunks = UnifiedDiff.Hunks(File.Exists(verified) ? File.ReadAllText(verified) : "", received);
        var shown = new StringBuilder();
        UnifiedDiff.Write(shown, hunks.Take(3));
        Assert.Fail($"{name} is not as verified; if the change is meant, move the received file over {verified}\n{shown}");
    }

    [Fact]
    public void The_syntax_trees_say_which_templates_depend_on_masters_and_which_may_hold_secrets()
    {
        var files = Library.ConfigNames.SelectMany(config => Library.Config(config, [])).ToList();
        Assert.Equal(
            [
                "templates/backup/etc/provision/backup.stores",
                "templates/cyrus/etc/cyrus/cyrus.conf",
                "templates/cyrus/etc/cyrus/imapd.conf",
                "templates/delivery/etc/postfix/stores",
                "templates/frontend/etc/nginx/stores.map",
                "templates/mon/etc/prometheus/targets/port-slots.yml",
            ],
            files.Where(file => file.IsVolatile).Select(file => file.RepositoryPath).Order(StringComparer.Ordinal));
        var calling = files.Where(file => File.ReadAllText(Path.Combine(Repository, file.RepositoryPath)).Contains("secret \"",
            StringComparison.Ordinal)).Select(file => file.RepositoryPath).ToList();
        Assert.NotEmpty(calling);
        Assert.Equal([], calling.Except(files.Where(file => file.MayHoldSecrets).Select(file => file.RepositoryPath)));
        Assert.All(files.Where(file => file.RepositoryPath.EndsWith("/ssl/mail/cert.pem", StringComparison.Ordinal)), file =>
            Assert.False(file.MayHoldSecrets));
    }
}
