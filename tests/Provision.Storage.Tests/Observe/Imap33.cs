using Provision.Storage.Observe;

namespace Provision.Storage.Tests.Observe;

/// <summary>
/// imap33 as its operators published it: chassis 4u40, 24 drives in front behind Areca (two RAID6 sets of 20 LUKS partitions each), 12 in the
/// rear on the board (sdc to sdn in the order of their bays; two of the system, two SSD mirrors, two search arrays).
/// </summary>
public static class Imap33
{
    private const long Terabyte = 1_000_000_000_000;
    private const long Disk500G = 500_107_862_016;
    private const long Disk400G = 400_088_457_216;
    private const long Disk2T = 2_000_398_934_016;

    // Bay, device's serial; what it is follows from the size.
    private static readonly (int Bay, string Device, long Bytes, string Serial)[] Rear =
    [
        (1, "sdc", Disk500G, "3QG023NC"),
        (2, "sdd", Disk500G, "3QG023TR"),
        (3, "sde", Disk400G, "BTTV332303FA400HGN"),
        (4, "sdf", Disk2T, "WDWMAY04568236"),
        (5, "sdg", Disk2T, "WDWMAY04585688"),
        (6, "sdh", Disk400G, "BTTV3322038L400HGN"),
        (7, "sdi", Disk2T, "WDWMAY04606266"),
        (8, "sdj", Disk2T, "WDWMAY04567563"),
        (9, "sdk", Disk400G, "BTTV323101EM400HGN"),
        (10, "sdl", Disk2T, "WDWMAY00250279"),
        (11, "sdm", Disk2T, "WDWMAY04567237"),
        (12, "sdn", Disk400G, "BTTV324100F9400HGN"),
    ];

    // The models of the 24 published drives, in the order of the slots.
    private static readonly string[] Front =
    [
        "WDC WD2003FYYS-02W0B0", "WDC WD2003FYYS-02W0B0", "WDC WD2000FYYZ-01UL1B0", "WDC WD2003FYYS-02W0B0", "WDC WD2003FYYS-02W0B0", "WDC WD2003FYYS-02W0B0",
        "WDC WD2003FYYS-02W0B1", "WDC WD2003FYYS-02W0B0", "WDC WD2000F9YZ-09N20L0", "WDC WD2003FYYS-02W0B1", "WDC WD2003FYYS-02W0B1", "WDC WD2003FYYS-02W0B1",
        "WDC WD2003FYYS-02W0B0", "WDC WD2003FYYS-02W0B0", "WDC WD2003FYYS-02W0B0", "WDC WD2000FYYZ-01UL1B0", "WDC WD2003FYYS-02W0B0", "WDC WD2003FYYS-02W0B0",
        "WDC WD2003FYYS-02W0B0", "WDC WD2003FYYS-02W0B0", "WDC WD2003FYYS-02W0B0", "WDC WD2003FYYS-02W0B0", "WDC WD2002FYPS-01U1B1", "WDC WD2003FYYS-02W0B0",
    ];

    /// <summary>The machine, well and running; change what the test is about.</summary>
    public static MachineSketch Sketch()
    {
        var machine = new MachineSketch("imap33") { Macs = { "00:00:5e:00:53:20", "00:00:5e:00:53:21" } };
        Areca(machine);
        foreach (var (bay, device, bytes, serial) in Rear)
        {
            var disk = new SketchDisk
            {
                Name = device,
                Bytes = bytes,
                Bus = SketchBus.Sata,
                Place = bay,
                Model = bytes == Disk500G ? "ST3500320NS" : bytes == Disk400G ? "INTEL SSDSC2BA400G3" : "WDC WD2003FYYS-02W0B0",
                Serial = serial,
                Wwn = Ids.Wwn(serial),
                Rotational = bytes != Disk400G,
            };
            if (bytes == Disk500G)
            {
                disk.Add(1 << 20, type: "21686148-6449-6E6F-744E-656564454649");
                disk.Add(Disk500G - (4 << 20), "os", type: "A19D880F-05FC-4D3B-A006-743F0F84911E");
            }

            machine.Disks.Add(disk);
        }

        // The maker's mapping is device order; the kernel numbers the system's own array last, as it was made last.
        machine.Arrays.Add(SketchMd.Of("imap33", "md0", "ssd33d1", "raid1", 400_000_000_000, SketchContent.Ext4("ssd33d1", "ssd33d1"), "sde", "sdh"));
        machine.Arrays.Add(SketchMd.Of("imap33", "md1", "ssd33d2", "raid1", 400_000_000_000, SketchContent.Ext4("ssd33d2", "ssd33d2"), "sdk", "sdn"));
        machine.Arrays.Add(SketchMd.Of("imap33", "md2", "i33d1search", "raid10", 3 * Terabyte, SketchContent.LuksExt4("i33d1search", "i33d1search"), "sdf",
            "sdi", "sdl"));
        machine.Arrays.Add(SketchMd.Of("imap33", "md3", "i33d2search", "raid10", 3 * Terabyte, SketchContent.LuksExt4("i33d2search", "i33d2search"), "sdg",
            "sdj", "sdm"));
        machine.Arrays.Add(SketchMd.Of("imap33", "md127", "os", "raid1", Disk500G - (8 << 20), SketchContent.Ext4("imap33-os", "root"), "sdc2", "sdd2"));
        machine.Mounts.AddRange([("/", "md127", "ext4"), ("/run", "tmpfs", "tmpfs"), ("/mnt/ssd33d1", "md0", "ext4"), ("/mnt/ssd33d2", "md1", "ext4"),
            ("/mnt/i33d1search", "i33d1search", "ext4"), ("/mnt/i33d2search", "i33d2search", "ext4")]);
        return machine;
    }

    private static void Areca(MachineSketch machine)
    {
        var areca = new SketchAreca();
        for (var half = 1; half <= 2; half++)
        {
            var volume = $"i33d{half}spool";
            areca.Volumes.Add((volume, volume, "Raid6", 20_000.0, "Normal"));
            var lun = new SketchDisk
            {
                Name = half == 1 ? "sda" : "sdb",
                Bytes = (20 * Terabyte) + (4 << 20),
                Bus = SketchBus.Areca,
                Place = half,
                Model = volume,
                Serial = "0000003312345678", // every volume of a controller has the controller's
                Wwn = $"0x001b4d2{half}33123456",
            };
            for (var number = 1; number <= 20; number++)
            {
                var label = $"i33d{half}t{number:00}";
                lun.Add(Terabyte, label, SketchContent.LuksExt4(label, label));
                machine.Mounts.Add(($"/mnt/{label}", label, "ext4"));
            }

            machine.Disks.Add(lun);
        }

        for (var slot = 1; slot <= 8; slot++)
        {
            areca.Drives.Add(new SketchArecaDrive { Enclosure = 1, Slot = $"Slot#{slot}" });
        }

        for (var slot = 1; slot <= 24; slot++)
        {
            areca.Drives.Add(new SketchArecaDrive
            {
                Enclosure = 2,
                Slot = $"Slot {slot:00}",
                Model = Front[slot - 1],
                Gigabytes = 2000.4,
                Usage = slot <= 12 ? "i33d1spool" : "i33d2spool",
                Serial = $"WD-WMAY0{Ids.Digits($"imap33/front/{slot}", 7)}",
            });
        }

        machine.Arecas.Add(areca);
    }
}
