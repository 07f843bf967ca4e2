using Provision.Storage.Plans;
using Provision.Storage.Tests.Observe;

namespace Provision.Storage.Tests.Create;

/// <summary>
/// What a reinstall would wipe: the system's pair and nothing else, one hash for a dead host and the machine as recorded, another for every doubt.
/// </summary>
public sealed class ReinstallPlannerTests
{
    private static readonly RecordedMachine Recorded = RecordedMachine.Of("imap33", Imap33.Sketch().Observe());

    private static string Dead => ReinstallPlanner.Of(Recorded.Layout, Recorded.Record, null, []).Hash;

    [Fact]
    public void Only_the_systems_pair_is_wiped_and_everything_else_protected()
    {
        var plan = ReinstallPlanner.Of(Recorded.Layout, Recorded.Record, Imap33.Sketch().Observe(), []);
        Assert.Equal(["bay rear/1", "bay rear/2"], plan.Actions.Where(action => action.Kind == ActionKind.WipeOs).Select(action => action.Target.ToString()));
        Assert.Empty(plan.Refusals);
        Assert.Equal(Recorded.Record.Drives.Count - 2 + 6, plan.Actions.Count(action => action.Kind == ActionKind.Keep));
        Assert.Equal(Dead, plan.Hash);
    }

    [Fact]
    public void Without_a_record_nothing_can_be_armed() => Assert.Single(ReinstallPlanner.Of(Recorded.Layout, null, null, []).Refusals);

    /// <summary>What does not hold up a reinstall leaves the hash as it is; what does changes it.</summary>
    [Theory]
    [InlineData("data drive lost", true)]
    [InlineData("stick", true)]
    [InlineData("renumbered", true)]
    [InlineData("system and data disk swapped", false)]
    [InlineData("system disk missing", false)]
    [InlineData("foreign drive", false)]
    [InlineData("foreign lun", false)]
    [InlineData("volume's wwn changed", false)]
    public void Each_change_of_the_machine_is_judged(string change, bool same)
    {
        var machine = Imap33.Sketch();
        switch (change)
        {
            case "data drive lost": machine.RemoveDisk("sdf"); break;
            case "stick": machine.Disks.Insert(0, new SketchDisk { Name = "sdz", Bytes = 1 << 30, Bus = SketchBus.Virtio, Serial = "STICK" }); break;
            case "renumbered": (machine.Disk("sdf").Name, machine.Disk("sdi").Name) = ("sdi-", "sdf"); machine.Disk("sdi-").Name = "sdi"; break;
            case "system and data disk swapped": (machine.Disk("sdc").Place, machine.Disk("sdf").Place) = (4, 1); break;
            case "system disk missing": machine.RemoveDisk("sdc"); break;
            case "foreign drive": machine.Disk("sdf").Serial = "SOMEBODY-ELSES"; break;
            case "foreign lun": machine.Disks.Add(new SketchDisk { Name = "sdx", Bytes = 1L << 40, Bus = SketchBus.Sas, Place = 3, Serial = "SAN-LUN" }); break;
            case "volume's wwn changed": machine.Disk("sda").Wwn = "0xffff"; break;
        }

        var observed = machine.Observe();
        if (change == "stick")
        {
            observed = observed with
            {
                Devices = [.. observed.Devices.Select(device =>
                device.Serial == "STICK" ? device with { Removable = true, Transport = "usb" } : device)]
            };
        }

        var plan = ReinstallPlanner.Of(Recorded.Layout, Recorded.Record, observed, []);
        Assert.Equal(same, plan.Hash == Dead);
        Assert.Equal(same, !plan.Refusals.Any());
    }

    [Fact]
    public void A_replaced_system_disk_has_to_be_named_and_must_not_be_a_recorded_one()
    {
        var machine = Imap33.Sketch();
        machine.Disk("sdc").Serial = "NEW-DISK";
        Assert.NotEmpty(ReinstallPlanner.Of(Recorded.Layout, Recorded.Record, machine.Observe(), []).Refusals);
        var found = Live("rear/1=NEW-DISK");
        Assert.Empty(found.Refusals);
        Assert.Equal(ReinstallPlanner.Of(Recorded.Layout, Recorded.Record, null, ["rear/1=NEW-DISK"]).Hash, found.Hash);
        Assert.NotEqual(Dead, found.Hash);
        Refused("holds the disk NEW-DISK, and OTHER was named as its replaced system disk", "rear/1=OTHER");
        Refused("its bay is to be named: --os-disk-serial rear/1=NEW-DISK or rear/2=NEW-DISK", "NEW-DISK");
        Refused("front/1 is no bay of the operating system: --os-disk-serial rear/1=NEW-DISK or rear/2=NEW-DISK", "front/1=NEW-DISK");
        Refused("the disk of bay rear/1 is named twice", "rear/1=NEW-DISK", "rear/1=OTHER");

        // A data disk in the system's bay, named by mistake.
        machine = Imap33.Sketch();
        (machine.Disk("sdc").Place, machine.Disk("sdf").Place) = (4, 1);
        Refused("it is recorded as a drive of this machine, in bay rear/4, and not a replaced system disk", "rear/1=WDWMAY04568236");

        StoragePlan Live(params string[] named) => ReinstallPlanner.Of(Recorded.Layout, Recorded.Record, machine.Observe(), named);

        void Refused(string reason, params string[] named) => Assert.Contains(reason, Live(named).Refusals.Select(action => action.Reason));
    }

    /// <summary>t15: the target is one volume of the controller beside the slots' own.</summary>
    [Fact]
    public void A_volume_beside_the_slots_is_known_by_its_WWN_alone()
    {
        var small = RecordedMachine.LayoutOf("imap14");
        Assert.Contains(ReinstallPlanner.Of(small, Recorded.Record, null, []).Refusals, action =>
            action.Reason.Contains("its WWN or UUID is not recorded", StringComparison.Ordinal));
    }
}
