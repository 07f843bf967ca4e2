using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Provision.Boot.Health;

/// <summary>What a boot entry of UEFI firmware starts.</summary>
public enum FirmwareTarget
{
    /// <summary>A device, from its fallback loader; which one, only the firmware knows.</summary>
    Device,

    /// <summary>A partition that is named by its UUID.</summary>
    Partition,

    /// <summary>The network.</summary>
    Network,

    /// <summary>A program of the firmware itself, such as its setup or a shell.</summary>
    Firmware,
}

/// <summary>An active boot entry.</summary>
/// <param name="Number">Its number, <c>0003</c>.</param>
/// <param name="Label">Its label.</param>
/// <param name="Target">What it starts.</param>
/// <param name="PartitionUuid">UUID of the partition, lower case; null if it names none.</param>
public sealed record FirmwareEntry(string Number, string Label, FirmwareTarget Target, string? PartitionUuid);

/// <summary>The order in which UEFI firmware tries to start a machine, as the kernel shows its variables (efivarfs).</summary>
/// <param name="Entries">Active entries in that order.</param>
public sealed record FirmwareOrder(IReadOnlyList<FirmwareEntry> Entries)
{
    /// <summary>A machine that was started by BIOS, which has no boot entries.</summary>
    public static FirmwareOrder Bios { get; } = new([]) { IsBios = true };

    /// <summary>True for a machine that was started by BIOS.</summary>
    public bool IsBios { get; private init; }

    /// <summary>Where the kernel shows the variables.</summary>
    public const string Directory = "/sys/firmware/efi/efivars";

    private const string Firmware = "/sys/firmware/efi";
    private const string Global = "-8be4df61-93ca-11d2-aa0d-00e098032b8c";

    // Each variable begins with its attributes.
    private const int AttributeBytes = 4;

    /// <summary>Reads the order.</summary>
    /// <exception cref="InvalidDataException">The variables are not there, or not as the UEFI specification (3.1.3) has them.</exception>
    public static FirmwareOrder Read(IMachineFiles files)
    {
        ArgumentNullException.ThrowIfNull(files);
        if (files.Stat(Firmware) is null)
        {
            return Bios;
        }

        var order = Variable(files, "BootOrder") ?? throw new InvalidDataException($"{Directory} has no BootOrder: is efivarfs mounted?");
        var entries = new List<FirmwareEntry>();
        for (var at = 0; at + 2 <= order.Length; at += 2)
        {
            var number = BinaryPrimitives.ReadUInt16LittleEndian(order.AsSpan(at)).ToString("X4", CultureInfo.InvariantCulture);
            if (Variable(files, "Boot" + number) is { } option && EntryOf(number, option) is { } entry)
            {
                entries.Add(entry);
            }
        }

        return new FirmwareOrder(entries);
    }

    private static byte[]? Variable(IMachineFiles files, string name) =>
        files.Read($"{Directory}/{name}{Global}") is { Content.Length: >= AttributeBytes } file ? file.Content[AttributeBytes..] : null;

    /// <summary>An EFI_LOAD_OPTION: attributes, length of the path, label, path. Null for an inactive one.</summary>
    internal static FirmwareEntry? EntryOf(string number, ReadOnlySpan<byte> option)
    {
        const int header = 6;
        if (option.Length < header)
        {
            throw new InvalidDataException($"the boot entry {number} is cut off");
        }

        var isActive = (option[0] & 1) != 0;
        var pathBytes = BinaryPrimitives.ReadUInt16LittleEndian(option[4..]);
        var end = header;
        while (end + 2 <= option.Length && BinaryPrimitives.ReadUInt16LittleEndian(option[end..]) != 0)
        {
            end += 2;
        }

        if (end + 2 + pathBytes > option.Length)
        {
            throw new InvalidDataException($"the boot entry {number} is cut off");
        }

        var (target, uuid) = TargetOf(option.Slice(end + 2, pathBytes));
        return isActive ? new FirmwareEntry(number, Encoding.Unicode.GetString(option[header..end]), target, uuid) : null;
    }

    /// <summary>Walks the nodes of a device path (UEFI 10.3): type, subtype, length, data.</summary>
    private static (FirmwareTarget Target, string? PartitionUuid) TargetOf(ReadOnlySpan<byte> path)
    {
        const int node = 4;
        while (path.Length >= node && BinaryPrimitives.ReadUInt16LittleEndian(path[2..]) is var length and >= node && length <= path.Length)
        {
            switch ((path[0], path[1]))
            {
                // Hard drive: number, start, size, then the signature; its kind 2 is a GUID.
                case (4, 1) when length == 42 && path[41] == 2:
                    return (FirmwareTarget.Partition, new Guid(path.Slice(24, 16)).ToString("D"));
                case (4, 6 or 7):
                    return (FirmwareTarget.Firmware, null);
                case (3, 11 or 12 or 13 or 24):
                    return (FirmwareTarget.Network, null);
                default:
                    path = path[length..];
                    break;
            }
        }

        return (FirmwareTarget.Device, null);
    }
}
