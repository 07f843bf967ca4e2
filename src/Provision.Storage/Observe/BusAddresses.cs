namespace Provision.Storage.Observe;

/// <summary>Where disks hang: read from the path that the kernel gives a disk below <c>/sys/devices</c>.</summary>
internal sealed class BusAddresses
{
    private readonly Questions questions;
    private readonly Dictionary<string, int> ataPorts;
    private readonly Lazy<List<(string Name, string Address)>> slots;

    public BusAddresses(Questions questions)
    {
        this.questions = questions;
        ataPorts = CountAtaPorts(questions);
        slots = new(() => [.. questions.Reader.List("/sys/bus/pci/slots")
            .Select(slot => (slot, questions.Text($"/sys/bus/pci/slots/{slot}/address") ?? "")).Where(slot => slot.Item2.Length > 0)]);
    }

    /// <summary>The address of a disk and how it is attached.</summary>
    public (BusAddress? Address, string? Transport) Of(string name)
    {
        if (questions.Reader.Resolve($"/sys/block/{name}") is not { } path)
        {
            return default;
        }

        path = BehindMultipath(path);
        var parts = path.Split('/');
        var pci = Array.FindLast(parts, IsPciAddress);
        var ata = Array.Find(parts, part => ataPorts.ContainsKey(part));
        var endDevice = Array.FindLast(parts, part => part.StartsWith("end_device-", StringComparison.Ordinal));
        var scsi = Array.FindLast(parts, IsScsiAddress);
        var isNvme = name.StartsWith("nvme", StringComparison.Ordinal);
        var transport = isNvme ? "nvme"
            : ata is not null ? "sata"
            : Array.Exists(parts, part => part.StartsWith("usb", StringComparison.Ordinal)) ? "usb"
            : endDevice is not null ? "sas"
            : Array.Exists(parts, part => part.StartsWith("virtio", StringComparison.Ordinal)) ? "virtio"
            : scsi is not null ? "scsi" : null;
        var address = new BusAddress(
            pci,
            ata is null ? null : ataPorts[ata],
            isNvme && pci is not null ? slots.Value.Find(slot => pci == slot.Address || pci.StartsWith(slot.Address + ".", StringComparison.Ordinal)).Name
                : null,
            endDevice is null ? null : (int?)questions.Number($"/sys/class/sas_device/{endDevice}/phy_identifier"),
            scsi,
            ByPath: null);
        return (address, transport);
    }

    /// <summary>
    /// Ports in the order of controllers' addresses and their own numbers. The kernel's names (ata1, ata2) are in the order in which
    /// drivers found them, and that may change with the next kernel.
    /// </summary>
    private static Dictionary<string, int> CountAtaPorts(Questions questions)
    {
        var ports = questions.Reader.List("/sys/class/ata_port").Select(name =>
        {
            var pci = Array.FindLast((questions.Reader.Resolve($"/sys/class/ata_port/{name}") ?? "").Split('/'), IsPciAddress) ?? "";
            return (Name: name, Pci: pci, Port: questions.Number($"/sys/class/ata_port/{name}/port_no") ?? 0);
        });
        return ports.OrderBy(port => port.Pci.Length).ThenBy(port => port.Pci, StringComparer.Ordinal).ThenBy(port => port.Port)
            .Select((port, index) => (port.Name, Number: index + 1)).ToDictionary(port => port.Name, port => port.Number);
    }

    /// <summary>An NVMe drive that could have several paths hangs on a subsystem; the first of its paths says where it is.</summary>
    private string BehindMultipath(string path)
    {
        const string subsystems = "/nvme-subsystem/";
        var at = path.IndexOf(subsystems, StringComparison.Ordinal);
        if (at < 0)
        {
            return path;
        }

        var end = path.IndexOf('/', at + subsystems.Length);
        var subsystem = end < 0 ? path : path[..end];
        var controller = questions.Reader.List(subsystem).FirstOrDefault(entry =>
            entry.Length > 4 && entry.StartsWith("nvme", StringComparison.Ordinal) && entry[4..].All(char.IsAsciiDigit));
        return controller is null ? path : questions.Reader.Resolve($"{subsystem}/{controller}") ?? path;
    }

    /// <summary><c>0000:00:1f.2</c></summary>
    private static bool IsPciAddress(string part)
    {
        var colon = part.IndexOf(':', StringComparison.Ordinal);
        return colon is >= 4 and <= 8 && part.Length == colon + 8 && part[colon + 3] == ':' && part[colon + 6] == '.'
            && part.All(c => char.IsAsciiHexDigitLower(c) || c is ':' or '.');
    }

    /// <summary><c>0:0:1:0</c></summary>
    private static bool IsScsiAddress(string part) =>
        part.Count(c => c == ':') == 3 && part.Length >= 7 && part.All(c => char.IsAsciiDigit(c) || c == ':');
}
