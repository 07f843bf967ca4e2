using System.Globalization;
using System.Text;
using Provision.Inventory;
using Provision.Storage.Observe;

namespace Provision.Storage.Create;

/// <summary>One partition of a new table.</summary>
/// <param name="Label">Its label.</param>
/// <param name="Uuid">The UUID that was chosen for it.</param>
/// <param name="Bytes">Its nominal size; null for the rest.</param>
/// <param name="Type">GUID of its type.</param>
public sealed record NewPartition(string Label, string Uuid, long? Bytes, string Type)
{
    /// <summary>Linux file system data (UEFI specification's partition types as sfdisk lists them).</summary>
    public const string LinuxType = "0FC63DAF-8483-4772-8E79-3D69D8477DE4";

    /// <summary>A LUKS container.</summary>
    public const string LuksType = "CA7D7CCB-63ED-4C53-861C-1742536059CC";

    /// <summary>A member of a ZFS pool.</summary>
    public const string ZfsType = "6A898CC3-1DD2-11B2-99A6-080020736631";

    /// <summary>A member of an array of Linux md.</summary>
    public const string RaidType = "A19D880F-05FC-4D3B-A006-743F0F84911E";

    /// <summary>Where GRUB lies on a disk with a GPT, for machines that start by BIOS.</summary>
    public const string BiosBootType = "21686148-6449-6E6F-744E-656564454649";

    /// <summary>What UEFI firmware starts from.</summary>
    public const string EfiSystemType = "C12A7328-F81F-11D2-BA4B-00A0C93EC93B";

    /// <summary>The type for a volume.</summary>
    public static string TypeOf(Volume volume) => volume.Encryption == VolumeEncryption.Luks ? LuksType : LinuxType;
}

/// <summary>A partition table as sfdisk reads it, with every start, size and id given, so that nothing is left to the tool.</summary>
public static class PartitionScript
{
    private const long Mebibyte = 1 << 20;

    /// <summary>The script for a disk with the partitions of another one, and ids of its own.</summary>
    /// <param name="model">The other disk's table.</param>
    /// <param name="tableUuid">UUID of the new table.</param>
    /// <param name="uuid">UUID of a new partition, by its number.</param>
    /// <exception cref="StorageException">A label cannot be written as it is.</exception>
    public static string Like(PartitionTable model, string tableUuid, Func<int, string> uuid)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"label: gpt\nlabel-id: {tableUuid}\nunit: sectors\nsector-size: 512\n\n");
        foreach (var entry in model.Partitions)
        {
            var label = entry.Label ?? "";
            if (label.Any(c => c is '"' or '\\' or < ' ' or > '~'))
            {
                throw new StorageException($"partition {entry.Number} of the disk that works has the label {Printable.Of(label)}, which cannot be copied");
            }

            text.Append(CultureInfo.InvariantCulture, $"{entry.Number}: start={entry.Start / 512}, size={entry.Bytes / 512}, ")
                .Append(CultureInfo.InvariantCulture, $"type={entry.Type}, uuid={uuid(entry.Number)}, name=\"{label}\"\n");
        }

        return text.ToString();
    }

    /// <summary>
    /// The script for a disk. Partitions start and end on whole mebibytes: a nominal 1000 GB becomes 953,674 MiB, and what that loses makes
    /// room for the table at both ends, so that twenty of them fit on exactly 20,000 GB.
    /// </summary>
    /// <exception cref="StorageException">They do not fit.</exception>
    public static string For(string tableUuid, long diskBytes, IReadOnlyList<NewPartition> partitions)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"label: gpt\nlabel-id: {tableUuid}\nfirst-lba: 2048\nunit: sectors\nsector-size: 512\n\n");
        var at = Mebibyte;
        var end = (diskBytes / Mebibyte * Mebibyte) - Mebibyte;
        foreach (var partition in partitions)
        {
            var bytes = partition.Bytes is { } nominal ? nominal / Mebibyte * Mebibyte : end - at;
            if (bytes < Mebibyte || at + bytes > end)
            {
                throw new StorageException(
                    FormattableString.Invariant(
                    $"the partition {partition.Label} ends at {at + bytes} bytes, and only {end} of the disk's {diskBytes} can be used"));
            }

            text.Append(CultureInfo.InvariantCulture,
                $"start={at / 512}, size={bytes / 512}, type={partition.Type}, uuid={partition.Uuid}, name=\"{partition.Label}\"\n");
            at += bytes;
        }

        return text.ToString();
    }
}
