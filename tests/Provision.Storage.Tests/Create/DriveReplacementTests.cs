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
        { "system, not running", "/ lies on no array that runs: a disk of the operating system is replaced in the running system" },
        { "system, another array of its name", "/ lies on no array that runs" },
        { "system, whole", "the array os is normal: a drive that works is not replaced" },
        { "system, the disk that is left", "the drive with the serial 3QG023NC is the recorded one already" },
        { "system, the disk that is left, not recorded", "works in the operating system's array os: it is not the disk that was lost" },
        { "system, stranger beside it", "serial STRANGER instead of 3QG023NC" },
        { "system, too small", "and the partitions of the disk that works need" },
        { "system, not blank", "is not blank: it has a signature of ext4" },
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
            case "system, not running": (machine, bay) = (LostSystem(), Second); SystemOn("i33d1search"); break;
            case "system, another array of its name":
                (machine, bay) = (LostSystem(), Second);
                SystemOn(null);
                break;
            case "system, whole": (machine, bay) = (LostSystem(), Second); machine.Array("md127").Places = 1; break;
            case "system, the disk that is left": (machine, bay, serial) = (LostSystem(), new Bay("rear", 1), "3QG023NC"); break;
            case "system, the disk that is left, not recorded":
                (machine, bay) = (LostSystem(), new Bay("rear", 1));
                machine.Disk("sdc").Serial = serial;
                machine.Disk("sdd").Serial = "3QG023TR";
                break;
            case "system, stranger beside it": (machine, bay) = (LostSystem(), Second); machine.Disk("sdc").Serial = "STRANGER"; break;
            case "system, too small": (machine, bay) = (LostSystem(), Second); machine.Disk("sdd").Bytes -= 8 << 20; break;
            case "system, not blank":
                (machine, bay) = (LostSystem(), Second);
                machine.Disk("sdd").Leftovers.Add(new Signature("ext4", "0b5d2f6e-1111-4000-8000-00000000bbbb", "mail", 1080));
                break;
        }

        var plan = DriveReplacement.Plan(Recorded.Layout, record, machine.Observe(), bay, serial, begun, new Dictionary<string, long>());
        Assert.Null(plan.Allowed);
        Assert.Contains(plan.Plan.Refusals, action => action.Reason.Contains(expected, StringComparison.Ordinal));

        void SystemOn(string? device)
        {
            machine.Mounts.RemoveAll(mount => mount.Item1 == "/");
            machine.Mounts.AddRange(device is null ? [] : [("/", device, "ext4")]);
        }
    }

    [Fact]
    public void A_blank_drive_is_written_and_the_others_of_its_array_only_serve()
    {
        var plan = DriveReplacement.Plan(Recorded.Layout, Recorded.Record, Lost().Observe(), Place, New, null, new Dictionary<string, long>());
        Assert.Equal([], plan.Plan.Refusals.Select(action => action.Reason));
        Assert.Equal(["sdf Service", "sdi Destroy", "sdl Service"], plan.Allowed!.Permits.Select(permit => $"{permit.Name} {permit.Effect}")
            .Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_disk_of_the_running_systems_mirror_gets_the_partitions_of_the_one_that_works()
    {
        var plan = DriveReplacement.Plan(Recorded.Layout, Recorded.Record, LostSystem().Observe(), Second, New, null, new Dictionary<string, long>());
        Assert.Equal([], plan.Plan.Refusals.Select(action => action.Reason));
        Assert.Equal(["sdc Service", "sdd Destroy"], plan.Allowed!.Permits.Select(permit => $"{permit.Name} {permit.Effect}").Order(StringComparer.Ordinal));
        Assert.Equal(("md127", 2), (plan.System!.Array.Device, plan.System.Member));
        var model = plan.System.Model;
        var script = PartitionScript.Like(model, plan.Journal.Id("table", $"{Second}"), number => plan.Journal.Id("partition", $"{Second} {number}"));
        Assert.Equal(model.Partitions.Select(entry => $"{entry.Number}: start={entry.Start / 512}, size={entry.Bytes / 512}, type={entry.Type}, uuid="),
            script.Split('\n').Where(line => line.Contains("start=", StringComparison.Ordinal))
                .Select(line => line[..(line.IndexOf("uuid=", StringComparison.Ordinal) + 5)]));
        Assert.DoesNotContain(model.Partitions, entry => script.Contains(entry.Uuid!, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public void A_label_that_sfdisk_would_read_as_more_than_a_label_is_refused()
    {
        var table = new PartitionTable("gpt", null, [new PartitionEntry(1, 1 << 20, 1 << 20, NewPartition.LinuxType, null, "a\"\n2: start=1")], 0);
        var refused = Assert.Throws<StorageException>(() => PartitionScript.Like(table, "t", _ => "p"));
        Assert.Contains("which cannot be copied", refused.Message, StringComparison.Ordinal);
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

    private static readonly Bay Second = new("rear", 2);

    /// <summary>The second disk of the system's mirror was lost, and a new one is in its bay.</summary>
    private static MachineSketch LostSystem()
    {
        var machine = Imap33.Sketch();
        machine.Array("md127").Members.RemoveAll(member => member.Device == "sdd2");
        var disk = machine.Disk("sdd");
        disk.Serial = New;
        disk.Wwn = Ids.Wwn(New);
        disk.Partitions.Clear();
        disk.Table = null;
        return machine;
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
