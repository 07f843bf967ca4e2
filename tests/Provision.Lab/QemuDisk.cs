namespace Provision.Lab;

/// <summary>A disk of a virtual machine.</summary>
/// <param name="Image">The file with its sectors.</param>
/// <param name="Place">Where it is plugged in.</param>
/// <param name="Serial">What it tells as its serial number: 20 characters; 36 behind a RAID controller.</param>
public sealed record QemuDisk(string Image, DiskPlace Place, string Serial)
{
    /// <summary>What it tells as its model, or as its product: 40 characters for AHCI, 16 for SCSI. NVMe has QEMU's own.</summary>
    public string? Model { get; init; }

    /// <summary>SCSI vendor: 8 characters.</summary>
    public string? Vendor { get; init; }

    /// <summary>World wide name (AHCI and SCSI), or EUI-64 (NVMe).</summary>
    public ulong? Wwn { get; init; }

    /// <summary>Whether it says that it does not rotate (AHCI and SCSI).</summary>
    public bool Ssd { get; init; }

    /// <summary>Where firmware has it in the order of what it starts from; null where it never does.</summary>
    public int? BootIndex { get; init; }
}
