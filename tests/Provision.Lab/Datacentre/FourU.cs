using Provision.Inventory;

namespace Provision.Lab;

/// <summary>imap33: BIOS, nine drives at two SATA controllers, and a volume of a RAID controller.</summary>
internal sealed class FourU : DatacentreHost
{
    private const string Volume = "i33d1spool";
    private const int SystemMegabytes = 4000, DataMegabytes = 200, VolumeMegabytes = 10_000;

    /// <summary>Builds the machine.</summary>
    public FourU(Datacentre datacentre)
        : base(datacentre, "imap33") =>
        Disks =
        [
            .. Enumerable.Range(1, 9).Where(bay => bay < 9).Select(bay => new QemuDisk(Image($"bay{bay}", bay <= 2 ? SystemMegabytes : DataMegabytes),
                Bay(bay), Serial(bay))
            {
                Model = bay is 3 or 6 ? "INTEL SSDSC2BB" : "ST4000NM0035",
                Ssd = bay is 3 or 6,
                Wwn = StorageLab.Wwn(bay),
                BootIndex = bay <= 2 ? bay : null,
            }),
            new QemuDisk(Image("volume", VolumeMegabytes), new ScsiUnit(0, 0), "0000002000DA") { Vendor = "Areca", Model = Volume, Wwn = StorageLab.Wwn(101) },
        ];

    /// <inheritdoc/>
    protected override IReadOnlyList<(string Set, IReadOnlyList<string> Serials)> Sets =>
        [("d1spool", ["FRONT01", "FRONT02"]), ("d1ssd", [Serial(3), Serial(6)]), ("d1search", [Serial(4), Serial(5), Serial(7)])];

    /// <summary>The place of a bay: the controller that the kernel finds first has the bays 1 to 6.</summary>
    public static AhciPort Bay(int bay) => new(bay <= 6 ? 1 : 0, (bay - 1) % 6);

    /// <summary>Serial of a bay's drive.</summary>
    public static string Serial(int bay) => $"BAY{bay:00}";

    /// <inheritdoc/>
    protected override DriveRecordText Recorded(DriveRecordText text)
    {
        var panels = Datacentre.Fleet().FindChassis("dc4u")!.Panels;
        foreach (var bay in panels.First(panel => panel.Name == "rear").Bays.Where(bay => bay.Number < 9))
        {
            text = text.WithDrive(bay, new DriveIdentity(Serial(bay.Number), null, null, null));
        }

        return text.WithUnit(Volume, new UnitIdentity(null, $"0x{StorageLab.Wwn(101):x}", null));
    }

    /// <summary>The controller's tool: there is none for a virtual machine, and its driver is not loaded.</summary>
    protected override string Prepare(BootedMachine machine)
    {
        var areca = Datacentre.Folder.Folder("areca");
        new ArecaTool(Path.Combine(areca, "cli64")).Write([("FRONT01", Volume), ("FRONT02", Volume)], [(Volume, Volume, "Normal")]);
        var files = string.Concat(Directory.GetFiles(Path.Combine(areca, "cli64")).Select(file =>
            $"cat > /lab/cli64/{Path.GetFileName(file)} <<'FILE'\n{File.ReadAllText(file)}\nFILE\n"));
        return $"""
            mkdir -p /lab/cli64
            {files}
            install -m 755 /lab/cli64/cli64 /usr/local/bin/
            mount -t tmpfs drivers /sys/bus/pci/drivers
            mkdir /sys/bus/pci/drivers/arcmsr
            ln -s ../../../../devices/pci0000:00/0000:00:05.0 /sys/bus/pci/drivers/arcmsr/0000:00:05.0

            """;
    }
}
