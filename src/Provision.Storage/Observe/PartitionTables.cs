using System.Globalization;

namespace Provision.Storage.Observe;

/// <summary>Partition tables as <c>sfdisk -J</c> writes them.</summary>
internal static class PartitionTables
{
    public static PartitionTable? Parse(Json table, string disk)
    {
        if (table["label"].Text is not ("gpt" or "dos") || table["label"].Text is not { } type)
        {
            return null;
        }

        var sector = table["sectorsize"].Number ?? 512;
        var entries = new SortedDictionary<int, PartitionEntry>();
        foreach (var item in table["partitions"].Items)
        {
            if (NumberOf(item["node"].Text, disk) is { } number && item["type"].Text is { } kind)
            {
                entries[number] = new PartitionEntry(
                    number, BlockDevices.Bytes(item["start"].Number, sector), BlockDevices.Bytes(item["size"].Number, sector),
                    type == "gpt" ? kind.ToUpperInvariant() : kind, item["uuid"].Text?.ToLowerInvariant(), item["name"].Text);
            }
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
