using Provision.Inventory;
using Provision.Storage.Observe;

namespace Provision.Storage.Tests.Observe;

/// <summary>Buses, levels and states that imap33 does not have.</summary>
public class OtherMachinesTests
{
    private static readonly ObservedStorage Odd = OtherMachines.Odd().Observe();

    [Fact]
    public void Nothing_is_left_unknown() => Assert.Empty(Odd.Problems);

    [Fact]
    public void Ports_are_counted_by_address_and_not_by_what_the_kernel_found_first()
    {
        Assert.Equal([(5, "sda"), (1, "sdb"), (2, "sdc"), (3, "sdd"), (4, "sde")],
            Odd.Drives.Where(drive => drive.Bus?.AtaPort is not null).Select(drive => (drive.Bus!.AtaPort!.Value, drive.Device!)));
        Assert.Equal("0000:08:00.0", Odd.Find("sda")!.Bus!.Pci);
    }

    [Fact]
    public void Nvme_drives_are_in_slots_and_sas_drives_at_phys()
    {
        Assert.Equal(["1 nvme1n1", "2 nvme2n1", "3 nvme3n1", "4 nvme4n1"],
            Odd.Drives.Where(drive => drive.Media == DriveMedia.Nvme).Select(drive => $"{drive.Bus!.PciSlot} {drive.Device}"));
        Assert.Equal((5, "sas"), (Odd.Find("sdz")!.Bus!.Phy, Odd.Find("sdz")!.Transport));
    }

    [Fact]
    public void Without_udev_a_disk_is_known_all_the_same()
    {
        var disk = Odd.Find("sdb")!;
        Assert.Equal(("WDC WD2003FYYS-02W0B0", "S1", "0x5000000000000001"), (disk.Model, disk.Serial, disk.Wwn));
        Assert.Equal(("MICRON_7450", "NV2", "eui.002538450002"), (Odd.Find("nvme2n1")!.Model, Odd.Find("nvme2n1")!.Serial, Odd.Find("nvme2n1")!.Wwn));
        Assert.Equal("zfs2", Odd.Find("nvme2n1p1")!.PartitionLabel);
    }

    [Fact]
    public void Pools_are_known_whether_imported_or_not()
    {
        Assert.Equal(
            ["tank True Normal nvme1n1p1,nvme2n1p1,nvme3n1p1,nvme4n1p1 12648430", "cold False Inactive sdz 12648430"],
            Odd.Pools.Select(pool => $"{pool.Name} {pool.Imported} {pool.Health} {string.Join(',', pool.Members)} {pool.HostId}"));
        Assert.Equal(["tank True 0", "tank/mail 1 True 1099511627776", "tank/locked False 0"],
            Odd.Pools[0].Datasets.Select(set => $"{set.Name} {set.KeyAvailable} {set.Quota}"));
        Assert.Equal(("/srv/mail 1", "tank/mail 1"), (Odd.Mounts[0].Path, Odd.Mounts[0].Source));
    }

    [Fact]
    public void An_array_that_is_not_assembled_is_known_with_its_stale_member()
    {
        var array = Odd.Arrays.Single(array => array.Name == "stopped");
        Assert.Equal((null, SetHealth.Inactive, 3), (array.Device, array.State, array.Places));
        Assert.Equal(["sdb in_sync", "sdc in_sync", "sdd stale"], array.Members.Select(member => $"{member.Device} {member.State}"));
    }

    [Fact]
    public void A_degraded_array_says_so() =>
        Assert.Equal((SetHealth.Degraded, 2, 1), Odd.Arrays.Where(array => array.Name == "mirror")
            .Select(array => (array.State, array.Places, array.Members.Count)).Single());

    [Theory]
    [InlineData("clean", "idle", "none", 0, SetHealth.Normal, null)]
    [InlineData("active", "recover", "3530 / 10000", 1, SetHealth.Rebuilding, "recovery 35.3%")]
    [InlineData("clean", "idle", "none", 1, SetHealth.Degraded, null)]
    [InlineData("active", "check", "1 / 4", 0, SetHealth.Busy, "check 25.0%")]
    [InlineData("active", "resync", "delayed", 0, SetHealth.Busy, "resync")]
    [InlineData("read-auto", "idle", "none", 0, SetHealth.Normal, null)]
    [InlineData("inactive", "idle", "none", 0, SetHealth.Inactive, null)]
    [InlineData("broken", "idle", "none", 2, SetHealth.Failed, null)]
    public void The_state_of_an_array_is_the_kernels(string state, string action, string completed, int lost, SetHealth health, string? progress)
    {
        var machine = Imap33.Sketch();
        var sketch = machine.Array("ssd33d1");
        (sketch.State, sketch.Action, sketch.Completed) = (state, action, completed);
        sketch.Members.Take(lost).ToList().ForEach(member => member.State = "faulty");
        var array = machine.Observe().Arrays.Single(array => array.Name == "ssd33d1");
        Assert.Equal((health, progress, state == "read-auto"), (array.State, array.Progress, array.ReadOnly));
        Assert.Equal(lost, array.Members.Count(member => member is { State: "faulty", Role: null }));
    }

    [Fact]
    public void A_stale_member_beside_its_array_is_named()
    {
        var machine = Imap33.Sketch();
        machine.Array("i33d1search").Members[2].State = "stale";
        machine.Array("i33d1search").Members[2].Events = 1;
        var array = machine.Observe().Arrays.Single(array => array.Name == "i33d1search");
        Assert.Equal(["sdf in_sync", "sdi in_sync", "sdl stale"], array.Members.Select(member => $"{member.Device} {member.State}"));
        Assert.Equal(SetHealth.Degraded, array.State);
    }

    [Fact]
    public void Something_old_beside_something_new_is_two_signatures()
    {
        Assert.Equal(["ext4", "linux_raid_member"], Odd.Find("sdb")!.Signatures.Select(signature => signature.Type));
        Assert.Null(Odd.Find("sdb")!.Signature);
        Assert.Equal("zfs_member", Odd.Find("sdz")!.Signature!.Type); // seen several times on the disk, and still one thing
    }

    [Fact]
    public void Luks1_is_read_from_its_text()
    {
        var luks = Odd.Find("sda")!.Luks!;
        Assert.Equal((1, "aes-xts-plain64", 64, "pbkdf2"), (luks.Version, luks.Cipher, luks.KeyBytes, luks.Kdfs[0]));
    }

    [Fact]
    public void Two_controllers_are_told_apart_and_slots_count_from_one()
    {
        Assert.Equal(
            ["1 2/1 Raid Set # 000 H10 Good", "1 2/3 Failed H12 Failed", "2 2/1 Raid Set # 000 H20 Worn", "2 2/3 Failed H22 Failed"],
            Odd.Drives.Where(drive => drive.Areca is not null).Select(drive =>
                $"{drive.Areca!.Controller} {drive.Areca.Enclosure}/{drive.Areca.Slot} {drive.Areca.Usage} {drive.Serial} {drive.Health.Verdict}"));
        Assert.Equal(["1 vol 1 Raid Set # 000 Rebuilding", "2 vol 2 Raid Set # 000 Degraded"],
            Odd.ArecaVolumes.Select(volume => $"{volume.Controller} {volume.Name} {volume.RaidSet} {volume.Health}"));
    }

    [Fact]
    public void A_table_that_cannot_be_read_leaves_its_signature()
    {
        var machine = OtherMachines.Small();
        machine.MissingPrograms.Add("sfdisk");
        var disk = machine.Observe().Find("vda")!;
        Assert.Null(disk.Table);
        Assert.Equal(["gpt", "PMBR"], disk.Signatures.Select(signature => signature.Type));
        Assert.False(disk.IsBlank);
    }

    [Fact]
    public void A_controller_that_refuses_is_a_problem_and_its_drives_are_not_well()
    {
        var record = Imap33.Sketch().Record();
        record.Runs["cli64 vsf info"] = new Answer(0, "GuiErrMsg<0x08>: Password Required.\n", "");
        record.Runs["cli64 disk info drv=9"] = new Answer(0, "Drive Information\n", "");
        var observed = StorageObserver.Observe(new BundleReader(record));
        Assert.Equal(["the answer is cut off", "GuiErrMsg<0x08>: Password Required."],
            observed.Problems.Select(problem => problem.Message.Split(": what is")[0]).Order(StringComparer.Ordinal).Reverse());
        Assert.Equal((null, HealthVerdict.Unknown), observed.Drives.Where(drive => drive.Areca?.Slot == 1).Select(drive => (drive.Serial, drive.Health.Verdict))
            .Single());
    }

    [Fact]
    public void A_signature_that_is_not_understood_leaves_nothing_known_to_be_blank()
    {
        var record = OtherMachines.Small().Record();
        var key = record.Runs.Keys.Single(key => key.StartsWith("wipefs", StringComparison.Ordinal));
        record.Runs[key] = record.Runs[key] with { Output = record.Runs[key].Output.Replace("\"vda1\"", "\"vdq1\"", StringComparison.Ordinal) };
        var observed = StorageObserver.Observe(new BundleReader(record));
        Assert.DoesNotContain(observed.Devices, device => device.IsBlank);
        Assert.NotEmpty(observed.Problems);
    }

    /// <summary>
    /// Captured by "provision capture" in user-mode Linux with the tools of Debian 12: three disks in a raid10 of which one failed, LUKS2
    /// with ext4 and a blank partition on the fourth, and a device-mapper device on which every read fails.
    /// </summary>
    [Fact]
    public void What_a_real_kernel_and_real_tools_say_is_understood()
    {
        var problems = new Provision.Core.DiagnosticBag();
        var path = Path.Combine(Path.GetDirectoryName(Imap33Tests.BundlePath)!, "uml-degraded.tar.zst");
        var observed = StorageObserver.Observe(Bundle.Read(path, problems)!);
        Assert.Contains("Input/output error", Assert.Single(observed.Problems).Message, StringComparison.Ordinal);
        Assert.Equal(["S0", "S1", "S2", "S3"], observed.Devices.Where(device => device.Kind == BlockKind.Disk).Select(device => device.Serial!));
        var array = Assert.Single(observed.Arrays);
        Assert.Equal(("md127", "search", "raid10", SetHealth.Degraded, 3), (array.Device, array.Name, array.Level, array.State, array.Places));
        Assert.Equal(["ubda 0 in_sync", "ubdc 2 in_sync", "ubdb  faulty"], array.Members.Select(member => $"{member.Device} {member.Role} {member.State}"));
        Assert.True(observed.Find("ubdb")!.Md!.Events < observed.Find("ubda")!.Md!.Events);
        Assert.Equal(("i33d1t01", "i33d1t01", "aes-xts-plain64"),
            (observed.Find("ubdd1")!.PartitionLabel, observed.Find("ubdd1")!.Luks!.Label, observed.Find("ubdd1")!.Luks!.Cipher));
        Assert.Equal((BlockKind.Crypt, "i33d1t01", "ext4"),
            (observed.Find("dm-0")!.Kind, observed.Find("dm-0")!.MapperName, observed.Find("dm-0")!.Signature!.Type));
        Assert.Contains(observed.Mounts, mount => mount.Path == "/mnt/x" && mount.Number == observed.Find("dm-0")!.Number);
        Assert.Equal(["md127", "ubdd2"], observed.Devices.Where(device => device.IsBlank).Select(device => device.Name));
        Assert.False(observed.Find("dm-1")!.IsBlank);
    }

    [Fact]
    public void Names_of_devices_do_not_matter()
    {
        var machine = Imap33.Sketch();
        machine.Disk("sdn").Name = "sdaa";
        machine.Array("ssd33d2").Members.Single(member => member.Device == "sdn").Device = "sdaa";
        var drive = machine.Observe().Drives.Single(drive => drive.Bus?.AtaPort == 12);
        Assert.Equal(("sdaa", "BTTV324100F9400HGN"), (drive.Device, drive.Serial));
    }

    [Fact]
    public void A_sleeping_drive_is_not_woken_and_its_health_is_not_known()
    {
        var machine = Imap33.Sketch();
        machine.Disk("sdf").Standby = true;
        var observed = machine.Observe();
        Assert.Equal(HealthVerdict.Unknown, observed.Drives.Single(drive => drive.Device == "sdf").Health.Verdict);
        Assert.Empty(observed.Problems);
    }
}
