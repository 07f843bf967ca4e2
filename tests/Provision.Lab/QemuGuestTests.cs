using System.Globalization;
using Xunit.Abstractions;

namespace Provision.Lab;

/// <summary>The virtual machines are what their description says: the bays of a disk are where the kernel finds it.</summary>
public sealed class QemuGuestTests(ITestOutputHelper output) : IDisposable
{
    private const int Bays = 12;
    private readonly LabFolder folder = new();

    private string Shared => folder.Folder("shared");

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_4u40s_bays_are_ports_and_its_RAID_volumes_are_told_apart_by_their_WWN()
    {
        var machine = new QemuMachine { Disks = [.. Enumerable.Range(0, Bays).Select(Bay), Volume(0), Volume(1)] };
        using var guest = Boot(machine);
        var found = guest.Run("lsblk --bytes --nodeps --noheadings --pairs --output NAME,SERIAL,WWN,VENDOR,MODEL,SIZE,TRAN | sort; ls -l /dev/disk/by-path").OrThrow().Text;
        var ports = guest.Run("""
            for disk in /sys/block/sd*; do
                device=$(readlink -f $disk/device)
                port=$(echo $device | grep -o '/ata[0-9]*/') || continue
                echo $(udevadm info --query=property --property=ID_SERIAL_SHORT --value --name=${disk##*/}) $(echo $device | grep -oE '0000:00:[0-9a-f.]+') $(cat /sys/class/ata_port/$(basename $port)/port_no)
            done | sort
            """).OrThrow().Text;
        output.WriteLine($"{guest.BootTime.TotalSeconds:F1} s\n{found}\n{ports}");

        // The kernel counts a controller's ports from 1.
        Assert.Equal(Enumerable.Range(0, Bays).Select(bay => $"BAY{bay:00} {(bay < 6 ? "0000:00:1f.2" : "0000:00:04.0")} {(bay % 6) + 1}"),
            ports.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        foreach (var bay in Enumerable.Range(0, Bays))
        {
            Assert.Matches($"SERIAL=\"BAY{bay:00}\" WWN=\"0x{Wwn(bay):x}\" VENDOR=\"ATA *\" MODEL=\"ST4000NM0035\" SIZE=\"{64 << 20}\" TRAN=\"sata\"", found);
            Assert.Contains($"pci-0000:00:{(bay < 6 ? "1f.2" : "04.0")}-ata-{(bay % 6) + 1} ->", found, StringComparison.Ordinal);
        }

        foreach (var volume in Enumerable.Range(0, 2))
        {
            Assert.Matches($"SERIAL=\"0000002000DA\" WWN=\"0x{Wwn(100 + volume):x}\" VENDOR=\"Areca *\" MODEL=\"i33d1spool\"", found);
            Assert.Contains($"-scsi-0:0:0:{volume} ->", found, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void An_NVMe_drives_slot_is_told_by_its_port_and_drives_come_and_go()
    {
        QemuDisk Drive(int slot) => new(folder.Disk($"nvme{slot}", 64), new NvmeSlot(slot), $"PHLN{slot:000}");
        var stick = new QemuDisk(folder.Disk("stick", 16), new UsbPort(1), "4C530001");
        var volume = new QemuDisk(folder.Disk("volume", 16), new ScsiUnit(0, 3), "VOLUME3") { Wwn = Wwn(3) };
        using var guest = Boot(new QemuMachine { Disks = [Drive(7), Drive(3), Drive(41), stick, volume], EmptySlots = [12], Macs = ["00:00:5e:00:53:21"] });
        output.WriteLine($"{guest.BootTime.TotalSeconds:F1} s");
        output.WriteLine(guest.Run("lsblk -o NAME,SERIAL,WWN,MODEL,TRAN,HOTPLUG; ls -l /dev/disk/by-id /dev/disk/by-path /sys/bus/pci/slots").Text);

        Assert.Equal("3 PHLN003\n41 PHLN041\n7 PHLN007\n", Slots(guest));
        Assert.Equal("usb\n", guest.Run("lsblk --nodeps --noheadings --output TRAN $(readlink -f /dev/disk/by-id/usb-*4C530001*-0:0)").OrThrow().Text);
        Assert.Equal("00:00:5e:00:53:21\n", guest.Run("cat /sys/class/net/eth0/address").OrThrow().Text);

        guest.AddDisk(Drive(12));
        guest.RemoveDisk(new NvmeSlot(7));
        guest.RemoveDisk(volume.Place);
        guest.Run("for i in $(seq 1200); do [ -e /dev/disk/by-id/nvme-*PHLN012 ] && [ ! -e /dev/disk/by-id/nvme-*PHLN007 ] && exit 0; sleep 0.1; done; exit 1").OrThrow();
        Assert.Equal("12 PHLN012\n3 PHLN003\n41 PHLN041\n", Slots(guest));
        Assert.DoesNotContain("VOLUME3", guest.Run("lsblk -o SERIAL").OrThrow().Text, StringComparison.Ordinal);
    }

    [Fact]
    public void An_encrypted_pool_is_there_again_when_the_disks_are_in_another_order()
    {
        string[] images = [folder.Disk("a", 128), folder.Disk("b", 128), folder.Disk("c", 128)];
        QemuMachine Machine(params int[] ports) =>
            new()
            {
                Disks = [.. images.Select((image, index) => new QemuDisk(image, new AhciPort(0, ports[index]),
                "DISK" + "ABC"[index]) { Wwn = Wwn(index) })]
            };
        using (var guest = Boot(Machine(0, 1, 2)))
        {
            guest.Run("""
                set -e
                echo 'a passphrase' > /run/key
                zpool create -O encryption=on -O keyformat=passphrase -O keylocation=file:///run/key -m /tank tank mirror /dev/disk/by-id/ata-*DISKA /dev/disk/by-id/ata-*DISKB
                zpool add tank spare /dev/disk/by-id/ata-*DISKC
                echo mail > /tank/message
                """).OrThrow();
            guest.PowerOff();
            output.WriteLine($"{guest.BootTime.TotalSeconds:F1} s");
        }

        using (var guest = Boot(Machine(2, 0, 1)))
        {
            Assert.Equal("mail\n", guest.Run(
                "set -e; echo 'a passphrase' > /run/key; zpool import -d /dev/disk/by-id -l tank >&2; cat /tank/message").OrThrow().Text);
            output.WriteLine($"{guest.BootTime.TotalSeconds:F1} s; {guest.Run("zpool status").Text}");
        }
    }

    [Fact]
    public void A_synced_file_survives_a_power_cut_and_a_script_that_does_not_end_is_a_failure_with_the_console()
    {
        var machine = new QemuMachine { Disks = [new QemuDisk(folder.Disk("a", 64), new AhciPort(0, 0), "DISKA")] };
        using (var guest = Boot(machine))
        {
            guest.Run("set -e; mkfs.ext4 -q /dev/sda; mount /dev/sda /mnt; echo mail > /mnt/message; sync; echo a word to the console > /dev/console").OrThrow();
            Assert.Equal(3, guest.Run("echo said; echo warned >&2; exit 3").ExitCode);
            var failure = Assert.Throws<InvalidOperationException>(() => guest.Run("sleep 60", TimeSpan.FromSeconds(2)));
            Assert.Contains("a word to the console", failure.Message, StringComparison.Ordinal);
            guest.CutPower();
        }

        using (var guest = Boot(machine))
        {
            Assert.Equal("mail\n", guest.Run("mount /dev/sda /mnt && cat /mnt/message").OrThrow().Text);
        }
    }

    [Fact]
    public void With_systemd_units_can_be_started_and_the_program_runs()
    {
        File.Copy(ProvisionBinary.Path, Path.Combine(Shared, "provision"));
        using var guest = Boot(new QemuMachine { Systemd = true });
        output.WriteLine($"{guest.BootTime.TotalSeconds:F1} s");
        guest.Run("systemctl start tangd.socket && curl --silent --fail http://localhost/adv > /lab/adv").OrThrow();
        Assert.Contains("payload", File.ReadAllText(Path.Combine(Shared, "adv")), StringComparison.Ordinal);
        output.WriteLine(guest.Run(
            "time /lab/provision --version; time /lab/provision --version; time cp /lab/provision /usr/local/bin/; time provision --version").OrThrow().Error);
        guest.PowerOff();
    }

    private static ulong Wwn(int number) => 0x5000c500a0000000 + (ulong)number;

    private static string Slots(QemuGuest guest) => guest.Run("""
        for slot in /sys/bus/pci/slots/*; do
            for drive in /sys/bus/pci/devices/$(cat $slot/address).0/nvme/*; do
                [ -e $drive/serial ] && echo ${slot##*/} $(cat $drive/serial)
            done
        done | sort
        """).OrThrow().Text;

    private QemuGuest Boot(QemuMachine machine) => QemuGuest.Boot(machine, Shared);

    private QemuDisk Bay(int bay) => new(folder.Disk($"bay{bay}", 64), new AhciPort(bay / 6, bay % 6), string.Create(CultureInfo.InvariantCulture,
        $"BAY{bay:00}"))
    { Model = "ST4000NM0035", Wwn = Wwn(bay) };

    private QemuDisk Volume(int unit) => new(folder.Disk($"volume{unit}", 64), new ScsiUnit(0, unit), "0000002000DA")
    {
        Vendor = "Areca",
        Model = "i33d1spool",
        Wwn = Wwn(100 + unit)
    };
}
