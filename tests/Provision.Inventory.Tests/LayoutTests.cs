using System.Text;

namespace Provision.Inventory.Tests;

public class LayoutTests
{
    [Theory]
    [InlineData("r510", "imap18")]
    [InlineData("t15", "imap14")]
    [InlineData("4u40", "imap33")]
    [InlineData("nvme80", "imap50")]
    public void The_layout_of_each_chassis_is_the_verified_one(string chassis, string host) => Snapshot.Check(Describe(LayoutOf(chassis, host)), chassis);

    /// <summary>The totals that df printed on the real machines.</summary>
    [Theory]
    [InlineData("t15", "imap14", "/mnt/i14t01", "917G")]
    [InlineData("t15", "imap14", "/mnt/i14t15", "917G")]
    [InlineData("t15", "imap14", "/mnt/i14search", "1.8T")]
    [InlineData("t15", "imap14", "/mnt/ssd14", "367G")]
    [InlineData("4u40", "imap33", "/mnt/i33d1search", "2.7T")]
    [InlineData("4u40", "imap33", "/mnt/i33d2search", "2.7T")]
    [InlineData("4u40", "imap33", "/mnt/i33d1t01", "917G")]
    [InlineData("4u40", "imap33", "/mnt/i33d2t20", "917G")]
    [InlineData("4u40", "imap33", "/mnt/ssd33d1", "367G")]
    [InlineData("r510", "imap20", "/mnt/i20d3p2", "459G")]
    public void Sizes_are_those_of_df(string chassis, string host, string mount, string size)
    {
        var volume = Assert.Single(LayoutOf(chassis, host).Volumes, v => v.MountPath == mount);
        Assert.Equal(size, ByteSize.FormatLikeDf(volume.UsableBytes));
    }

    [Theory]
    [InlineData(RaidLevel.ArecaRaid6, 12, 2000_400_000_000, 20_000_000_000_000)]
    [InlineData(RaidLevel.ArecaRaid6, 10, 2000_400_000_000, 16_000_000_000_000)]
    [InlineData(RaidLevel.ArecaRaid1, 2, 2000_000_000_000, 2_000_000_000_000)]
    [InlineData(RaidLevel.MdRaid10, 3, 2000_000_000_000, 3_000_000_000_000)]
    [InlineData(RaidLevel.MdRaid1, 2, 400_000_000_000, 400_000_000_000)]
    [InlineData(RaidLevel.ZfsRaidz2, 8, 3840_000_000_000, 23_040_000_000_000)]
    [InlineData(RaidLevel.Spare, 2, 2000_000_000_000, 0)]
    public void Sets_have_the_capacity_of_their_level(RaidLevel level, int drives, long driveBytes, long expected) =>
        Assert.Equal(expected, Capacity.OfSet(level, drives, driveBytes));

    /// <summary>The directories of slots that were run on real Cyrus.</summary>
    [Fact]
    public void Slot_paths_are_the_golden_ones()
    {
        Assert.Equal(
            [
                "run /var/run/cyrus/sloti33d1t01",
                "conf /mnt/ssd33d1/sloti33d1t01/store1/conf",
                "spool /mnt/ssd33d1/sloti33d1t01/store1/spool",
                "archive /mnt/i33d1t01/sloti33d1t01/store1/spool-archive",
                "temp /var/run/cyrus/search-sloti33d1t01",
                "meta /mnt/ssd33d1/sloti33d1t01/store1/search",
                "data /mnt/i33d1search/sloti33d1t01/store1/search",
                "arch /mnt/i33d1search/sloti33d1t01/store1/search-archive",
            ],
            PathsOf(LayoutOf("4u40", "imap33").Slots[0], "store1"));
        Assert.Equal(
            [
                "run /var/run/cyrus/sloti41t07",
                "conf /mnt/nvme41/sloti41t07/store1/conf",
                "spool /mnt/nvme41/sloti41t07/store1/spool",
                "archive ",
                "temp /mnt/ram41/sloti41t07/store1/search",
                "meta ",
                "data /mnt/nvme41/sloti41t07/store1/search",
                "arch /mnt/nvme41/sloti41t07/store1/search-archive",
            ],
            PathsOf(LayoutOf("nvme80", "imap41").Slots[6], "store1"));
        Assert.Contains("data /mnt/i20d3p2/sloti20d3p2/store9/search", PathsOf(LayoutOf("r510", "imap20").Slots[9], "store9"));
        Assert.Contains("meta /mnt/ssd20/sloti20d3p2/store9/search", PathsOf(LayoutOf("r510", "imap20").Slots[9], "store9"));
    }

    [Fact]
    public void A_tier_on_the_main_tiers_mount_is_none_of_its_own()
    {
        var slot = LayoutOf("4u40", "imap33").Slots[0];
        var same = slot with { Template = slot.Template with { Tiers = [slot.Template.Tiers[0], new("search", slot.Template.Tiers[0].Value)] } };
        Assert.Equal(["archive ", "meta ", "data /mnt/ssd33d1/sloti33d1t01/store1/search"],
            PathsOf(same, "store1").Where(path => path[..4] is "arch" or "meta" or "data").Take(3));
    }

    [Fact]
    public void A_new_chassis_needs_no_code()
    {
        const string Text = """
            chassis:
              jbod4:
                controllers: { board: { kind: sata } }
                panels: { front: { controller: board, grid: [[1, 2], [3, 4]] } }
                sets:
                  mirror:
                    level: md-raid1
                    bays: front 1-2
                    drive: { media: ssd, size: 960G }
                    data: cache
                    partitions:
                      - { size: 100G, label: "{host}-root", os: true }
                      - { size: 10G, label: "{host}-drbd", filesystem: none, data: primary }
                      - { label: "{host}-mail", encrypt: luks, filesystem: xfs, mount: "/mnt/mail", data: primary }
                  spare: { level: spare, bays: "front 3,4", drive: { media: ssd, size: 960G } }
            """;
        var files = SampleFleet.With("hosts/chassis/jbod4.yaml", Text);
        files = files with
        {
            Files = [
            .. files.Files.Select(f => f.Path == "hosts/nyi.yaml"
            ? f with { Content = Encoding.UTF8.GetBytes(SampleFleet.TextOf(f.Path).Replace("roles: [web]", "roles: [web]\n    chassis: jbod4")) } : f)]
        };
        var fleet = SampleFleet.Load(files);
        Snapshot.Check(Describe(HostView.Of(fleet, fleet.FindHost("web1")!, Masters.Default).Layout!), "jbod4");
    }

    [Fact]
    public void Labels_mounts_and_slots_of_many_hosts_differ()
    {
        var chassis = Load("4u40");
        var names = Enumerable.Range(1, 50).SelectMany(n => Layout.Of(HostNamed($"imap{n}"), chassis, kind: null).Slots.Select(s => s.Name)).ToList();
        Assert.Equal(2000, names.Distinct().Count());
        Assert.All(names, name => Assert.Matches(Sample.InstanceNames!, name));
    }

    private static Fleet Sample { get; } = InventoryLoader.Load(InventoryFiles.ReadFrom(TestRepository.Root)).Fleet!;

    private static Layout LayoutOf(string chassis, string host) => Layout.Of(HostNamed(host), Load(chassis), Sample.FindRole("imap")!.Instances);

    private static IEnumerable<string> PathsOf(Slot slot, string store) => slot.Kind!.PathsOf(slot, store).Select(path => $"{path.Key} {path.Value}");

    private static Chassis Load(string name) =>
        SampleFleet.Load(SampleFleet.With($"hosts/chassis/{name}.yaml", TestRepository.Read($"hosts/chassis/{name}.yaml"))).FindChassis(name)!;

    private static Host HostNamed(string name) => SampleFleet.Fleet.FindHost("imap33")! with
    {
        Name = name,
        ShortName = HostName.ShortOf(name, Sample.ShortNames),
        SlotNetwork = new Ipv4Network(new Ipv4Address(0xC6120000), 24),
    };

    private static string Describe(Layout layout)
    {
        var text = new StringBuilder();
        text.Append("sets\n");
        foreach (var set in layout.Sets)
        {
            text.Append($"  {set.Key}: {set.Name} {set.Level.Word()} {string.Join(' ', set.Bays)} {ByteSize.Format(set.UsableBytes)} {set.Data.Word()}{(set.Os ? " os" : "")}{(set.IsMd ? " md" : "")}\n");
            foreach (var lun in set.Luns)
            {
                text.Append($"    {lun.Name} {ByteSize.Format(lun.Bytes)} {lun.Data.Word()}{(lun.Os ? " os" : "")}{(lun.HasPartitionTable ? "" : " whole")}\n");
            }
        }

        text.Append($"os {layout.Os.Set} {layout.Os.Lun} {layout.Os.Label ?? "(whole)"}\n");
        foreach (var pool in layout.Pools)
        {
            text.Append($"pool {pool.Name} {ByteSize.Format(pool.Bytes)} {string.Join(' ', pool.Definition.Sets)} {pool.Definition.Encryption}\n");
        }

        text.Append("volumes\n");
        foreach (var volume in FirstAndLast(layout.Volumes, v => v.Definition))
        {
            text.Append($"  {volume.Label} ({volume.Set}/{volume.Lun}) {ByteSize.Format(volume.Bytes)} df {ByteSize.FormatLikeDf(volume.UsableBytes)} {volume.Encryption.Word()} {volume.Filesystem ?? "-"} {volume.MountPath ?? "-"} {volume.Data.Word()} {volume.Device}{(volume.Os ? " os" : "")}\n");
        }

        text.Append("mounts\n");
        foreach (var mount in FirstAndLast(layout.Mounts, m => m.Filesystem + m.Options))
        {
            text.Append($"  {mount.Path} {mount.Source} {mount.Filesystem} {mount.Options} {mount.Data.Word()}\n");
        }

        text.Append($"slots {layout.Slots.Count}\n");
        foreach (var slot in FirstAndLast(layout.Slots, s => s.Template))
        {
            var tiers = slot.Tiers;
            text.Append($"  {slot.Index} {slot.Name} {slot.Number} {slot.Class} {slot.Address} {slot.Unit} {string.Join(' ', tiers.Named.Select(tier => $"{tier.Key}={tier.Value}"))}\n");
        }

        return text.ToString();
    }

    /// <summary>Of each run of alike things the first and the last.</summary>
    private static IEnumerable<T> FirstAndLast<T>(IReadOnlyList<T> things, Func<T, object> run) => things.Where((thing, i) =>
        i == 0 || i == things.Count - 1 || !run(things[i - 1]).Equals(run(thing)) || !run(things[i + 1]).Equals(run(thing)));
}
