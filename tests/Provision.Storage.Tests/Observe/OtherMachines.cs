using Provision.Storage.Observe;

namespace Provision.Storage.Tests.Observe;

/// <summary>Machines that are not like imap33.</summary>
public static class OtherMachines
{
    /// <summary>Two virtual disks and nothing else.</summary>
    public static MachineSketch Small()
    {
        var machine = new MachineSketch("small") { Macs = { "00:00:5e:00:53:01" }, Mounts = { ("/", "vda1", "ext4") } };
        machine.SataControllers.Clear();
        var disk = new SketchDisk { Name = "vda", Bytes = 8L << 30, Bus = SketchBus.Virtio, Serial = "V1" };
        disk.Add(4L << 30, "root", SketchContent.Ext4("small", "root"));
        machine.Disks.AddRange([disk, new SketchDisk { Name = "vdb", Bytes = 1L << 30, Bus = SketchBus.Virtio, Serial = "V2" }]);
        return machine;
    }

    /// <summary>
    /// Everything at once: NVMe in numbered slots with a pool, SAS, two SATA controllers that the kernel found in the wrong order, LUKS1,
    /// arrays that are not assembled and stale, two Areca controllers of which one counts from 0, leftovers, no udev.
    /// </summary>
    public static MachineSketch Odd()
    {
        var machine = new MachineSketch("odd") { Macs = { "00:00:5e:00:53:02" }, UdevRuns = false };
        machine.SataControllers.Clear();
        machine.SataControllers.AddRange([("0000:08:00.0", 2), ("0000:00:1f.2", 4)]);

        var pool = new SketchPool { Name = "tank", Guid = 16560801190095409780 };
        for (var slot = 1; slot <= 4; slot++)
        {
            var drive = new SketchDisk
            {
                Name = $"nvme{slot}n1",
                Bytes = 1L << 40,
                Bus = SketchBus.Nvme,
                Place = slot,
                Model = "MICRON_7450",
                Serial = $"NV{slot}",
                Wwn = $"eui.00253845000{slot}",
                Rotational = false
            };
            drive.Add(1L << 39, $"zfs{slot}", type: "6A898CC3-1DD2-11B2-99A6-080020736631");
            pool.Members.Add(drive.Partitions[0].Name);
            machine.Disks.Add(drive);
        }

        pool.Datasets.Add(("tank", "/tank", true, "off", "-", 0));
        pool.Datasets.Add(("tank/mail 1", "/srv/mail 1", true, "aes-256-gcm", "available", 1L << 40));
        pool.Datasets.Add(("tank/locked", "/srv/locked", false, "aes-256-gcm", "unavailable", 0));
        machine.Pools.Add(pool);
        machine.Pools.Add(new SketchPool { Name = "cold", Guid = 77, Imported = false, Members = { "sdz" } });
        machine.Mounts.Add(("/srv/mail 1", "tank/mail 1", "zfs"));

        machine.Disks.Add(Sata("sda", 5, content: new SketchContent("crypto_LUKS", Ids.Uuid("luks1"), null) { Version = 1 }));
        machine.Disks.Add(Sata("sdb", 1, leftover: new Signature("ext4", Ids.Uuid("old"), "old", 0x438)));
        machine.Disks.Add(Sata("sdc", 2));
        machine.Disks.Add(Sata("sdd", 3));
        machine.Disks.Add(Sata("sde", 4));
        machine.Disks.Add(new SketchDisk
        {
            Name = "sdz",
            Bytes = 1L << 40,
            Bus = SketchBus.Sas,
            Place = 5,
            Model = "SEAGATE ST8000NM0075",
            Serial = "ZA1",
            Wwn = "0x5000c50000000005"
        });

        var stopped = SketchMd.Of("odd", "", "stopped", "raid10", 2L << 40, null, "sdb", "sdc", "sdd");
        stopped.Device = null;
        stopped.Members[2].Events = 12;
        machine.Arrays.Add(stopped);
        var mirror = SketchMd.Of("odd", "md9", "mirror", "raid1", 1L << 40, SketchContent.Ext4("mirror", "mirror"), "sde", "sdgone");
        mirror.Members.RemoveAt(1);
        machine.Arrays.Add(mirror);

        for (var controller = 1; controller <= 2; controller++)
        {
            var areca = new SketchAreca();
            areca.Volumes.Add(($"vol {controller}", "Raid Set # 000", "Raid1+0", 4000.8, controller == 1 ? "Rebuilding(35.3%)" : "Degraded"));
            for (var slot = 0; slot < 3; slot++)
            {
                areca.Drives.Add(new SketchArecaDrive
                {
                    Enclosure = 2,
                    Slot = controller == 1 ? $"Slot{slot:00}" : $"SLOT {slot + 1:000}",
                    Model = slot == 1 ? "N.A." : "HITACHI HUS724040ALE640",
                    Gigabytes = slot == 1 ? 0 : 4000.8,
                    Usage = slot == 1 ? "N.A." : slot == 2 ? "Failed" : "Raid Set # 000",
                    Serial = $"H{controller}{slot}",
                    MediaErrors = slot == 0 && controller == 2 ? 4 : 0,
                });
            }

            machine.Arecas.Add(areca);
        }

        return machine;
    }

    private static SketchDisk Sata(string name, int port, SketchContent? content = null, Signature? leftover = null)
    {
        var disk = new SketchDisk
        {
            Name = name,
            Bytes = 1L << 40,
            Bus = SketchBus.Sata,
            Place = port,
            Model = "WDC WD2003FYYS-02W0B0",
            Serial = $"S{port}",
            Wwn = $"0x500000000000000{port}",
            Content = content
        };
        if (leftover is not null)
        {
            disk.Leftovers.Add(leftover);
        }

        return disk;
    }
}
