using System.Globalization;

namespace Provision.Storage.Observe;

/// <summary>The block devices that the kernel has, from <c>/sys/block</c>: what they are, how big, and what lies on what.</summary>
internal static class BlockDevices
{
    private const int Sector = 512; // the unit of /sys/block/*/size and stat, whatever the device's own sector is

    public static IReadOnlyList<BlockDevice> Find(Questions questions)
    {
        var buses = new BusAddresses(questions);
        var found = new List<BlockDevice>();
        if (questions.Reader.List("/sys/block").Count == 0)
        {
            questions.Unanswered("/sys/block", "cannot be read", "any device");
            questions.Miss(StoragePart.Devices);
        }

        foreach (var name in questions.Reader.List("/sys/block"))
        {
            if (Whole(name, questions, buses) is not { } device)
            {
                continue;
            }

            var place = $"/sys/block/{name}";
            var partitions = questions.Reader.List(place)
                .Where(entry => entry.StartsWith(name, StringComparison.Ordinal))
                .Select(entry => Partition($"{place}/{entry}", entry, device, questions)).OfType<BlockDevice>().ToList();
            found.Add(device with { Children = [.. device.Children, .. partitions.Select(partition => partition.Name)] });
            found.AddRange(partitions);
        }

        return found;
    }

    /// <summary>Bytes of a number of sectors; a number that no device has is none.</summary>
    public static long Bytes(long? sectors, long sectorBytes) =>
        sectors is >= 0 and var count && sectorBytes > 0 && count <= long.MaxValue / sectorBytes ? count * sectorBytes : 0;

    private static BlockDevice? Whole(string name, Questions questions, BusAddresses buses)
    {
        var place = $"/sys/block/{name}";
        var kind = KindOf(name, questions);
        var bytes = Bytes(questions.Number($"{place}/size"), Sector);

        // Loop devices without a file and the like are no devices; a disk without a size is a broken disk. A hidden device (a path of
        // NVMe multipath) has no number.
        if (questions.Text($"{place}/dev") is not { } number || (bytes == 0 && kind is (BlockKind.Loop or BlockKind.Other or BlockKind.Unknown)))
        {
            return null;
        }

        var bus = kind is BlockKind.Disk or BlockKind.Optical ? buses.Of(name) : default;
        return new BlockDevice
        {
            Name = name,
            Kind = kind,
            Bytes = bytes,
            SectorBytes = (int)Math.Clamp(questions.Number($"{place}/queue/logical_block_size") ?? Sector, Sector, 1 << 20),
            Number = number,
            Parents = questions.Reader.List($"{place}/slaves"),
            Children = questions.Reader.List($"{place}/holders"),
            ReadOnly = questions.Number($"{place}/ro") == 1,
            Removable = questions.Number($"{place}/removable") == 1,
            Rotational = questions.Number($"{place}/queue/rotational") switch { 1 => true, 0 => false, _ => null },
            Transport = bus.Transport,
            Bus = bus.Address,
            MapperName = name.StartsWith("dm-", StringComparison.Ordinal) ? questions.Text($"{place}/dm/name") : null,
            SectorsWritten = Written($"{place}/stat", questions),
        };
    }

    private static BlockDevice? Partition(string place, string name, BlockDevice disk, Questions questions) =>
        questions.Number($"{place}/partition") is not { } partition || questions.Text($"{place}/dev") is not { } number ? null : new BlockDevice
        {
            Name = name,
            Kind = BlockKind.Partition,
            Bytes = Bytes(questions.Number($"{place}/size"), Sector),
            SectorBytes = disk.SectorBytes,
            Number = number,
            Parents = [disk.Name],
            Children = questions.Reader.List($"{place}/holders"),
            ReadOnly = questions.Number($"{place}/ro") == 1,
            Rotational = disk.Rotational,
            PartitionNumber = (int)Math.Clamp(partition, 0, int.MaxValue),
            SectorsWritten = Written($"{place}/stat", questions),
        };

    // Names of drivers. What is in neither list is of a kind that is not known, and never taken for a disk: wiping and blaming need certainty.
    private static readonly string[] Disks = ["sd", "nvme", "vd", "hd", "xvd", "ubd", "mmcblk", "dasd", "rssd", "cciss"];
    private static readonly string[] Others = ["ram", "zram", "nbd", "zd", "fd", "mtd", "drbd", "rbd", "ublkb", "zloop", "nullb", "aoe", "etherd"];

    private static BlockKind KindOf(string name, Questions questions)
    {
        bool Begins(string with) => name.StartsWith(with, StringComparison.Ordinal);
        return Begins("dm-") ? questions.Text($"/sys/block/{name}/dm/uuid")?.StartsWith("CRYPT-", StringComparison.Ordinal) == true ? BlockKind.Crypt
            : BlockKind.Mapper
            : Begins("loop") ? BlockKind.Loop
            : Begins("sr") ? BlockKind.Optical
            : Begins("bcache") ? BlockKind.Mapper
            : Begins("pmem") ? BlockKind.Memory
            : Array.Exists(Others, Begins) ? BlockKind.Other
            : Begins("md") && name.Length > 2 ? BlockKind.Md
            : Array.Exists(Disks, Begins) ? BlockKind.Disk
            : BlockKind.Unknown;
    }

    /// <summary>Sectors written, the seventh number of <c>stat</c>.</summary>
    private static long? Written(string path, Questions questions)
    {
        var fields = questions.Reader.Read(path)?.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) ?? [];
        return fields.Length > 6 && long.TryParse(fields[6], NumberStyles.None, CultureInfo.InvariantCulture, out var sectors) ? sectors : null;
    }
}
