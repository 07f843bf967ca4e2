using Xunit.Abstractions;

namespace Provision.Lab;

/// <summary>
/// The published program on whole machines: bays that are AHCI ports and NVMe slots, a controller's volumes, ZFS, two Tang servers. Each test is one
/// machine's life, because a boot takes longer than what is tested in it.
/// </summary>
[Trait("Tier", "machine")]
public sealed class StorageMachineTests(ITestOutputHelper output)
{
    [Fact]
    public void An_nvme80s_pool_comes_back_in_any_order_through_Tang_and_a_lost_drive_is_replaced()
    {
        using var lab = new StorageLab("imap50");
        var drives = Enumerable.Range(1, 8).Select(slot => new QemuDisk(lab.Disk($"nvme{slot}", 200), new NvmeSlot(slot), $"PHLN{slot:000}")).ToList();
        var system = Enumerable.Range(1, 2).Select(bay => new QemuDisk(lab.Disk($"os{bay}", 500), new AhciPort(0, bay - 1),
            $"OS{bay:00}")
        { Model = "INTEL SSDSC2BB", Ssd = true, Wwn = StorageLab.Wwn(bay) }).ToList();
        using (var guest = lab.Boot([.. drives, .. system]))
        {
            guest.Accept();
            guest.Create("nvme", drives.Select(drive => drive.Serial));
            guest.Rehearse();
            guest.Unlock();
            Assert.Equal("aes-256-gcm\n", guest.Script("zfs get -H -o value encryption nvme50/sloti50t01"));
            guest.Script("for slot in /mnt/nvme50/*; do head -c 100000 /dev/urandom > $slot/mail; done; sha256sum /mnt/nvme50/*/mail > /lab/sums");
            guest.Machine.PowerOff();
            Tell(guest);
        }

        // The last slot is found first, and a disk that was not there before is found before all.
        using (var guest = lab.Boot([.. system, .. drives.AsEnumerable().Reverse()]))
        {
            Assert.Contains("3 of 3 volumes in service", guest.Unlock(), StringComparison.Ordinal);
            guest.Script("sha256sum --check --quiet /lab/sums && grep nosuid,nodev,noexec /proc/mounts");
            guest.Diff();
            guest.Check();
            guest.Machine.PowerOff();
            Tell(guest);
        }

        var fresh = new QemuDisk(lab.Disk("new", 200), new NvmeSlot(6), "PHLN106");
        using (var guest = lab.Boot([6], [.. drives.Where(drive => drive.Serial != "PHLN006"), .. system]))
        {
            Assert.Contains("its pool nvme50 is degraded", guest.Unlock(), StringComparison.Ordinal);
            guest.Script("sha256sum --check --quiet /lab/sums");
            Assert.Contains("PHLN006", guest.Check(exitCode: 1), StringComparison.Ordinal);
            guest.Machine.AddDisk(fresh);
            guest.Script("for i in $(seq 100); do [ ! -e /dev/disk/by-id/nvme-*PHLN106 ] || exit 0; sleep 0.1; done; exit 1");
            guest.Provision("storage replace imap50 --bay front/6 --serial PHLN106 --yes");
            guest.Script("zpool wait -t resilver nvme50; zpool status -x nvme50 | grep healthy; sha256sum --check --quiet /lab/sums");
            guest.Diff();
            Tell(guest);
        }
    }

    [Fact]
    public void A_4u40_loses_power_and_names_and_has_drives_in_wrong_bays_and_serves_everything_again()
    {
        using var lab = new StorageLab("imap33");
        lab.Areca.Write(
            [.. Enumerable.Range(1, 8).Select(slot => ($"FRONT{slot:00}", slot <= 4 ? "i33d1spool" : "i33d2spool"))],
            [("i33d1spool", "i33d1spool", "Normal"), ("i33d2spool", "i33d2spool", "Normal")]);
        var rear = Enumerable.Range(1, 12).Select(bay => new QemuDisk(lab.Disk($"bay{bay}", bay <= 2 ? 500 : 200), RearBay(bay), $"BAY{bay:00}")
        {
            Model = bay % 3 == 0 ? "INTEL SSDSC2BB" : "ST4000NM0035",
            Ssd = bay % 3 == 0,
            Wwn = StorageLab.Wwn(bay),
        }).ToList();
        var first = Volume(lab.Disk("d1spool", 20_000), 0, "i33d1spool", 101);
        var second = Volume(lab.Disk("d2spool", 20_000), 0, "i33d2spool", 102);
        string names;
        using (var guest = lab.Boot([first, .. rear]))
        {
            guest.Accept();
            guest.Create("d1spool", ["FRONT01", "FRONT02", "FRONT03", "FRONT04"]);
            guest.Create("d1ssd", ["BAY03", "BAY06"]);
            guest.Create("d1search", ["BAY04", "BAY07", "BAY10"]);
            guest.Rehearse();
            Assert.Contains("5 of 5 volumes in service", guest.Unlock(), StringComparison.Ordinal);
            guest.Script("for mount in /mnt/*; do head -c 100000 /dev/urandom > $mount/mail; done; sha256sum /mnt/*/mail > /lab/sums; sync");
            names = guest.Script(NamesBySerial);
            guest.Machine.CutPower();
            Tell(guest);
        }

        // The other volume, with the same serial, is found first now, and every drive behind it has another name. A stick is left in the machine.
        var stick = new QemuDisk(lab.Disk("stick", 64), new UsbPort(1), "4C530001");
        using (var guest = lab.Boot([second, first with { Place = new ScsiUnit(0, 1) }, .. rear, stick]))
        {
            Assert.NotEqual(names, guest.Script(NamesBySerial));

            // The Tang servers are switched on when this machine has asked them already, as after a loss of power.
            var late = guest.Script("""
                pkill tangd
                provision --repo /lab/repository storage unlock imap33 --wait 10m > /run/unlock.log 2>&1 & unlock=$!
                for i in $(seq 600); do ! grep -q 'asking again' /run/unlock.log || break; sleep 1; done
                for n in 1 2; do setsid /usr/libexec/tangd -l -p 800$n /lab/tang$n > /run/tang$n.log 2>&1 & done
                wait $unlock; code=$?; cat /run/unlock.log; exit $code
                """);
            Assert.Contains("4 volumes are locked, as no key was given; asking again", late, StringComparison.Ordinal);
            Assert.Contains("5 of 5 volumes in service", guest.Unlock(), StringComparison.Ordinal);
            guest.Script("sha256sum --check --quiet /lab/sums");
            Assert.Equal("5\n", guest.Script("grep ' /mnt/' /proc/mounts | grep -c nosuid,nodev,noexec"));
            Assert.Contains("4C530001", guest.Check(), StringComparison.Ordinal);
            var lines = guest.Provision("drives imap33 --format lines");
            output.WriteLine(lines);
            Assert.Equal(Enumerable.Range(1, 12).Select(bay => $"BAY{bay:00}"),
                lines.Split([' ', '\t', '\n', ','], StringSplitOptions.RemoveEmptyEntries).Where(word => word.StartsWith("BAY", StringComparison.Ordinal)));
            guest.Machine.CutPower();
            Tell(guest);
        }

        // A drive of the mirror and a blank one have changed places. A volume is like the spool in all but its WWN. A drive is of somebody else's array.
        var swapped = rear.Select(disk => disk.Serial switch
        {
            "BAY03" => disk with { Place = RearBay(9) },
            "BAY09" => disk with { Place = RearBay(3) },
            _ =>
            disk
        });
        var twin = Volume(lab.Disk("twin", 20_000), 0, "i33d1spool", 103);
        using (var guest = lab.Boot([twin, first with { Place = new ScsiUnit(0, 1) }, .. swapped]))
        {
            var check = guest.Check(exitCode: 1);
            output.WriteLine(check);
            Assert.Matches("rear/3.*BAY09 belongs into rear/9; here belongs BAY03", check);
            Assert.Matches("rear/9.*BAY03 belongs into rear/3; here belongs BAY09", check);
            Assert.Contains("5 of 5 volumes in service", guest.Unlock(), StringComparison.Ordinal);
            guest.Script("sha256sum --check --quiet /lab/sums");

            guest.Script("drive=$(readlink -f /dev/disk/by-id/ata-*BAY05); mdadm --create /dev/md/theirs --run --level=1 --raid-devices=2 --homehost=them --name=theirs $drive missing; udevadm settle; mdadm --stop /dev/md/theirs; udevadm settle");
            var before = guest.Script("sha256sum /dev/disk/by-id/ata-*BAY05");
            var refused = guest.Create("d2search", ["BAY05", "BAY08", "BAY11"], exitCode: 2);
            Assert.Contains("it has a signature of linux_raid_member", refused, StringComparison.Ordinal);
            Assert.Equal(before, guest.Script("sha256sum /dev/disk/by-id/ata-*BAY05"));
            Tell(guest);
        }
    }

    [Fact]
    public void A_t15s_system_volume_is_not_touched_when_its_slots_are_made_beside_it()
    {
        using var lab = new StorageLab("imap14");
        lab.Areca.Write(
            [.. Enumerable.Range(1, 6).Select(slot => ($"FRONT{slot:00}", slot <= 4 ? "i14raid" : "i14search"))],
            [("i14os", "i14raid", "Normal"), ("i14spool", "i14raid", "Normal")]);
        var system = lab.Disk("os", 1000);
        new ProcessRunner().Run(Command.Of("mkfs.ext4", "-q", "-L", "system", system)).OrThrow();
        var before = StorageTrial.Hash(system);
        var ssds = Enumerable.Range(1, 2).Select(bay => new QemuDisk(lab.Disk($"ssd{bay}", 200), new AhciPort(0, bay - 1),
            $"SSD{bay:00}")
        { Model = "INTEL SSDSC2BB", Ssd = true, Wwn = StorageLab.Wwn(bay) }).ToList();
        QemuDisk[] volumes = [Volume(system, 0, "i14os", 101), Volume(lab.Disk("spool", 19_000), 1, "i14spool", 102)];
        using (var guest = lab.Boot([.. volumes, .. ssds]))
        {
            guest.Accept();
            guest.Create("raid", ["FRONT01", "FRONT02", "FRONT03", "FRONT04"]);

            // The controller has not made this volume yet: nothing is written, and the operator is told what to do.
            Assert.Contains("name=i14search", guest.Create("search", ["FRONT05", "FRONT06"], exitCode: 1), StringComparison.Ordinal);
            guest.Rehearse();
            Assert.Contains("3 of 3 volumes in service", guest.Unlock(), StringComparison.Ordinal);
            Assert.Equal(["i14t01", "i14t02", "i14t03"], guest.Script("ls /mnt").Split('\n', StringSplitOptions.RemoveEmptyEntries));
            Assert.Equal("0\n", guest.Script("awk '{ print $7 }' /sys/block/$(basename $(readlink -f /dev/disk/by-label/system))/stat"));
            guest.Machine.PowerOff();
            Tell(guest);
        }

        Assert.Equal(before, StorageTrial.Hash(system));
    }

    private const string NamesBySerial = "lsblk --nodeps --noheadings --output SERIAL,NAME | sort";

    /// <summary>The controller that the kernel finds first has the bays 1 to 6.</summary>
    private static AhciPort RearBay(int bay) => new(bay <= 6 ? 1 : 0, (bay - 1) % 6);

    /// <summary>A volume: all of a controller have one serial.</summary>
    private static QemuDisk Volume(string image, int unit, string name, int wwn) =>
        new(image, new ScsiUnit(0, unit), "0000002000DA") { Vendor = "Areca", Model = name, Wwn = StorageLab.Wwn(wwn) };

    private void Tell(StorageGuest guest) => output.WriteLine(string.Join('\n', guest.Times));
}
