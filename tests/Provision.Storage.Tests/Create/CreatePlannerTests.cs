using Provision.Storage.Create;
using Provision.Storage.Guard;
using Provision.Storage.Observe;
using Provision.Storage.Plans;
using Provision.Storage.Tests.Observe;

namespace Provision.Storage.Tests.Create;

/// <summary>When a set may be created, and every way in which it may not.</summary>
public sealed class CreatePlannerTests
{
    private static readonly string[] Serials = ["WDWMAY04568236", "WDWMAY04606266", "WDWMAY00250279"];
    private static readonly RecordedMachine Recorded = RecordedMachine.Of("imap33", Blank().Observe(), "d1search");
    private static readonly RecordedMachine Existing = RecordedMachine.Of("imap33", Imap33.Sketch().Observe());

    private static MachineSketch Blank()
    {
        var machine = Imap33.Sketch();
        machine.Arrays.Remove(machine.Array("md2"));
        machine.Mounts.RemoveAll(mount => mount.Path == "/mnt/i33d1search");
        return machine;
    }

    public static TheoryData<string, string> Harms => new()
    {
        { "exists", "set d1search: exists by the drive record" },
        { "made and lost", "set d1search: was made, and its array i33d1search is not there any more" },
        { "no record", "host imap33: has no drive record" },
        { "no serials", "set d1search: no serials are named" },
        { "one serial less", "bay rear/10: its drive WDWMAY00250279 is part of d1search and was not named" },
        { "serial twice", "serial WDWMAY04568236: is named twice" },
        { "serial of another set", "serial WDWMAY04585688: is in bay rear/5, which is not a bay of d1search" },
        { "serial unknown", "serial NOBODY: no drive of this machine's bays has it" },
        { "bay empty", "bay rear/4: is empty, and should hold the drive with the serial WDWMAY04568236" },
        { "drive moved", "bay rear/4: serial WDWMAY04606266 instead of WDWMAY04568236" },
        { "two drives with one serial", "serial WDWMAY04568236: 2 drives have it" },
        { "old superblock", "set d1search: the drive with the serial WDWMAY04568236 (/dev/sdf) is not blank: it has a signature of linux_raid_member" },
        { "old table", "set d1search: the drive with the serial WDWMAY04568236 (/dev/sdf) is not blank: it has a partition table" },
        { "unreadable", "set d1search: the drive with the serial WDWMAY04568236 (/dev/sdf) could not be searched for signatures" },
        { "wipefs missing", "set d1search: the drive with the serial WDWMAY04568236 (/dev/sdf) could not be searched for signatures" },
        { "failed", "bay rear/4: the drive reports failure" },
        { "too small", "bay rear/4: " },
        { "unknown set", "set d1saerch: the chassis 4u40 has no set or pool d1saerch" },
        { "os set", "set os: is the operating system's target" },
    };

    [Theory]
    [MemberData(nameof(Harms))]
    public void What_speaks_against_it_is_said_and_nothing_may_be_written(string harm, string expected)
    {
        var machine = Blank();
        var (target, serials, recorded) = ("d1search", Serials.ToList(), Recorded);
        var journal = (CreateJournal?)null;
        switch (harm)
        {
            case "exists": (machine, recorded) = (Imap33.Sketch(), Existing); break;
            case "made and lost": (journal, recorded) = (Plan(Blank(), null).Journal with { Finished = true }, Existing); break;
            case "no serials": serials.Clear(); break;
            case "one serial less": serials.RemoveAt(2); break;
            case "serial twice": serials.Add(serials[0]); break;
            case "serial of another set": serials[1] = "WDWMAY04585688"; break;
            case "serial unknown": serials[1] = "NOBODY"; break;
            case "bay empty": machine.RemoveDisk("sdf"); break;
            case "drive moved": (machine.Disk("sdf").Place, machine.Disk("sdi").Place) = (7, 4); break;
            case "two drives with one serial": machine.Disk("sdg").Serial = Serials[0]; break;
            case "old superblock":
                machine.Disk("sdf").Leftovers.Add(new Signature("linux_raid_member", "0b5d2f6e-1111-4000-8000-00000000bbbb", "old:data",
                4096)); break;
            case "old table": machine.Disk("sdf").Add(1 << 30, "home"); break;
            case "unreadable": machine.UnreadableDevices.Add("sdf"); break;
            case "wipefs missing": machine.MissingPrograms.Add("wipefs"); break;
            case "failed": machine.Disk("sdf").SmartPassed = false; break;
            case "too small": machine.Disk("sdf").Bytes = 1_000_000_000_000; break;
            case "unknown set": target = "d1saerch"; break;
            case "os set": target = "os"; break;
        }

        var plan = CreatePlanner.Plan(recorded.Layout, harm == "no record" ? null : recorded.Record, machine.Observe(), target, serials, journal,
            new Dictionary<string, long>());
        Assert.Null(plan.Allowed);
        Assert.Contains(plan.Plan.Refusals, action => $"{action.Target}: {action.Reason}".StartsWith(expected, StringComparison.Ordinal));
    }

    [Fact]
    public void A_new_set_on_blank_named_drives_may_write_those_and_no_other()
    {
        var plan = Plan(Blank(), null);
        Assert.Equal([], plan.Plan.Refusals.Select(action => action.Reason));
        Assert.Equal(["sdf", "sdi", "sdl"], plan.Allowed!.Permits.Select(permit => permit.Name).Order(StringComparer.Ordinal));
        Assert.All(plan.Allowed.Permits, permit => Assert.Equal(DiskEffect.Destroy, permit.Effect));
        Assert.Equal(["array i33d1search", "filesystem i33d1search", "luks i33d1search", "partition i33d1search"], plan.Journal.Ids.Keys);
    }

    [Fact]
    public void What_an_interrupted_run_left_is_its_own_and_what_anybody_else_left_is_not()
    {
        var journal = Plan(Blank(), null).Journal;
        var machine = Blank();
        machine.Disk("sdf").Leftovers.Add(new Signature("linux_raid_member", journal.Ids["array i33d1search"], "any:i33d1search", 4096));
        Assert.NotNull(Plan(machine, journal).Allowed);
        Assert.Null(Plan(machine, null).Allowed);
    }

    /// <summary>Also where its record is written: the power may have gone just after that, and what was asked for is there.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_finished_creation_is_never_begun_again(bool recorded)
    {
        var made = Existing.Record.Units.First(unit => unit.Name == "i33d1search");
        var volume = Existing.Record.Volumes.First(volume => volume.Name == "i33d1search");
        var journal = Plan(Blank(), null).Journal;
        journal = journal with
        {
            Finished = true,
            Ids = new Dictionary<string, string>(journal.Ids) { ["array i33d1search"] = made.Uuid!, ["luks i33d1search"] = volume.LuksUuid! }
        };
        var plan = CreatePlanner.Plan(
            Recorded.Layout, (recorded ? Existing : Recorded).Record, Imap33.Sketch().Observe(), "d1search", Serials, journal, new Dictionary<string, long>());
        Assert.Null(plan.Allowed);
        Assert.Equal([], plan.Plan.Refusals.Select(action => action.Reason));
        Assert.Equal(["was made already; nothing is written but its drive record"], plan.Plan.Actions.Select(action => action.Reason));
    }

    [Fact]
    public void A_creation_goes_on_only_with_its_own_drives()
    {
        var journal = Plan(Blank(), null).Journal with { Serials = ["A", "B", "C"] };
        var machine = Blank();
        machine.Disk("sdf").Leftovers.Add(new Signature("linux_raid_member", journal.Ids["array i33d1search"], "any:i33d1search", 4096));
        Assert.Contains(Plan(machine, journal).Plan.Refusals, action =>
            action.Reason.Contains("continue with those, or wipe them first", StringComparison.Ordinal));
    }

    /// <summary>It tells no id, so only the run that goes on can know it.</summary>
    [Fact]
    public void Half_a_table_is_that_of_the_run_that_was_begun_or_somebodys()
    {
        var machine = Blank();
        machine.Disk("sdf").Leftovers.Add(new Signature("gpt", null, null, 512));
        var begun = Plan(Blank(), null).Journal;
        Assert.True(Plan(machine, begun).Allowed?.WasBegun);
        Assert.Null(Plan(machine, null).Allowed);
        Assert.False(Plan(Blank(), null).Allowed?.WasBegun);
    }

    /// <summary>It would go on behind a step whose work is gone.</summary>
    [Fact]
    public void A_creation_whose_drives_were_wiped_begins_anew()
    {
        var begun = Plan(Blank(), null).Journal.With("array i33d1search");
        foreach (var plan in (CreatePlan[])[Plan(Blank(), begun), Plan(Blank(), begun with { Serials = ["A", "B", "C"] })])
        {
            Assert.NotNull(plan.Allowed);
            Assert.Empty(plan.Journal.Done);
            Assert.Equal(Serials.Order(StringComparer.Ordinal), plan.Journal.Serials);
        }
    }

    private static CreatePlan Plan(MachineSketch machine, CreateJournal? journal) =>
        CreatePlanner.Plan(Recorded.Layout, Recorded.Record, machine.Observe(), "d1search", Serials, journal, new Dictionary<string, long>());
}
