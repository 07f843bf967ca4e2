using Provision.Inventory;
using Provision.Storage.Map;
using Provision.Storage.Observe;

namespace Provision.Storage.Tests.Map;

/// <summary>What the map finds: one row for each way in which a machine can differ from its record.</summary>
public class DriveMapTests
{
    private static readonly PerfectMachine Imap33 = PerfectMachine.Of("imap33");

    private static readonly Dictionary<string, Func<PerfectMachine>> Machines = new(StringComparer.Ordinal)
    {
        ["as recorded"] = () => Imap33,
        ["a drive is gone"] = () =>
            Imap33.With("rear/4", _ => null).WithArray("i33d1search", array => array with { State = SetHealth.Degraded, Members = [.. array.Members.Skip(1)] }),
        ["two drives changed places"] = () => Imap33.Swap("rear/4", "rear/5"),
        ["a drive moved to another bay"] = () =>
            Imap33.With("rear/1", drive => drive with { Serial = Imap33.Drive("rear/2").Serial, Wwn = null }).With("rear/2", _ => null),
        ["a drive nobody knows"] = () => Imap33.With("rear/4", drive => drive with { Serial = "SOMEBODY-ELSES" }),
        ["a drive of another machine"] = () => Imap33.With("rear/4", drive => drive with { Serial = "IMAP34S" }) with { View = FleetWithImap34() },
        ["one serial in two bays"] = () => Imap33.With("rear/4", drive => drive with { Serial = Imap33.Drive("rear/5").Serial }),
        ["a clone with its own name"] = () => Imap33.With("rear/4", drive => drive with { Wwn = "0x5000000000000001" }),
        ["a smaller drive"] = () => Imap33.With("rear/4", drive => drive with { Serial = "NEW", Bytes = 1_000_204_886_016 }),
        ["a larger drive"] = () => Imap33.With("rear/4", drive => drive with { Serial = "NEW", Bytes = 4_000_787_030_016 }),
        ["a drive with a hidden part"] = () => Imap33.With("rear/4", drive => drive with { Bytes = drive.Bytes - 4096 }),
        ["an SSD among disks"] = () => Imap33.With("rear/4", drive => drive with { Media = DriveMedia.Ssd }),
        ["a failed drive"] = () => Imap33.With("rear/4", drive => drive with { Health = new DriveHealth(HealthVerdict.Failed, ["SMART says so"], null, null) }),
        ["a worn drive"] = () =>
            Imap33.With("rear/4", drive => drive with { Health = new DriveHealth(HealthVerdict.Worn, ["5 reallocated sectors"], null, null) }),
        ["the controller failed a drive"] = () =>
            Imap33.With("front/7", drive => drive with { Areca = drive.Areca! with { Usage = "Failed" } })
            .WithVolume("i33d1spool", volume => volume with { Health = SetHealth.Degraded, State = "Degraded" }),
        ["a front drive is free"] = () =>
            Imap33.With("front/7", drive => drive with { Areca = drive.Areca! with { Usage = "Free" } })
            .WithVolume("i33d1spool", volume => volume with { Health = SetHealth.Degraded, State = "Degraded" }),
        ["two front drives are gone"] = () =>
            Imap33.With("front/7", _ => null).With("front/9", _ => null)
            .WithVolume("i33d1spool", volume => volume with { Health = SetHealth.Degraded, State = "Degraded" }),
        ["a RAID6 rebuilds"] = () => Imap33.WithVolume("i33d1spool", volume => volume with { Health = SetHealth.Rebuilding, State = "Rebuilding(35.3%)" }),
        ["an array rebuilds"] = () =>
            Imap33.WithArray("ssd33d1", array =>
            array with
            {
                State = SetHealth.Rebuilding,
                Progress = "recovery 12.0%",
                Members = [array.Members[0], array.Members[1] with { State = "rebuilding" }]
            }),
        ["an array is checked"] = () => Imap33.WithArray("ssd33d1", array => array with { State = SetHealth.Busy, Progress = "check 50.0%" }),
        ["a drive is in the wrong array"] = () =>
            Imap33.WithArray("i33d1search", array => array with { State = SetHealth.Degraded, Members = [.. array.Members.Skip(1)] })
            .WithArray("i33d2search", array => array with { Members = [.. array.Members, new MdPlace(Imap33.Drive("rear/4").Device!, null, "spare")] }),
        ["a faulty member"] = () =>
            Imap33.WithArray("i33d1search", array =>
            array with { State = SetHealth.Degraded, Members = [array.Members[0] with { State = "faulty", Role = null }, .. array.Members.Skip(1)] }),
        ["an array is not assembled"] = () => Imap33.WithArray("i33d1search", array => array with { State = SetHealth.Inactive, Device = null }),
        ["an array is gone"] = () =>
            Imap33 with { Observed = Imap33.Observed with { Arrays = [.. Imap33.Observed.Arrays.Where(array => array.Name != "i33d1search")] } },
        ["the controller tells no serials"] = () =>
            Imap33.With("front/1", drive => drive with { Serial = null })
            .With("front/2", drive => drive with { Serial = " ", Model = "WDC WD2000FYYZ-01UL1B0" }),
        ["the controller is silent"] = () =>
            Imap33 with
            {
                Observed = Imap33.Observed with
                {
                    Drives = [.. Imap33.Observed.Drives.Where(drive => drive.Areca is null)],
                    ArecaVolumes = [],
                    Unseen = [new UnseenPart(StoragePart.ArecaDrives, "cli64: not there"), new UnseenPart(StoragePart.ArecaVolumes, "cli64: not there")]
                }
            },
        ["a stick and a foreign LUN"] = () =>
            Imap33.WithDisk(PerfectMachine.Disk("sdp", 16_000_000_000, "Cruzer", "4C53") with { Removable = true, Transport = "usb" })
            .WithDisk(PerfectMachine.Disk("sdq", 5_000_000_000_000, "other-volume")).WithDisk(PerfectMachine.Disk("sdr", 0, "Virtual Floppy")),
        ["another machine"] = () =>
            Imap33 with
            {
                Observed = Imap33.Observed with
                {
                    Machine = Imap33.Observed.Machine with
                    {
                        HostName = "imap34\u001b[31m",
                        Macs = [MacAddress.Parse("00:00:5e:00:53:ff")]
                    }
                }
            },
        ["no record"] = () => Imap33 with { Record = null },
        ["a record without a bay"] = () =>
            Imap33 with { Record = Imap33.Record! with { Drives = [.. Imap33.Record!.Drives.Where(drive => drive.Bay.ToString() != "rear/4")] } },
        ["a new set without drives"] = () =>
            (Imap33 with
            {
                Record = Imap33.Record! with
                {
                    Drives = [.. Imap33.Record!.Drives.Where(drive =>
            drive.Bay.ToString() is not ("rear/3" or "rear/6"))],
                    Sets = [.. Imap33.Record!.Sets.Select(set => set.Name == "d1ssd" ? set with { Exists = false } : set)]
                }
            }).With("rear/3", _ => null)
            .With("rear/6", _ => null) with
            { },
        ["r510: a hot spare took over"] = () =>
            PerfectMachine.Of("imap18").With("front/11", drive => drive with { Areca = drive.Areca! with { Usage = "i18d1spool" } }).With("front/1", _ => null),
        ["nvme80: a drive is out of the pool"] = () =>
            PerfectMachine.Of("imap50") is var machine
            ? machine with
            {
                Observed = machine.Observed with
                {
                    Pools = [.. machine.Observed.Pools.Select(pool =>
            pool with { Health = SetHealth.Degraded, Members = [.. pool.Members.Skip(1)] })]
                }
            } : machine,
    };

    [Fact]
    public void Every_difference_is_found()
    {
        var text = new System.Text.StringBuilder();
        foreach (var (name, machine) in Machines)
        {
            var map = machine().Map();
            text.Append($"== {name}: {map.Verdict}\n");
            foreach (var finding in map.Findings)
            {
                text.Append($"{finding.Severity} {finding.Place} {finding.Code}: {finding.Sentence}\n");
            }
        }

        Snapshot.Check(text.ToString(), "findings");
    }

    [Theory]
    [InlineData("imap33")]
    [InlineData("imap14")]
    [InlineData("imap18")]
    [InlineData("imap50")]
    [InlineData("db1")]
    public void A_machine_as_recorded_has_no_findings_and_otherwise_every_code_is_known(string host)
    {
        var map = PerfectMachine.Of(host).Map();
        Assert.DoesNotContain(map.Findings, finding => finding.Severity > FindingSeverity.Note);
        Assert.False(map.Differs);
        Assert.All(map.Bays, bay => Assert.True(bay.SetSurvives));
    }

    [Fact]
    public void Every_code_is_a_declared_one_and_every_bay_has_a_mark()
    {
        var codes = typeof(FindingCodes).GetFields().Select(field => (string)field.GetRawConstantValue()!).ToHashSet();
        foreach (var machine in Machines.Values)
        {
            var map = machine().Map();
            Assert.All(map.Findings, finding => Assert.Contains(finding.Code, codes));
            Assert.All(map.Findings, finding => Assert.DoesNotContain(finding.Sentence, char.IsControl));
            Assert.All(map.Bays, bay => Assert.InRange(BayMark.Of(bay).Word.Length, 1, 10));
        }
    }

    /// <summary>What a drive carries, and what is at risk when it fails.</summary>
    [Fact]
    public void A_bay_knows_what_is_at_risk()
    {
        var map = Imap33.Map();
        var spool = map.Find(new Bay("front", 3))!;
        Assert.Equal(("d1spool", 2, VolumeEncryption.Luks), (spool.Set!.Layout.Key, spool.Index, spool.Encryption));
        Assert.Equal(20, spool.Volumes.Count);
        Assert.Equal(20, spool.Slots.Count);
        Assert.Equal(2, spool.Set.Redundancy);
        var ssd = map.Find(new Bay("rear", 3))!;
        Assert.Equal((VolumeEncryption.Self, "md0", 0), (ssd.Encryption, ssd.Array, ssd.Role));
        Assert.Equal(spool.Slots, ssd.Slots);
        Assert.Equal(spool.Stores, ssd.Stores);
        Assert.NotEmpty(spool.Masters);
        Assert.True(spool.Masters.Count < spool.Stores.Count);

        var degraded = Imap33.With("rear/3", _ => null).WithArray("ssd33d1", array => array with { State = SetHealth.Degraded, Members = [array.Members[1]] })
            .Map();
        Assert.Equal(0, degraded.Find(new Bay("rear", 6))!.Set!.Redundancy);
        Assert.False(degraded.Find(new Bay("rear", 6))!.SetSurvives);
        Assert.True(degraded.Find(new Bay("rear", 3))!.SetSurvives);
        Assert.Equal(80, PerfectMachine.Of("imap50").Map().Find(new Bay("front", 24))!.Slots.Count);
    }

    private static HostView FleetWithImap34()
    {
        var files = InventoryFiles.ReadFrom(PerfectMachine.Root());
        var edit = DriveRecordText.From("imap34", null).WithDrive(new Bay("rear", 7), new DriveIdentity("IMAP34S", null, null, null)).Edit(files);
        var fleet = edit.Result.Fleet!;
        return HostView.Of(fleet, fleet.FindHost("imap33")!, Masters.Default);
    }
}
