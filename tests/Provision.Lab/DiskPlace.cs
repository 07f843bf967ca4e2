namespace Provision.Lab;

/// <summary>Where a disk is plugged in.</summary>
/// <param name="Id">Its name for QEMU; one disk each.</param>
public abstract record DiskPlace(string Id);

/// <summary>A SATA port. The board's own controller is number 0, at PCI 00:1f.2; the second is 1, at 00:04.0.</summary>
/// <param name="Controller">0 or 1.</param>
/// <param name="Port">0 to 5.</param>
public sealed record AhciPort(int Controller, int Port) : DiskPlace($"ahci-{Controller}-{Port}");

/// <summary>A volume of a controller that has many behind one port, as RAID controllers do: a virtio-scsi one at PCI 00:05.0.</summary>
public sealed record ScsiUnit(int Target, int Unit) : DiskPlace($"scsi-{Target}-{Unit}");

/// <summary>A slot for an NVMe drive, with a PCI Express port of its own that has this number in <c>/sys/bus/pci/slots</c>.</summary>
public sealed record NvmeSlot(int Number) : DiskPlace($"nvme-{Number}");

/// <summary>A port for a USB stick; the first is 1.</summary>
public sealed record UsbPort(int Number) : DiskPlace($"usb-{Number}");
