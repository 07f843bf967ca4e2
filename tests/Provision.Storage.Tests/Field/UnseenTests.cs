using Provision.Inventory;
using Provision.Storage.Health;
using Provision.Storage.Map;
using Provision.Storage.Observe;
using Provision.Storage.Plans;
using Provision.Storage.Record;
using Provision.Storage.Tests.Create;
using Provision.Storage.Tests.Observe;

namespace Provision.Storage.Tests.Field;

/// <summary>What could not be seen, followed to each place that decides; and names that identify nothing.</summary>
public class UnseenTests
{
    private const string Why = "/sys/block: cannot be read";
    private static readonly ObservedStorage Healthy = Observe.Imap33.Sketch().Observe();
    private static readonly RecordedMachine Recorded = RecordedMachine.Of("imap33", Healthy);

    [Fact]
    public void Without_devices_nothing_is_missing_and_a_reinstall_waits()
    {
        var blind = Healthy with
        {
            Devices = [],
            Drives = [],
            Arrays = [],
            ArecaVolumes = [],
            Unseen = [new UnseenPart(StoragePart.Devices, Why), new UnseenPart(StoragePart.ArecaDrives, Why)]
        };
        var map = DriveMap.Of(Recorded.Layout, null, Recorded.Record, blind);
        Assert.DoesNotContain(map.Findings, finding => finding.Severity == FindingSeverity.Problem);
        Assert.All(map.Bays, bay => Assert.Equal(Why, bay.Unseen));
        Assert.All(map.Sets.Where(set => set.Layout.Level != RaidLevel.Spare), set => Assert.Equal("unknown", set.Word));

        var plan = ReinstallPlanner.Of(Recorded.Layout, Recorded.Record, blind, []);
        Assert.Equal(["bay rear/1", "bay rear/2"], plan.Refusals.Select(action => action.Target.ToString()));
        Assert.All(plan.Refusals, action => Assert.Equal(ActionKind.Unseen, action.Kind));
        Assert.DoesNotContain(plan.Actions, action => action.Reason.Contains("missing", StringComparison.Ordinal));

        var diff = StorageComparison.Of(Recorded.Layout, Recorded.Record, blind);
        Assert.DoesNotContain(diff.Actions, action => action.Kind == ActionKind.Refuse);
        Assert.True(diff.IsUnseen);
    }

    [Fact]
    public void Mounts_that_could_not_be_read_are_not_missing_and_nothing_is_mounted_over_them()
    {
        var blind = Healthy with { Mounts = [], Unseen = [new UnseenPart(StoragePart.Mounts, "/proc/self/mountinfo: cannot be read")] };
        var map = DriveMap.Of(Recorded.Layout, null, Recorded.Record, blind);
        var health = new StorageHealth(Recorded.Layout, () => new HostStorage(blind, map));
        var findings = StorageHealth.Checks.Single(check => check.Name == "mounts").Judge(health).ToList();
        Assert.Equal([HealthLevel.Unknown], findings.Select(finding => finding.Level));
        Assert.DoesNotContain(health.Metrics(["mounts"]), metric => metric.Name == "provision_mount_missing");

        var bays = BayFinder.Find(Recorded.Layout, Recorded.Record, blind);
        var set = Recorded.Layout.Sets.First(set => set.Key == "d1search");
        var unit = UnitFinder.Find(set, set.Luns[0], Recorded.Record, blind, bays);
        var volume = VolumeFinder.Find(Recorded.Layout.Volumes.First(volume => volume.Label == "i33d1search"), unit, Recorded.Record, blind);
        Assert.True(volume.Match.IsUnseen); // unlock opens and mounts what matches
    }

    [Fact]
    public void A_pool_that_may_be_imported_is_not_offered_for_import()
    {
        var machine = Imap51.Sketch();
        var layout = RecordedMachine.LayoutOf("imap51");
        Assert.True(PoolFinder.Find(layout.Pools[0], null, machine.Observe()).Match.IsMatch);
        machine.Answers["zpool list -Hp -o name,guid,health"] = (124, "");
        Assert.True(PoolFinder.Find(layout.Pools[0], null, machine.Observe()).Match.IsUnseen);
    }

    [Fact]
    public void An_array_that_does_not_run_has_the_places_of_its_superblocks()
    {
        var machine = Observe.Imap33.Sketch();
        var array = machine.Array("i33d1search");
        (array.State, array.Members[2].Events) = ("inactive", 12);
        var found = machine.Observe().Arrays.Single(found => found.Name == "i33d1search");
        Assert.Equal(SetHealth.Inactive, found.State);
        Assert.Equal([("sdf", 0, "in_sync"), ("sdi", 1, "in_sync"), ("sdl", 2, "stale")],
            found.Members.Select(member => (member.Device, member.Role!.Value, member.State)));
    }

    [Theory]
    [InlineData("0x50014ee00d36ab17", "0x50014ee00d36ab17")]
    [InlineData("naa.50014EE00D36AB17", "0x50014ee00d36ab17")]
    [InlineData("eui.0025385b71000001", "eui.0025385b71000001")]
    [InlineData("0x0000000000000000", null)]
    [InlineData("0x5000000000000000", null)]
    [InlineData("eui.0000000000000000", null)]
    [InlineData("0xffffffffffffffff", null)]
    [InlineData("nvme.8086-4254", null)]
    [InlineData("0x", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void A_world_wide_name_of_zeros_names_nothing(string? text, string? expected) => Assert.Equal(expected, DiskIdentities.Wwn(text));

    [Theory]
    [InlineData("WD-WMAY04568236", "WD-WMAY04568236")]
    [InlineData(" 3QG023NC ", "3QG023NC")]
    [InlineData("0000000000000000", null)]
    [InlineData("FFFFFFFF", null)]
    [InlineData("--------", null)]
    [InlineData("Not Specified", null)]
    [InlineData("N/A", null)]
    [InlineData("  ", null)]
    [InlineData(null, null)]
    public void A_serial_number_that_is_filled_in_identifies_nothing(string? text, string? expected) => Assert.Equal(expected, DiskIdentities.Serial(text));

    [Fact]
    public void A_world_wide_name_of_two_disks_is_the_name_of_neither_and_is_not_recorded()
    {
        var machine = Observe.Imap33.Sketch();
        machine.Disk("sdf").Wwn = machine.Disk("sdg").Wwn;
        machine.Disk("sdi").Serial = "00000000";
        var observed = machine.Observe();
        Assert.All(["sdf", "sdg"], name => Assert.Null(observed.Find(name)!.Wwn));
        Assert.Contains(observed.Problems, problem => problem.Message.Contains("sdf and sdg have one world-wide name", StringComparison.Ordinal));
        var map = DriveMap.Of(Recorded.Layout, null, null, observed);
        var acceptance = RecordAcceptance.Of(map, null, observed);
        Assert.Null(acceptance.Record.Bays["rear/4"].Wwn);
        Assert.Contains(acceptance.Refusals, refusal => refusal.Message == "the serial number of this drive is not known");
    }
}
