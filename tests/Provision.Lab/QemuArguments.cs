using System.Text.Json.Nodes;

namespace Provision.Lab;

/// <summary>What QEMU is told about a machine: pure. A disk is the same JSON on the command line and when it is plugged in later.</summary>
internal static class QemuArguments
{
    private const int FirstRootPort = 8;

    /// <summary>What a drive without a spindle tells as its revolutions a minute.</summary>
    private const int NotRotating = 1;

    /// <summary>The hardware.</summary>
    public static List<string> Of(QemuMachine machine)
    {
        List<string> arguments =
        [
            "-machine", machine.Network is null ? "q35" : "q35,graphics=off", "-accel", "tcg,thread=multi", "-cpu", "Nehalem,+rdrand,+aes,+pclmulqdq", "-smp",
                $"{machine.Processors}", "-m", $"{machine.Memory}",
            "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot", "-uuid", $"{machine.Uuid}",
            // Or ACPI has the PCI slots, and they do not have the numbers that their ports say.
            "-global", "ICH9-LPC.acpi-pci-hotplug-with-bridge-support=off",
        ];
        var places = machine.Disks.Select(disk => disk.Place).ToList();
        Device(places.OfType<AhciPort>().Any(port => port.Controller == 1), "ich9-ahci,id=ahci1,addr=4");
        Device(places.OfType<ScsiUnit>().Any(), "virtio-scsi-pci,id=scsi,addr=5");
        Device(places.OfType<UsbPort>().Any(), "qemu-xhci,id=usb,addr=6");
        foreach (var (slot, index) in places.OfType<NvmeSlot>().Select(slot => slot.Number).Union(machine.EmptySlots).Order().Select((slot, index) => (
            slot, index)))
        {
            Device(true, $"pcie-root-port,id=slot{slot},bus=pcie.0,chassis=1,slot={slot},addr={FirstRootPort + (index / 8):x}.{index % 8},multifunction=on,io-reserve=0");
        }

        foreach (var disk in machine.Disks)
        {
            arguments.AddRange(["-blockdev", Image(disk).ToJsonString(), "-device", Disk(disk).ToJsonString()]);
        }

        foreach (var mac in machine.Macs)
        {
            Device(true, $"virtio-net-pci,mac={mac},romfile=");
        }

        if (machine.Network is { } card)
        {
            arguments.AddRange(["-netdev", $"tap,id=net,ifname={card.Tap},script=no,downscript=no"]);
            // UEFI brings a driver of its own and asks by PXE; a BIOS has the card's ROM, which is iPXE already.
            Device(true, $"virtio-net-pci,netdev=net,mac={card.Mac}" + (card.Boots ? ",bootindex=0" : "") + (
                card.Boots && card.Variables is null ? "" : ",romfile="));
            if (card.Variables is { } variables)
            {
                arguments.AddRange(["-drive", $"if=pflash,format=raw,readonly=on,file={Ovmf.Code}", "-drive", $"if=pflash,format=raw,file={variables}"]);
            }
        }

        return arguments;

        void Device(bool wanted, string device)
        {
            if (wanted)
            {
                arguments.AddRange(["-device", device]);
            }
        }
    }

    /// <summary>A disk's name for its sectors.</summary>
    public static string ImageName(DiskPlace place) => "image-" + place.Id;

    /// <summary>The sectors of a disk, as <c>blockdev-add</c> has it.</summary>
    public static JsonObject Image(QemuDisk disk) => new()
    {
        ["node-name"] = ImageName(disk.Place),
        ["driver"] = "raw",
        ["discard"] = "unmap",
        ["cache"] = new JsonObject { ["no-flush"] = true },
        ["file"] = new JsonObject { ["driver"] = "file", ["filename"] = disk.Image, ["cache"] = new JsonObject { ["no-flush"] = true } },
    };

    /// <summary>A disk, as <c>device_add</c> has it.</summary>
    public static JsonObject Disk(QemuDisk disk)
    {
        var device = new JsonObject { ["id"] = disk.Place.Id, ["drive"] = ImageName(disk.Place), ["serial"] = disk.Serial };
        if (disk.BootIndex is { } index)
        {
            device["bootindex"] = index;
        }

        switch (disk.Place)
        {
            case AhciPort port:
                Add(("driver", "ide-hd"), ("bus", port.Controller == 0 ? $"ide.{port.Port}" : $"ahci1.{port.Port}"), ("model", disk.Model), ("wwn", disk.Wwn),
                    ("rotation_rate", disk.Ssd ? NotRotating : null));
                break;
            case ScsiUnit unit:
                Add(("driver", "scsi-hd"), ("bus", "scsi.0"), ("scsi-id", unit.Target), ("lun", unit.Unit), ("vendor", disk.Vendor), ("product", disk.Model), (
                    "wwn", disk.Wwn), ("rotation_rate", disk.Ssd ? NotRotating : null));
                break;
            case NvmeSlot slot:
                Add(("driver", "nvme"), ("bus", $"slot{slot.Number}"));
                break;
            case UsbPort port:
                Add(("driver", "usb-storage"), ("bus", "usb.0"), ("port", $"{port.Number}"), ("removable", true));
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(disk), disk.Place, "a place without a device");
        }

        return device;

        void Add(params (string Name, object? Value)[] properties)
        {
            foreach (var (name, value) in properties.Where(property => property.Value is not null))
            {
                device[name] = JsonValue.Create(value);
            }
        }
    }
}
