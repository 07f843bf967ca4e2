using System.Globalization;

namespace Provision.Storage.Observe;

/// <summary>Partition tables as <c>sfdisk -J</c> writes them.</summary>
internal static class PartitionTables
{
    /// <summary>The table; null if it is none, or any entry is not understood: half a table is worse than none.</summary>
    /// <param name="table">The member <c>partitiontable</c>.</param>
    /// <param name="disk">The disk's node.</param>
    /// <param name="sectorBytes">Its sector, which sfdisk only names since util-linux 2.35.</param>
    public static PartitionTable? Parse(Json table, string disk, int sectorBytes)
    {
        if (table["label"].Text is not ("gpt" or "dos") || table["label"].Text is not { } type)
        {
            return null;
        }

        var sector = table["sectorsize"].Number ?? sectorBytes;
        var entries = new SortedDictionary<int, PartitionEntry>();
        foreach (var item in table["partitions"].Items)
        {
            var (start, bytes) = (BlockDevices.Bytes(item["start"].Number, sector), BlockDevices.Bytes(item["size"].Number, sector));
            if (NumberOf(item["node"].Text, disk) is not { } number || item["type"].Text is not { } kind || start == 0 || bytes == 0)
            {
                return null;
            }

            entries[number] = new PartitionEntry(number, start, bytes, type == "gpt" ? kind.ToUpperInvariant() : kind, item["uuid"].Text?.ToLowerInvariant(),
                item["name"].Text);
        }

        return new PartitionTable(type, table["id"].Text?.ToLowerInvariant(), [.. entries.Values], Math.Max(table["lastlba"].Number ?? 0, 0));
    }

    /// <summary>3 of <c>/dev/sda3</c> and <c>/dev/nvme0n1p3</c>.</summary>
    private static int? NumberOf(string? node, string disk)
    {
        if (node is null || !node.StartsWith(disk, StringComparison.Ordinal))
        {
            return null;
        }

        var rest = node.AsSpan(disk.Length).TrimStart('p');
        return int.TryParse(rest, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 ? number : null;
    }
}
