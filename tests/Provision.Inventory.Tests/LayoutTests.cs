using System.Text;

namespace Provision.Inventory.Tests;

public class LayoutTests
{
    [Theory]
    [InlineData("r510", "imap18")]
    [InlineData("t15", "imap14")]
    [InlineData("4u40", "imap33")]
    [InlineData("nvme80", "imap50")]
    public void OfEachChassis(string chassis, string host) => Snapshot.Check(Describe(LayoutOf(chassis, host)), chassis);

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
    public void SizesAreThoseOfDf(string chassis, string host, string mount, string size)
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
    public void CapacityOfSets(RaidLevel level, int drives, long driveBytes, long expected) =>
        Assert.Equal(expected, Capacity.OfSet(level, drives, driveBytes));

    /// <summary>The directories of slots that were run on real Cyrus.</summary>
    [Fact]
    public void SlotPathsAreTheGoldenOnes()
    {
        Assert.Equal(
            new SlotPaths(
                Run: "/var/run/cyrus/sloti33d1t01",
                Conf: "/mnt/ssd33d1/sloti33d1t01/store1/conf",
                Spool: "/mnt/ssd33d1/sloti33d1t01/store1/spool",
                Archive: "/mnt/i33d1t01/sloti33d1t01/store1/spool-archive",
                Temp: "/var/run/cyrus/search-sloti33d1t01",
                Meta: "/mnt/ssd33d1/sloti33d1t01/store1/search",
                Data: "/mnt/i33d1search/sloti33d1t01/store1/search",
                Arch: "/mnt/i33d1search/sloti33d1t01/store1/search-archive"),
            SlotPaths.Of(LayoutOf("4u40", "imap33").Slots[0], "store1"));
        Assert.Equal(
            new SlotPaths(
                Run: "/var/run/cyrus/sloti41t07",
                Conf: "/mnt/nvme41/sloti41t07/store1/conf",
                Spool: "/mnt/nvme41/sloti41t07/store1/spool",
                Archive: null,
                Temp: "/mnt/ram41/sloti41t07/store1/search",
                Meta: null,
                Data: "/mnt/nvme41/sloti41t07/store1/search",
                Arch: "/mnt/nvme41/sloti41t07/store1/search-archive"),
            SlotPaths.Of(LayoutOf("nvme80", "imap41").Slots[6], "store1"));
        Assert.Equal("/mnt/i20d3p2/sloti20d3p2/store9/search", SlotPaths.Of(LayoutOf("r510", "imap20").Slots[9], "store9").Data);
    }

    [Fact]
    public void ANewChassisNeedsNoCode()
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
        files = files with { Files = [.. files.Files.Select(f => f.Path == "hosts/nyi.yaml" ? f with { Content = Encoding.UTF8.GetBytes(SampleFleet.TextOf(f.Path).Replace("roles: [web]", "roles: [web]\n    chassis: jbod4")) } : f)] };
        var fleet = SampleFleet.Load(files);
        Snapshot.Check(Describe(HostView.Of(fleet, fleet.FindHost("web1")!, Masters.Default).Layout!), "jbod4");
    }

    [Fact]
    public void LabelsMountsAndSlotsOfManyHostsDiffer()
    {
        var chassis = Load("4u40");
        var names = Enumerable.Range(1, 50).SelectMany(n => Layout.Of(HostNamed($"imap{n}"), chassis).Slots.Select(s => s.Name)).ToList();
        Assert.Equal(2000, names.Distinct().Count());
        Assert.All(names, name => Assert.Matches(SlotName.Form, name));
        Assert.All(names, name => Assert.True(SlotName.IsValid(name)));
    }

    [Theory]
    [InlineData("sloti33d1t01", true)]
    [InlineData("slotsi20d3p2", true)]
    [InlineData("slots4a1t7", true)]
    [InlineData("sloti50t80", true)]
    [InlineData("sloti50t100", false)]
    [InlineData("slotx50t10", false)]
    [InlineData("sloti50", false)]
    [InlineData("sloti50n07", false)]
    [InlineData("sloti50dt07", false)]
    [InlineData("sloti33d1t01\n", false)]
    [InlineData("", false)]
    public void SlotNamesHaveTheForm(string name, bool expected)
    {
        Assert.Equal(expected, SlotName.IsValid(name));
        Assert.Equal(expected, System.Text.RegularExpressions.Regex.IsMatch(name, SlotName.Form.Replace("$", @"\z"), System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1)));
    }

    private static Layout LayoutOf(string chassis, string host) => Layout.Of(HostNamed(host), Load(chassis));

    private static Chassis Load(string name) =>
        SampleFleet.Load(SampleFleet.With($"hosts/chassis/{name}.yaml", TestRepository.Read($"hosts/chassis/{name}.yaml"))).FindChassis(name)!;

    private static Host HostNamed(string name) => SampleFleet.Fleet.FindHost("imap33")! with
    {
        Name = name,
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
            text.Append($"  {slot.Index} {slot.Name} {slot.Number} {slot.Class} {slot.Address} {slot.Unit} fast={tiers.Fast} slow={tiers.Slow} search={tiers.Search} ram={tiers.Ram}\n");
        }

        return text.ToString();
    }

    /// <summary>Of each run of alike things the first and the last.</summary>
    private static IEnumerable<T> FirstAndLast<T>(IReadOnlyList<T> things, Func<T, object> run) => things.Where((thing, i) =>
        i == 0 || i == things.Count - 1 || !run(things[i - 1]).Equals(run(thing)) || !run(things[i + 1]).Equals(run(thing)));
}
