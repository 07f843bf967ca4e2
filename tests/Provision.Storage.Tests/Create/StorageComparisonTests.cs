using Provision.Storage.Observe;
using Provision.Storage.Plans;
using Provision.Storage.Tests.Observe;

namespace Provision.Storage.Tests.Create;

/// <summary>imap33 as recorded, then with one thing wrong: what storage diff says, and that it never says "create".</summary>
public sealed class StorageComparisonTests
{
    private static readonly RecordedMachine Recorded = RecordedMachine.Of("imap33", Imap33.Sketch().Observe());

    /// <summary>What is wrong, and the line that must be among the differences; faults of the list by number.</summary>
    public static TheoryData<string, string> Faults => new()
    {
        { "nothing", "" },
        { "renumbered", "" },
        { "drive missing", "bay rear/4: the drive with the serial WDWMAY04568236 is missing" },
        { "drive foreign", "bay rear/4: serial SOMEBODY-ELSES instead of WDWMAY04568236" },
        { "drives swapped", "bay rear/4: serial WDWMAY04606266 instead of WDWMAY04568236; WWN" },
        { "array degraded", "unit i33d1search: is degraded" },
        { "array gone", "unit i33d1search: no array has the UUID" },
        { "volume's wwn changed", "unit i33d1spool: the volume i33d1spool has the WWN 0xfff1 instead of 0x001b4d2133123456" },
        { "volumes swapped", "unit i33d1spool: the disk with the WWN 0x001b4d2133123456 is called i33d2spool, and another one i33d1spool" },
        { "luks replaced", "volume i33d1t05: the LUKS container has the UUID" },
        { "luks cipher changed", "volume i33d1t05: its LUKS header names the cipher serpent-xts-plain64 instead of aes-xts-plain64" },
        { "luks cipher is null", "volume i33d1t05: its LUKS header names the cipher cipher_null-ecb, which encrypts nothing" },
        { "luks key is shorter", "volume i33d1t05: its LUKS header names a key of 256 bits instead of 512" },
        { "luks lost", "volume i33d1t05: /dev/sda5 holds no LUKS container" },
        { "partition relabelled", "volume i33d1t05: /dev/sda has no partition with the label i33d1t05" },
        { "label twice", "volume i33d1t05: /dev/sdb7 has the label i33d1t05 too" },
        { "leftover signature", "volume i33d1t05: /dev/sda5 has 2 signatures: ext4, crypto_LUKS" },
        { "drive failed", "bay rear/4: the drive failed" },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void A_fault_is_named_and_nothing_is_created(string fault, string expected)
    {
        var machine = Imap33.Sketch();
        Break(machine, fault);
        var plan = StorageComparison.Of(Recorded.Layout, Recorded.Record, machine.Observe());
        var lines = plan.Actions.Where(action => action.Kind != ActionKind.Keep).Select(action => $"{action.Target}: {action.Reason}").ToList();
        Assert.DoesNotContain(plan.Actions, action => action.Kind is ActionKind.Create or ActionKind.WipeOs);
        if (expected.Length == 0)
        {
            Assert.Equal([], lines);
        }
        else
        {
            Assert.Contains(lines, line => line.StartsWith(expected, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void The_hash_follows_identities_and_not_kernel_names()
    {
        var before = StorageComparison.Of(Recorded.Layout, Recorded.Record, Imap33.Sketch().Observe()).Hash;
        var renumbered = Imap33.Sketch();
        Break(renumbered, "renumbered");
        var foreign = Imap33.Sketch();
        Break(foreign, "drive foreign");
        Assert.Equal(before, StorageComparison.Of(Recorded.Layout, Recorded.Record, renumbered.Observe()).Hash);
        Assert.NotEqual(before, StorageComparison.Of(Recorded.Layout, Recorded.Record, foreign.Observe()).Hash);
    }

    private static void Break(MachineSketch machine, string fault)
    {
        switch (fault)
        {
            case "renumbered":
                // A virtual CD, a stick: every name moves by one (docs/faults.md, fault 1).
                (machine.Disk("sdf").Name, machine.Disk("sdi").Name) = ("sdi-", "sdf");
                machine.Disk("sdi-").Name = "sdi";
                var members = machine.Array("md2").Members;
                (members[0].Device, members[1].Device) = ("sdi", "sdf");
                break;
            case "drive missing":
                machine.RemoveDisk("sdf");
                break;
            case "drive foreign":
                machine.Disk("sdf").Serial = "SOMEBODY-ELSES";
                break;
            case "drives swapped":
                (machine.Disk("sdf").Serial, machine.Disk("sdi").Serial) = (machine.Disk("sdi").Serial, machine.Disk("sdf").Serial);
                (machine.Disk("sdf").Wwn, machine.Disk("sdi").Wwn) = (machine.Disk("sdi").Wwn, machine.Disk("sdf").Wwn);
                break;
            case "array degraded":
                machine.Array("md2").Members[1].State = "faulty";
                break;
            case "array gone":
                machine.Arrays.Remove(machine.Array("md2"));
                machine.Mounts.RemoveAll(mount => mount.Path == "/mnt/i33d1search");
                break;
            case "volume's wwn changed":
                machine.Disk("sda").Wwn = "0xfff1";
                break;
            case "volumes swapped":
                (machine.Disk("sda").Model, machine.Disk("sdb").Model) = (machine.Disk("sdb").Model, machine.Disk("sda").Model);
                break;
            case "luks replaced":
                machine.Device("sda5").Content = SketchContent.LuksExt4("another", "i33d1t05");
                break;
            case "luks cipher changed":
                machine.Device("sda5").Content = machine.Device("sda5").Content! with { Cipher = "serpent-xts-plain64" };
                break;
            case "luks cipher is null":
                machine.Device("sda5").Content = machine.Device("sda5").Content! with { Cipher = "cipher_null-ecb" };
                break;
            case "luks key is shorter":
                machine.Device("sda5").Content = machine.Device("sda5").Content! with { KeyBytes = 32 };
                break;
            case "luks lost":
                machine.Device("sda5").Content = null;
                machine.Mounts.RemoveAll(mount => mount.Path == "/mnt/i33d1t05");
                break;
            case "partition relabelled":
                ((SketchPartition)machine.Device("sda5")).Label = "spare";
                break;
            case "label twice":
                ((SketchPartition)machine.Device("sdb7")).Label = "i33d1t05";
                break;
            case "leftover signature":
                machine.Device("sda5").Leftovers.Add(new Signature("ext4", "0b5d2f6e-1111-4000-8000-00000000bbbb", null, 0x438));
                break;
            case "drive failed":
                machine.Disk("sdf").SmartPassed = false;
                break;
            default:
                Assert.Equal("nothing", fault);
                break;
        }
    }
}
