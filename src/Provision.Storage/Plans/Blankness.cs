using Provision.Storage.Guard;
using Provision.Storage.Observe;

namespace Provision.Storage.Plans;

/// <summary>Whether drives are blank, or hold only what a journal of this program chose before it wrote.</summary>
public static class Blankness
{
    /// <summary>Everything that speaks against taking the drives: the device and what is on it. Empty for blank ones.</summary>
    /// <param name="drives">The drives; one behind a controller has no device and nothing can be said against it.</param>
    /// <param name="observed">What was seen.</param>
    /// <param name="planned">Ids that the journal chose, in plain spelling; null for none.</param>
    public static IReadOnlyList<string> Doubts(IEnumerable<ObservedDrive> drives, ObservedStorage observed, IReadOnlySet<string>? planned = null)
    {
        var doubts = new List<string>();
        foreach (var drive in drives)
        {
            if (drive.Device is { } name && observed.Find(name) is { } device)
            {
                Add(device, $"the drive with the serial {drive.Serial ?? "?"} ({device.Path})", observed, planned, doubts, null);
            }
        }

        return doubts;
    }

    /// <summary>The same of one device and everything on it.</summary>
    public static IReadOnlyList<string> Doubts(BlockDevice device, ObservedStorage observed, IReadOnlySet<string>? planned = null)
    {
        var doubts = new List<string>();
        Add(device, device.Path, observed, planned, doubts, null);
        return doubts;
    }

    private static void Add(BlockDevice device, string who, ObservedStorage observed, IReadOnlySet<string>? planned, List<string> doubts, string? partition)
    {
        // An array that does not run has nothing that could be searched: whose it is, its members say.
        if (!device.WasProbed && device is not { Kind: BlockKind.Md, Bytes: 0 })
        {
            doubts.Add($"{who} could not be searched for signatures, so nothing says that it is blank");
            return;
        }

        if (device.Table is { } table && !Ours(table.Uuid) && !(table is { Type: "dos", Partitions: [{ Type: "ee" or "0xee" }] } && planned is { Count: > 0 }))
        {
            doubts.Add($"{who} is not blank: it has a partition table ({table.Type}, {table.Partitions.Count} partitions)");
        }

        foreach (var signature in device.Signatures)
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
                Add(child, $"{child.Path} on {who}", observed, planned, doubts, child.PartitionUuid);
            }
        }

        bool Ours(string? id) => id is not null && planned?.Contains(PlannedIds.Plain(id)) == true;
    }
}
