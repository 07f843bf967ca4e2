using System.Text;
using Provision.Inventory;
using Provision.Storage.Map;
using Provision.Storage.Observe;
using Provision.Storage.Record;
using Provision.Storage.Tests.Map;

namespace Provision.Storage.Tests.Record;

/// <summary>What becomes of a drive record when a look at the machine is accepted.</summary>
public class RecordAcceptanceTests
{
    private static readonly ObservedStorage Bundled = StorageObserver.Observe(Bundle.Read(
        Path.Combine(PerfectMachine.Root(), "tests/fixtures/bundles/imap33.tar.zst"), new DiagnosticBag())!);

    private static readonly HostView View = PerfectMachine.Of("imap33").View;

    /// <summary>A machine that runs and was never recorded: everything on it is recorded, and then nothing differs.</summary>
    [Fact]
    public void ARunningMachineIsRecordedWhole()
    {
        var first = Accept(null, Bundled);
        Assert.Empty(first.Refusals);
        var edit = first.Record.Edit(InventoryFiles.ReadFrom(PerfectMachine.Root()));
        Assert.Empty(edit.Result.Diagnostics);
        Snapshot.Check(edit.After, "imap33");
        var record = edit.Result.Fleet!.FindDrives("imap33")!;
        Assert.Equal(36, record.Drives.Count);
        Assert.All(record.Sets, set => Assert.True(set.Exists));
        Assert.Equal(View.Layout!.Volumes.Count, record.Volumes.Count);
        Assert.False(DriveMap.Of(View.Layout!, View, record, Bundled).Differs);
        Assert.Empty(Accept(record, Bundled).Changes);
    }

    [Fact]
    public void ANewMachineHasNewSets()
    {
        var bare = Bundled with
        {
            Arrays = [],
            ArecaVolumes = [],
            Devices = [.. Bundled.Devices.Where(device => device.Kind == BlockKind.Disk && device.Transport == "sata")]
        };
        var acceptance = Accept(null, bare);
        Assert.Empty(acceptance.Refusals);
        Assert.Equal(36, acceptance.Record.Bays.Count);
        Assert.All(acceptance.Record.Sets, set => Assert.False(set.Value));
        Assert.Empty(acceptance.Record.Units);
        Assert.Empty(acceptance.Record.Volumes);
    }

    /// <summary>Missing never means create: what was recorded as created stays so, with its identities.</summary>
    [Fact]
    public void ASetThatIsNotFoundStaysCreated()
    {
        var record = Recorded(Accept(null, Bundled));
        var gone = Accept(record, Bundled with { Arrays = [.. Bundled.Arrays.Where(array => array.Name != "i33d1search")] });
        Assert.Empty(gone.Changes);
        Assert.True(gone.Record.Sets["d1search"]);
        Assert.NotNull(gone.Record.Units["i33d1search"].Uuid);
    }

    [Fact]
    public void ChangesSayWhatWasWhatIsAndWhy()
    {
        var machine = PerfectMachine.Of("imap33");
        machine = machine.Swap("rear/4", "rear/5").With("rear/1", _ => null)
            .With("rear/7", drive => drive with { Serial = "NEW-SERIAL", Model = "NEW\u001b[31m MODEL" });
        var text = new StringBuilder();
        foreach (var change in RecordAcceptance.Of(machine.Map(), machine.Record, machine.Observed).Changes.Where(change =>
            change.Place.Contains('/', StringComparison.Ordinal)))
        {
            text.Append($"{change.Place}: {change.Was ?? "-"} -> {change.Is ?? "-"} ({change.Why})\n");
        }

        Assert.Equal(
            """
            rear/1: I33R001 WDC WD2003FYYS-02W0B0 500G -> - (missing)
            rear/4: I33R004 WDC WD2003FYYS-02W0B0 2T -> I33R005 WDC WD2003FYYS-02W0B0 2T (swapped)
            rear/5: I33R005 WDC WD2003FYYS-02W0B0 2T -> I33R004 WDC WD2003FYYS-02W0B0 2T (swapped)
            rear/7: I33R007 WDC WD2003FYYS-02W0B0 2T -> NEW-SERIAL NEW?[31m MODEL 2T (foreign)

            """,
            text.ToString());
    }

    /// <summary>A new container under an old label is another container: its rehearsal does not count.</summary>
    [Fact]
    public void AnotherContainerIsNotRehearsed()
    {
        var first = Accept(null, Bundled);
        var label = View.Layout!.Volumes[0].Label;
        var old = first.Record.Volumes[label];
        var record = Recorded(
            first with { Record = first.Record.WithVolume(label, old with { Luks = "0b4c2f54-3f0e-4b37-9df6-7c2b1f1a9a01", Rehearsed = "2026-10-01" }) });
        var again = Accept(record, Bundled);
        Assert.Equal(old, again.Record.Volumes[label]);
        Assert.Equal("its identity changed", Assert.Single(again.Changes).Why);
        var rehearsed = Recorded(first with { Record = first.Record.WithVolume(label, old with { Rehearsed = "2026-10-01" }) });
        Assert.Empty(Accept(rehearsed, Bundled).Changes);
    }

    /// <summary>Cipher and key size are what a header has to have before it is opened; they are recorded, and another key needs another rehearsal.</summary>
    [Fact]
    public void The_cipher_of_a_container_is_recorded()
    {
        var first = Accept(null, Bundled);
        var label = View.Layout!.Volumes[0].Label;
        var now = first.Record.Volumes[label];
        Assert.Equal(("aes-xts-plain64", 512), (now.Cipher, now.KeyBits));
        var before = Recorded(first with { Record = first.Record.WithVolume(label, now with { Cipher = null, KeyBits = null, Rehearsed = "2026-10-01" }) });
        var found = Accept(before, Bundled);
        Assert.Equal(now with { Rehearsed = "2026-10-01" }, found.Record.Volumes[label]);
        Assert.Equal("found", Assert.Single(found.Changes).Why);
        var other = Recorded(first with { Record = first.Record.WithVolume(label, now with { KeyBits = 256, Rehearsed = "2026-10-01" }) });
        Assert.Equal(("its identity changed", null),
            (Assert.Single(Accept(other, Bundled).Changes).Why, Accept(other, Bundled).Record.Volumes[label].Rehearsed));
    }

    [Fact]
    public void A_container_that_encrypts_nothing_is_never_accepted()
    {
        var machine = Observe.Imap33.Sketch();
        machine.Device("sda5").Content = machine.Device("sda5").Content! with { Cipher = "cipher_null-ecb" };
        Assert.Contains(Accept(null, machine.Observe()).Refusals, refusal => refusal.Message.Contains("which encrypts nothing", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("no serial", "front/7: error: the serial number of this drive is not known")]
    [InlineData("blank serial", "rear/4: error: the serial number of this drive is not known")]
    [InlineData("control characters", "rear/4: error: the serial number A?[2J has characters that no serial number has")]
    [InlineData("twice", "rear/4: error: the serial number I33R005 is in rear/4 and rear/5")]
    [InlineData("silent controller", "areca: error: what is in front 1-24 could not be seen: cli64: not there")]
    [InlineData("another machine", "imap33: error: the observed machine calls itself imap99")]
    [InlineData("observation failed", "sysfs: error: cannot be read")]
    [InlineData("label twice", "volume i33d1t01: error: the label i33d1t01 is on sdx1 and sdy1")]
    [InlineData("label elsewhere", "volume i33d1t01: error: the label i33d1t01 is on sdy1, which is no part of i33d1spool (sda)")]
    public void WhatIsDoubtfulIsRefused(string what, string expected)
    {
        var machine = PerfectMachine.Of("imap33");
        machine = what switch
        {
            "no serial" => machine.With("front/7", drive => drive with { Serial = null }),
            "blank serial" => machine.With("rear/4", drive => drive with { Serial = "  " }),
            "control characters" => machine.With("rear/4", drive => drive with { Serial = "A\u001b[2J" }),
            "twice" => machine.With("rear/4", drive => drive with { Serial = "I33R005" }),
            "silent controller" =>
                machine with
                {
                    Observed = machine.Observed with
                    {
                        Drives = [.. machine.Observed.Drives.Where(drive => drive.Areca is null)],
                        Unseen = [new UnseenPart(StoragePart.ArecaDrives, "cli64: not there")]
                    }
                },
            "another machine" =>
                machine with
                {
                    Observed = machine.Observed with
                    {
                        Machine = machine.Observed.Machine with
                        {
                            HostName = "imap99",
                            Macs = [MacAddress.Parse("00:00:5e:00:53:ff")]
                        }
                    }
                },
            "observation failed" =>
                machine with { Observed = machine.Observed with { Problems = [Diagnostic.Error(Location.OfFile("sysfs"), "cannot be read")] } },
            "label twice" => machine.WithDisk(Labelled("sdx1", "sda")).WithDisk(Labelled("sdy1", "sdy")),
            _ => machine.WithDisk(Labelled("sdy1", "sdy")),
        };
        var refusals = RecordAcceptance.Of(machine.Map(), machine.Record, machine.Observed).Refusals;
        Assert.Contains(refusals, refusal => refusal.ToString().StartsWith(expected, StringComparison.Ordinal));
    }

    /// <summary>A serial that another machine has is refused by the check of the whole inventory.</summary>
    [Fact]
    public void ADriveOfAnotherMachineIsRefusedByTheInventory()
    {
        var files = InventoryFiles.ReadFrom(PerfectMachine.Root());
        var other = DriveRecordText.From("imap34", null).WithDrive(new Bay("rear", 1), new DriveIdentity("3QG023NC", null, null, null)).Edit(files);
        files = files with { Files = [.. files.Files, new InventoryFile(other.Path, Encoding.UTF8.GetBytes(other.After))] };
        var edit = Accept(null, Bundled).Record.Edit(files);
        Assert.False(edit.IsGood);
        Assert.Contains(edit.Result.Diagnostics, problem => problem.Message.Contains("3QG023NC is recorded twice", StringComparison.Ordinal));
    }

    private static BlockDevice Labelled(string name, string disk) =>
        PerfectMachine.Disk(name, 1_000_000_000_000) with { Kind = BlockKind.Partition, Parents = [disk], PartitionLabel = "i33d1t01", PartitionUuid = "x" };

    private static RecordAcceptance Accept(DriveRecord? record, ObservedStorage observed) =>
        RecordAcceptance.Of(DriveMap.Of(View.Layout!, View, record, observed), record, observed);

    private static DriveRecord Recorded(RecordAcceptance acceptance)
    {
        var edit = acceptance.Record.Edit(InventoryFiles.ReadFrom(PerfectMachine.Root()));
        Assert.Empty(edit.Result.Diagnostics);
        return edit.Result.Fleet!.FindDrives("imap33")!;
    }
}
