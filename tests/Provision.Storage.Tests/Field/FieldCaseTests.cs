using System.Runtime.CompilerServices;
using Provision.Inventory;
using Provision.Storage.Health;
using Provision.Storage.Map;
using Provision.Storage.Observe;
using Provision.Storage.Plans;
using Provision.Storage.Record;
using Provision.Storage.Tests.Create;
using Provision.Storage.Tests.Observe;

namespace Provision.Storage.Tests.Field;

/// <summary>
/// What real machines answered, and what has to be said of it. The healthy machine is recorded; then some of its answers are the ones of a public report
/// (<c>Answers/CASE</c>: one file for each command), or the machine is changed.
/// </summary>
public class FieldCaseTests
{
    private static readonly Recording Imap33 = new("imap33", Observe.Imap33.Sketch);
    private static readonly Recording Imap51 = new("imap51", Field.Imap51.Sketch);

    // The verdict of drives --check, the exit code of check, and every finding above a note as "severity code place: what its sentence contains".
    private static readonly Dictionary<string, (Recording Machine, Action<MachineSketch> Change, string Verdict, int Check, string[] Findings)> Cases =
        new(StringComparer.Ordinal)
        {
            ["areca-extp-rows"] = (Imap33, Same, "same", 0, []),
            ["areca-one-failed-one-rebuilding"] = (Imap33, Same, "differs", 1,
        [
            "Problem failed front/7: the controller reports failure",
            "Problem rebuilding set d1spool: the next drive that fails takes its data",
        ]),
            ["areca-set-name-ends-in-size"] = (Imap33, Same, "differs", 1, ["Problem not-in-set front/7: the controller uses it as AG Mail 2TB"]),
            ["areca-old-firmware-tables"] = (Imap33, Same, "differs, and not all could be seen", 2,
        [
            "Unknown controller-silent areca: a line is not understood",
            "Problem set-missing set d2spool: was not found",
        ]),
            ["areca-sg-not-loaded"] = (Imap33, Same, "unknown: not all could be seen", 3,
        [
            "Unknown controller-silent areca: Please check the (arcmsr & sg) drivers are installed properly",
            "Unknown set-unknown set d1spool: Please check the (arcmsr & sg) drivers",
            "Unknown set-unknown set d2spool: Please check the (arcmsr & sg) drivers",
        ]),
            ["areca-jbod"] = (Imap33, Same, "differs", 2,
        [
            .. Enumerable.Range(1, 24).Select(bay => $"Problem not-in-set front/{bay}: the controller uses it as JBOD"),
            "Problem set-missing set d1spool: was not found",
            "Problem set-missing set d2spool: was not found",
        ]),
            ["areca-pass-through"] = (Imap33, Same, "differs", 1, ["Problem not-in-set front/7: the controller uses it as Pass Through"]),
            ["areca-two-controllers"] = (Imap33, Before, "differs", 1,
            [.. Enumerable.Range(1, 24).Select(slot => $"Problem stranger controller 1 enclosure 2 slot {slot}: is in no bay of the chassis")]),
            ["smart-raw-is-packed"] = (Imap33, Same, "same", 0, []),
            ["ssd-worn-out"] = (Imap33, Same, "same", 1, ["Warning worn rear/9: 100% of its endurance used"]),
            ["self-test-read-failure"] = (Imap33, Same, "same", 1, ["Warning worn rear/4: its own test could not read sector 123456"]),
            ["smart-data-not-read"] = (Imap33, Same, "unknown: not all could be seen", 3, ["Unknown health-unknown rear/4: Read SMART Data failed"]),
            ["nvme-only-hot"] = (Imap33, Same, "same", 1, ["Warning hot rear/9: too hot: 85 C"]),
            ["smartctl-hangs"] = (Imap33, machine => machine.Answers["smartctl -j -a -n standby /dev/sdf"] = (124, ""), "unknown: not all could be seen", 3,
            ["Unknown health-unknown rear/4: no answer in time"]),
            ["smartctl-is-not-installed"] = (Imap33, machine =>
                machine.MissingPrograms.Add("smartctl"), "unknown: not all could be seen", 3, ["Unknown health-unknown rear 1-12: not there"]),
            ["md-recovery-delayed"] = (Imap33, RecoveryDelayed, "differs", 1, ["Problem rebuilding set d1search: the next drive that fails takes its data"]),
            ["zfs-faulted-drive-in-its-bay"] = (Imap51, machine => machine.Pools[0].Health = "DEGRADED", "differs", 1,
        [
            "Problem not-in-set front/4: FAULTED (too many errors)",
            "Warning errors front/4: 12 read errors, 340 write errors",
            "Problem degraded set z1: one more drive may fail",
        ]),
            ["zfs-data-errors"] = (Imap51, Same, "differs", 2,
        [
            "Warning errors front/1: 46 checksum errors",
            "Problem data-errors pool nvme51: 7 damaged files or blocks",
        ]),
            ["zfs-list-hangs"] = (Imap51, machine => machine.Answers["zpool list -Hp -o name,guid,health"] = (124, ""), "unknown: not all could be seen", 3,
        [
            "Unknown set-unknown set z1: no answer in time",
            "Unknown set-unknown set z2: no answer in time",
            "Unknown set-unknown set z3: no answer in time",
        ]),
            ["zpool-is-not-installed"] = (Imap51, machine => machine.MissingPrograms.Add("zpool"), "unknown: not all could be seen", 3,
        [
            "Unknown set-unknown set z1: zpool: not there",
            "Unknown set-unknown set z2: zpool: not there",
            "Unknown set-unknown set z3: zpool: not there",
        ]),
            ["zpool-status-is-cut-off"] = (Imap51, machine =>
                machine.Answers["zpool status"] = (0, "  pool: nvme51\n state: ONLINE\nconfig:\n"), "unknown: not all could be seen", 3,
                ["Unknown unseen pool nvme51: cut off before its errors"]),
            ["pool-is-suspended"] = (Imap51, Suspended, "differs", 2,
        [
            "Problem not-in-set front/1: is REMOVED in the pool",
            "Problem set-failed set z1: z1 has failed",
            "Problem set-failed set z2: z2 has failed",
            "Problem set-failed set z3: z3 has failed",
        ]),
            ["nvme-second-namespace"] = (Imap51, SecondNamespace, "differs", 1, ["Problem stranger nvme2n2: is in no bay of the chassis"]),
            ["pci-slot-names-with-suffix"] = (Imap51, machine => machine.SlotSuffix = "-1", "differs", 1,
            [.. Enumerable.Range(1, 24).Select(bay =>
                $"Problem missing front/{bay}: it is nvme{bay - 1}n1, in PCI slot {bay}-1, which is no bay of the chassis")]),
            ["isohybrid-stick"] = (Imap33, Stick, "same", 1, ["Warning stranger sdo: DataTraveler"]),
            ["sfdisk-empty-gpt-comma"] = (Imap33, Stick, "same", 1, ["Warning stranger sdo: DataTraveler"]),
            ["lsblk-invalid-json"] = (Imap33, Same, "same", 0, []),
            ["bcache-and-pmem"] = (Imap33, machine =>
                (machine.OtherDevices["bcache0"], machine.OtherDevices["pmem0"], machine.OtherDevices["zram0"]) = (1L << 40, 1L << 34, 1L << 33), "same", 0,
                    []),
            ["a-kind-that-nobody-knows"] = (Imap33, machine =>
                machine.OtherDevices["xyz0"] = 1L << 40, "unknown: not all could be seen", 3, [
                    "Unknown stranger xyz0: a kind that this program does not know"]),
            ["a-superblock-cannot-be-read"] = (Imap33, Unassembled, "unknown: not all could be seen", 3, [
                "Unknown set-unknown set d1search: mdadm: not there"]),
            ["a-drive-hangs"] = (Imap33, machine =>
                machine.DeadDevices.Add("sdf"), "unknown: not all could be seen", 3, ["Unknown health-unknown rear/4: sdf hangs"]),
            ["an-array-without-a-bitmap"] = (Imap33, machine =>
                machine.Array("i33d1search").Bitmap = "none", "same", 1, ["Warning no-bitmap md2: no write-intent bitmap"]),
            ["a-foreign-array"] = (Imap33, Foreign, "differs", 1,
        [
            "Problem foreign-array md99: belongs to no set",
            "Problem stranger sdp: is in no bay of the chassis",
        ]),
        };

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Of_each_machine_the_right_thing_is_said(string name)
    {
        var (machine, _, verdict, check, findings) = Cases[name];
        var (observed, map) = Look(name);
        var told = map.Findings.Where(finding => finding.Severity > FindingSeverity.Note).ToList();
        Assert.Equal(findings.Select(row => row.Split(": ", 2)[0]).Order(StringComparer.Ordinal),
            told.Select(finding => $"{finding.Severity} {finding.Code} {finding.Place}").Order(StringComparer.Ordinal));
        Assert.All(findings, row =>
            Assert.Contains(told, finding => row.StartsWith($"{finding.Severity} {finding.Code} {finding.Place}: ", StringComparison.Ordinal)
            && finding.Sentence.Contains(row.Split(": ", 2)[1], StringComparison.Ordinal)));
        Assert.Equal(verdict, map.Verdict);
        var health = new StorageHealth(machine.Layout, () => new HostStorage(observed, map));
        var rows = StorageHealth.Checks.Where(row => row.Name is "arrays" or "drives").ToList();
        Assert.Equal(check, new HealthReport([.. rows.Select(row => row.Name)], [.. rows.SelectMany(row => row.Judge(health))]).ExitCode);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void No_set_with_a_lost_drive_is_normal_and_what_is_unseen_is_in_every_form(string name)
    {
        var (_, map) = Look(name);
        Assert.All(map.Sets.Where(set => set.Lost > 0), set => Assert.NotEqual("normal", set.Word));
        Assert.Equal(map.IsUnseen, map.Verdict.Contains("could be seen", StringComparison.Ordinal));
        Assert.Equal(map.IsUnseen, DriveSvg.Of(map).Contains("could not be seen", StringComparison.Ordinal));
        Assert.Equal(map.IsUnseen, DriveGrid.Of(map, GridInk.Plain).Contains("? could not be seen", StringComparison.Ordinal));
        Assert.All(map.Sets.Where(set => set.Health.Why is not null), set => Assert.Equal(("unknown", (int?)null), (set.Word, set.Redundancy)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void What_is_unseen_never_becomes_the_record(string name)
    {
        var (machine, _, _, _, _) = Cases[name];
        var (observed, map) = Look(name);
        var acceptance = RecordAcceptance.Of(map, machine.Record, observed);
        var hidden = map.Findings.Where(finding =>
            finding is { Severity: FindingSeverity.Unknown, Code: not (FindingCodes.HealthUnknown or FindingCodes.Stranger) }).ToList();
        Assert.All(hidden, finding => Assert.Contains(acceptance.Refusals, refusal => refusal.Message == finding.Sentence));
        Assert.All(map.Bays.Where(bay => bay.Unseen is not null), bay =>
            Assert.DoesNotContain(acceptance.Changes, change => change.Place == bay.Bay.ToString()));
    }

    [Theory]
    [InlineData("areca-sg-not-loaded", "bay front/1", "set-unknown")]
    [InlineData("zfs-list-hangs", "pool nvme51", "set-unknown")]
    [InlineData("a-superblock-cannot-be-read", "unit i33d1search", "set-unknown")]
    public void Storage_diff_reports_what_is_unseen_as_unseen(string name, string target, string code)
    {
        var (machine, _, _, _, _) = Cases[name];
        var (observed, map) = Look(name);
        var plan = StorageComparison.Of(machine.Layout, machine.Record, observed);
        Assert.True(plan.IsUnseen);
        Assert.Contains(plan.Actions, action => action.Kind == ActionKind.Unseen && action.Target.ToString() == target);
        Assert.DoesNotContain(plan.Actions, action => action.Kind == ActionKind.Refuse);
        Assert.Contains(map.Findings, finding => finding.Code == code);
    }

    [Fact]
    public void A_healthy_machine_has_no_findings_and_is_as_recorded()
    {
        foreach (var machine in new[] { Imap33, Imap51 })
        {
            var map = DriveMap.Of(machine.Layout, null, machine.Record, machine.Sketch().Observe());
            Assert.DoesNotContain(map.Findings, finding => finding.Severity > FindingSeverity.Note);
            Assert.All(map.Sets.Where(set => !set.Layout.Os), set => Assert.Equal("normal", set.Word));
        }
    }

    /// <summary>Tools that are not there at all: nothing is called missing, failed or new, on any machine.</summary>
    [Theory]
    [InlineData("cli64")]
    [InlineData("smartctl")]
    [InlineData("wipefs")]
    [InlineData("mdadm")]
    [InlineData("cryptsetup")]
    [InlineData("sfdisk")]
    [InlineData("lsblk")]
    [InlineData("dd")]
    [InlineData("zdb")]
    [InlineData("zpool")]
    [InlineData("zfs")]
    public void A_tool_that_is_not_installed_makes_nothing_differ(string program)
    {
        foreach (var machine in new[] { Imap33, Imap51 })
        {
            var sketch = machine.Sketch();
            sketch.MissingPrograms.Add(program);
            var observed = sketch.Observe();
            Assert.DoesNotContain(DriveMap.Of(machine.Layout, null, machine.Record, observed).Findings, finding => finding.Severity == FindingSeverity.Problem);
            Assert.DoesNotContain(StorageComparison.Of(machine.Layout, machine.Record, observed).Actions, action =>
                action.Kind is ActionKind.Refuse or ActionKind.Create);
        }
    }

    private static (ObservedStorage Observed, DriveMap Map) Look(string name)
    {
        var (machine, change, _, _, _) = Cases[name];
        var sketch = machine.Sketch();
        var healthy = sketch.Record();
        change(sketch);
        var folder = Path.Combine(Folder(), name);
        foreach (var file in Directory.Exists(folder) ? Directory.GetFiles(folder) : [])
        {
            var key = healthy.Runs.Keys.Append("sfdisk -J /dev/sdo").Single(run => FileOf(run) == Path.GetFileNameWithoutExtension(file));
            sketch.Answers[key] = (0, File.ReadAllText(file));
        }

        var observed = sketch.Observe();
        return (observed, DriveMap.Of(machine.Layout, null, machine.Record, observed));
    }

    /// <summary>The file of a command's answer: its words, with one underscore for all that is between them.</summary>
    private static string FileOf(string command) => string.Join('_', command.Split([' ', '/', ',', '='], StringSplitOptions.RemoveEmptyEntries));

    private static string Folder([CallerFilePath] string path = "") => Path.Combine(Path.GetDirectoryName(path)!, "Answers");

    private static void Same(MachineSketch machine)
    {
    }

    /// <summary>A second controller, which the driver finds first, with an enclosure 2 of its own.</summary>
    private static void Before(MachineSketch machine)
    {
        var other = new SketchAreca();
        other.Volumes.Add(("backup1", "backup1", "Raid6", 20_000.0, "Normal"));
        other.Drives.AddRange(Enumerable.Range(1, 24).Select(slot => new SketchArecaDrive
        {
            Enclosure = 2,
            Slot = $"Slot {slot:00}",
            Model = "WDC WD2003FYYS-02W0B0",
            Gigabytes = 2000.4,
            Usage = "backup1",
            Serial = $"WD-WCC0{slot:0000000}",
        }));
        machine.Arecas.Insert(0, other);
    }

    private static void RecoveryDelayed(MachineSketch machine)
    {
        var array = machine.Array("i33d1search");
        (array.Action, array.Completed, array.Members[0].State) = ("recover", "delayed", "spare");
    }

    private static void Suspended(MachineSketch machine)
    {
        machine.Pools[0].Health = "SUSPENDED";
        machine.Answers["zpool status"] =
            (0, "  pool: nvme51\n state: SUSPENDED\nconfig:\n\n\tNAME  STATE  READ WRITE CKSUM\n\tnvme51  UNAVAIL  0 0 0\n\t  raidz2-0  UNAVAIL  0 0 0\n\t   "
            + " front1  REMOVED  0 0 0\n\nerrors: No known data errors\n");
    }

    private static void SecondNamespace(MachineSketch machine) => machine.Disks.Add(new SketchDisk
    {
        Name = "nvme2n2",
        Bytes = 1_000_000_000_000,
        Bus = SketchBus.Nvme,
        Place = 3,
        Model = "SAMSUNG MZWLL3T8HAJQ-00005",
        Serial = "S003AAAA",
        Wwn = "eui.0025385b71ff0003",
        Rotational = false,
    });

    private static void Stick(MachineSketch machine)
    {
        var stick = new SketchDisk { Name = "sdo", Bytes = 16_000_000_000, Bus = SketchBus.Usb, Model = "DataTraveler 3.0", Serial = "60A4", Table = "dos" };
        machine.Disks.Add(stick);
    }

    private static void Unassembled(MachineSketch machine)
    {
        machine.Array("i33d1search").Device = null;
        machine.MissingPrograms.Add("mdadm");
    }

    private static void Foreign(MachineSketch machine)
    {
        machine.Disks.Add(new SketchDisk
        {
            Name = "sdp",
            Bytes = 2_000_398_934_016,
            Bus = SketchBus.Sas,
            Place = 7,
            Model = "SEAGATE ST2000",
            Serial = "ZZZ1",
            Wwn = "0x5000c50000000077"
        });
        machine.Arrays.Add(SketchMd.Of("elsewhere", "md99", "backup", "raid1", 2_000_000_000_000, null, "sdp"));
    }

    /// <summary>A machine with the record of its healthy state.</summary>
    private sealed class Recording
    {
        public Recording(string host, Func<MachineSketch> sketch)
        {
            Sketch = sketch;
            var observed = sketch().Observe();
            Layout = RecordedMachine.LayoutOf(host);
            var map = DriveMap.Of(Layout, null, null, observed);
            var text = RecordAcceptance.Of(map, null, observed).Record;
            Record = text.Edit(InventoryFiles.ReadFrom(TestRepository.Root)).Result.Fleet!.FindDrives(host)!;
        }

        public Func<MachineSketch> Sketch { get; }

        public Layout Layout { get; }

        public DriveRecord Record { get; }
    }
}
