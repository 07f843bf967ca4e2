using Provision.Inventory;
using Provision.Storage.Create;
using Provision.Storage.Guard;
using Provision.Storage.Observe;
using Provision.Storage.Plans;
using Provision.Storage.Tests.Observe;

namespace Provision.Storage.Tests.Create;

/// <summary>When a new drive may be put into the place of a lost one: bay rear/7 of imap33, whose array d1search lost it.</summary>
public sealed class DriveReplacementTests
{
    private const string New = "WDNEW0000001";
    private static readonly Bay Place = new("rear", 7);
    private static readonly RecordedMachine Recorded = RecordedMachine.Of("imap33", Imap33.Sketch().Observe());

    public static TheoryData<string, string> Harms => new()
    {
        { "works", "the array i33d1search is normal: a drive that works is not replaced" },
        { "recorded", "the drive with the serial WDWMAY04606266 is the recorded one already" },
        { "begun for another", "the drive with the serial WDWMAY04606266 is the recorded one already" },
        { "finished, and fallen out", "the drive with the serial WDNEW0000001 (/dev/sdi) is not blank: it has a signature of linux_raid_member" },
        { "not blank", "the drive with the serial WDNEW0000001 (/dev/sdi) is not blank: it has a signature of ext4" },
        { "other serial", "holds the serial WDNEW0000001 and not OTHER" },
        { "moved", "the drive with the serial WDWMAY04567237 is recorded for bay rear/11" },
        { "finished, and recorded for another bay", "the drive with the serial WDWMAY04567237 is recorded for bay rear/11" },
        { "empty", "is empty: put the new drive in first" },
        { "too small", "the new drive has 1000000000000 bytes, and the set needs" },
        { "stranger beside it", "serial STRANGER instead of WDWMAY04568236" },
        { "never created", "the set d1search was never created" },
        { "system", "belongs to the operating system, which is never repaired but reinstalled" },
    };

    [Theory]
    [MemberData(nameof(Harms))]
    public void What_speaks_against_it_is_said_and_nothing_may_be_written(string harm, string expected)
    {
        var (machine, record, bay, serial) = (Lost(), Recorded.Record, Place, New);
        var begun = (CreateJournal?)null;
        switch (harm)
        {
            case "works": machine.Array("md2").Places = 2; break;
            case "recorded": (machine, serial) = (Imap33.Sketch(), "WDWMAY04606266"); break;
            case "begun for another": (machine, serial, begun) = (Imap33.Sketch(), "WDWMAY04606266", Finished("SOMEBODY")); break;
            case "finished, and fallen out": (machine, begun) = (FallenOut(), Finished(New)); break;
            case "not blank": machine.Disk("sdi").Leftovers.Add(new Signature("ext4", "0b5d2f6e-1111-4000-8000-00000000bbbb", "mail", 1080)); break;
            case "other serial": serial = "OTHER"; break;
            case "moved": machine.Disk("sdi").Serial = serial = "WDWMAY04567237"; break;
            case "finished, and recorded for another bay":
                (machine, serial, begun) =
                (Imap33.Sketch(), "WDWMAY04567237", Finished("WDWMAY04567237")); machine.Disk("sdi").Serial = serial; break;
            case "empty": machine.RemoveDisk("sdi"); break;
            case "too small": machine.Disk("sdi").Bytes = 1_000_000_000_000; break;
            case "stranger beside it": machine.Disk("sdf").Serial = "STRANGER"; break;
            case "never created": record = RecordedMachine.Of("imap33", Imap33.Sketch().Observe(), "d1search").Record; break;
            case "system": bay = new Bay("rear", 1); break;
        }

        var plan = DriveReplacement.Plan(Recorded.Layout, record, machine.Observe(), bay, serial, begun, new Dictionary<string, long>());
        Assert.Null(plan.Allowed);
        Assert.Contains(plan.Plan.Refusals, action => action.Reason.Contains(expected, StringComparison.Ordinal));
    }

    [Fact]
    public void A_blank_drive_is_written_and_the_others_of_its_array_only_serve()
    {
        var plan = DriveReplacement.Plan(Recorded.Layout, Recorded.Record, Lost().Observe(), Place, New, null, new Dictionary<string, long>());
        Assert.Equal([], plan.Plan.Refusals.Select(action => action.Reason));
        Assert.Equal(["sdf Service", "sdi Destroy", "sdl Service"], plan.Allowed!.Permits.Select(permit => $"{permit.Name} {permit.Effect}")
            .Order(StringComparer.Ordinal));
    }

    /// <summary>The power may go when the drive is in, before its record is written or after it: run again, only the record is written.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_finished_replacement_is_not_made_again(bool recorded)
    {
        var machine = Imap33.Sketch();
        machine.Disk("sdi").Serial = New;
        var record = recorded ? RecordedMachine.Of("imap33", machine.Observe()).Record : Recorded.Record;
        var plan = DriveReplacement.Plan(Recorded.Layout, record, machine.Observe(), Place, New, Finished(New), new Dictionary<string, long>());
        Assert.Equal(["is in i33d1search already; nothing is written but the drive record"], plan.Plan.Actions.Select(action => action.Reason));
        Assert.Null(plan.Allowed);
        Assert.True(plan.Journal.Finished);
        Assert.Equal(New, RecordUpdate.AfterReplace("imap33", record, plan).Bays[Place.ToString()].Serial);
    }

    private static MachineSketch Lost()
    {
        var machine = Imap33.Sketch();
        var array = machine.Array("md2");
        array.Members.RemoveAll(member => member.Device == "sdi");
        var disk = machine.Disk("sdi");
        disk.Serial = New;
        disk.Wwn = Ids.Wwn(New);
        return machine;
    }

    /// <summary>It has the array's superblock, but the array does not have it.</summary>
    private static MachineSketch FallenOut()
    {
        var machine = Lost();
        machine.Disk("sdi").Leftovers.Add(new Signature("linux_raid_member", "0b5d2f6e-1111-4000-8000-00000000bbbb", "imap33:i33d1search", 4096));
        return machine;
    }

    private static CreateJournal Finished(string serial) => new()
    {
        Host = "imap33",
        Target = DriveReplacement.JournalOf(Place),
        PlanHash = "",
        Serials = [serial],
        Ids = new Dictionary<string, string>(),
        Done = new HashSet<string>(),
        Finished = true,
    };
}
