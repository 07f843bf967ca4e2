using Provision.Storage.Guard;
using Provision.Storage.Observe;

namespace Provision.Storage.Plans;

/// <summary>Whether drives are blank, or hold only what a journal of this program chose before it wrote.</summary>
internal static class Blankness
{
    /// <summary>Everything that speaks against taking the drives: the device and what is on it. Empty for blank ones.</summary>
    /// <param name="drives">The drives; one behind a controller has no device and counts as blank.</param>
    /// <param name="observed">What was seen.</param>
    /// <param name="planned">Ids that the journal chose, in plain spelling; null for none.</param>
    /// <param name="wasBegun">True if an earlier run began to write: half a table without an id is what it left, see <see cref="HasHalfTable"/>.</param>
    public static IReadOnlyList<string> Doubts(IEnumerable<ObservedDrive> drives, ObservedStorage observed, IReadOnlySet<string>? planned = null,
        bool wasBegun = false)
    {
        var doubts = new List<string>();
        foreach (var drive in drives)
        {
            if (drive.Device is { } name && observed.Find(name) is { } device)
            {
                Add(device, $"the drive with the serial {drive.Serial ?? "?"} ({device.Path})", observed, planned, wasBegun, doubts, null);
            }
        }

        return doubts;
    }

    /// <summary>The same of one device and everything on it.</summary>
    public static IReadOnlyList<string> Doubts(BlockDevice device, ObservedStorage observed, IReadOnlySet<string>? planned = null, bool wasBegun = false)
    {
        var doubts = new List<string>();
        Add(device, device.Path, observed, planned, wasBegun, doubts, null);
        return doubts;
    }

    /// <summary>
    /// True if a GPT was written in part: a header without the protective MBR, or that one alone. Which table it was to be cannot be known: libblkid and
    /// libfdisk report no id of it.
    /// </summary>
    public static bool HasHalfTable(BlockDevice device) =>
        device.Table is { Type: "dos", Partitions: [{ Type: "ee" or "0xee" }] }
            || (device.Table is null && device.Signatures.Any(signature => signature.Type is "gpt" or "PMBR"));

    private static void Add(BlockDevice device, string who, ObservedStorage observed, IReadOnlySet<string>? planned, bool wasBegun, List<string> doubts,
        string? partition)
    {
        // An array that does not run has nothing that could be searched: whose it is, its members say.
        if (!device.WasProbed && device is not { Kind: BlockKind.Md, Bytes: 0 })
        {
            doubts.Add($"{who} could not be searched for signatures, so nothing says that it is blank");
            return;
        }

        var left = wasBegun && HasHalfTable(device);
        if (device.Table is { } table && !Ours(table.Uuid) && !left)
        {
            doubts.Add($"{who} is not blank: it has a partition table ({table.Type}, {table.Partitions.Count} partitions)");
        }

        foreach (var signature in device.Signatures.Where(signature => !left || signature.Type is not ("gpt" or "PMBR")))
        {
            if (!Ours(signature.Type == "zfs_member" ? partition : signature.Uuid) && !Ours(device.Md?.ArrayUuid))
            {
                doubts.Add($"{who} is not blank: it has a signature of {signature.Type} {signature.Uuid ?? signature.Label ?? ""}".TrimEnd());
            }
        }

        foreach (var child in observed.Devices.Where(child => child.Parents.Contains(device.Name)))
        {
            // Under a foreign table everything is foreign; one sentence is enough.
            if (doubts.Count == 0 || child.Kind != BlockKind.Partition)
            {
                Add(child, $"{child.Path} on {who}", observed, planned, wasBegun, doubts, child.PartitionUuid);
            }
        }

        bool Ours(string? id) => id is not null && planned?.Contains(PlannedIds.Plain(id)) == true;
    }
}
