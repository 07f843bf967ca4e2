using Provision.Storage.Tests.Observe;

namespace Provision.Storage.Tests.Field;

/// <summary>imap51 of the sample: an nvme80 with one pool of three raidz2 vdevs over 24 NVMe drives, and two boot drives inside.</summary>
internal static class Imap51
{
    public static MachineSketch Sketch()
    {
        var machine = new MachineSketch("imap51") { Macs = { "00:00:5e:00:53:2a", "00:00:5e:00:53:2b" } };
        var pool = new SketchPool { Name = "nvme51", Guid = 7777777777777777777, Width = 8 };
        for (var slot = 1; slot <= 24; slot++)
        {
            var drive = new SketchDisk
            {
                Name = $"nvme{slot - 1}n1",
                Bytes = 3_840_755_982_336,
                Bus = SketchBus.Nvme,
                Place = slot,
                Model = "SAMSUNG MZWLL3T8HAJQ-00005",
                Serial = $"S{slot:000}AAAA",
                Wwn = $"eui.0025385b710000{slot:x2}",
                Rotational = false,
            };
            drive.Add(3_840_000_000_000, $"z{slot}", type: "6A898CC3-1DD2-11B2-99A6-080020736631");
            pool.Members.Add(drive.Partitions[0].Name);
            machine.Disks.Add(drive);
        }

        for (var number = 1; number <= 2; number++)
        {
            machine.Disks.Add(new SketchDisk
            {
                Name = number == 1 ? "sda" : "sdb",
                Bytes = 480_103_981_056,
                Bus = SketchBus.Sata,
                Place = number,
                Model = "INTEL SSDSC2KB480G8",
                Serial = $"BOOT{number}",
                Wwn = $"0x5002538e0000000{number}",
                Rotational = false,
            });
        }

        pool.Datasets.AddRange(Enumerable.Range(1, 80).Select(number =>
            ($"nvme51/sloti51t{number:00}", $"/mnt/nvme51/sloti51t{number:00}", true, "aes-256-gcm", "available", 0L)));
        machine.Pools.Add(pool);
        return machine;
    }
}
