using Provision.Inventory;

namespace Provision.Lab;

/// <summary>imap50: UEFI, eight NVMe drives in slots with a pool, two SSDs for the system.</summary>
internal sealed class Nvme : DatacentreHost
{
    private readonly string variables;

    /// <summary>Builds the machine.</summary>
    public Nvme(Datacentre datacentre)
        : base(datacentre, "imap50")
    {
        variables = Ovmf.Variables(Path.Combine(datacentre.Folder.Path, "imap50-variables"));
        Disks =
        [
            .. Enumerable.Range(1, 8).Select(slot => new QemuDisk(Image($"nvme{slot}", 200), new NvmeSlot(slot), Serial(slot))),
            .. Enumerable.Range(1, 2).Select(bay => new QemuDisk(Image($"os{bay}", 4000), new AhciPort(0, bay - 1), $"OS{bay:00}") { Model = "INTEL SSDSC2BB",
                Ssd = true, Wwn = StorageLab.Wwn(bay), BootIndex = bay }),
        ];
    }

    /// <inheritdoc/>
    protected override string? Variables => variables;

    /// <inheritdoc/>
    protected override IReadOnlyList<(string Set, IReadOnlyList<string> Serials)> Sets => [("nvme", [.. Enumerable.Range(1, 8).Select(Serial)])];

    /// <summary>Serial of a slot's drive.</summary>
    public static string Serial(int slot) => $"PHLN{slot:000}";

    /// <inheritdoc/>
    protected override DriveRecordText Recorded(DriveRecordText text) =>
        Datacentre.Fleet().FindChassis("dcnvme")!.Panels.SelectMany(panel => panel.Bays).Aggregate(
            text, (known, bay) => known.WithDrive(bay, new DriveIdentity(bay.Panel == "front" ? Serial(bay.Number) : $"OS{bay.Number:00}", null, null, null)));
}
