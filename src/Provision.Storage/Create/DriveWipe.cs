using Provision.Inventory;
using Provision.Storage.Guard;
using Provision.Storage.Map;
using Provision.Storage.Observe;
using Provision.Storage.Plans;

namespace Provision.Storage.Create;

/// <summary>The plan for clearing a recycled drive.</summary>
/// <param name="Plan">The lines for people, and the hash.</param>
/// <param name="Device">Node of the drive; null if the plan refuses.</param>
/// <param name="Cleared">Its partitions, then the drive, and how many bytes at the beginning of each are zeroed: 0 for a partition that was no member
/// of an array.</param>
/// <param name="Allowed">That drive and no other; null if the plan refuses.</param>
public sealed record WipePlan(StoragePlan Plan, string? Device, IReadOnlyList<(string Node, long Beginning)> Cleared, WriteSet? Allowed);

/// <summary>Clears the signatures of a drive that was used elsewhere: <c>storage wipe --bay B --serial X</c>.</summary>
public static class DriveWipe
{
    /// <summary>
    /// What is zeroed at the beginning. mdadm puts an array's data at most 129 MiB behind the beginning of a member (super1.c: 128 MiB and the bitmap's
    /// room), and a LUKS2 header takes 16 MiB; the next array of the same drives would show both.
    /// </summary>
    private const long Beginning = 256 << 20;

    /// <summary>The plan; every reason against it is in it.</summary>
    public static WipePlan Plan(Layout layout, DriveRecord? record, ObservedStorage observed, Bay bay, string serial,
        IReadOnlyDictionary<string, long> sequences)
    {
        var actions = new List<StorageAction>();
        var found = BayFinder.Find(layout, record, observed).GetValueOrDefault(bay);
        var set = layout.Sets.FirstOrDefault(candidate => candidate.Bays.Contains(bay));
        var device = found?.Device is { } name ? observed.Find(name) : null;
        if (found is null)
        {
            Refuse("is empty");
        }
        else if (found.Serial != serial)
        {
            Refuse($"holds the serial {found.Serial ?? "(unknown)"} and not {serial}");
        }
        else if (device is null)
        {
            Refuse("is behind a RAID controller, which has its own way to clear a drive");
        }
        else if (observed.Drives.Count(drive => drive.Serial == serial) > 1)
        {
            Refuse($"more than one drive has the serial {serial}");
        }

        if (record is null)
        {
            Refuse($"{layout.Host.Name} has no drive record, so nothing says that this drive is not in use: provision drives accept");
        }
        else if (record.Drives.FirstOrDefault(drive => drive.Serial == serial) is { } known
            && layout.Sets.FirstOrDefault(candidate => candidate.Bays.Contains(known.Bay)) is { } owner
            && (owner.Os || StorageComparison.Exists(record, owner.Key)))
        {
            Refuse($"the drive with the serial {serial} is recorded as a member of {owner.Key}, in bay {known.Bay} ({known.Location}): its data is in use");
        }

        var partitions = device is null ? [] : observed.Devices.Where(part => part.Kind == BlockKind.Partition && part.Parents.Contains(device.Name)).ToList();
        if (device is not null)
        {
            foreach (var used in observed.Mounts.Where(mount => mount.Number == device.Number || partitions.Any(part => part.Number == mount.Number)))
            {
                Refuse($"is mounted at {used.Path}");
            }

            foreach (var holder in observed.Devices.Where(other =>
                other.Kind != BlockKind.Partition && (other.Parents.Contains(device.Name) || partitions.Any(part => other.Parents.Contains(part.Name)))))
            {
                Refuse($"{holder.Path} lies on it");
            }

            if (device.Md is { } member && record?.Units.Any(unit => PlannedIds.Same(unit.Uuid, member.ArrayUuid)) == true)
            {
                Refuse($"it is a member of the recorded array {member.ArrayName} ({member.ArrayUuid})");
            }
        }

        if (actions.Count == 0)
        {
            var signatures = partitions.Prepend(device!).SelectMany(part => part.Signatures.Select(signature => $"{part.Path} {signature.Type}"))
                .DefaultIfEmpty("none were found");
            actions.Add(new StorageAction(
                ActionKind.Create,
                StorageTarget.Bay(bay),
                $"every signature of the drive is removed and its beginning zeroed{(set is null ? "" : $"; the bay belongs to {set.Key}")}: "
                    + $"{string.Join(", ", signatures)}",
                [DriveComparison.Of(bay, found!)]));
        }

        var plan = new StoragePlan { Host = layout.Host.Name, Purpose = $"wipe {bay}", Actions = actions, Problems = observed.Problems };
        var allowed = plan.Refusals.Any() || device is null ? null : new WriteSet(
            [WritePermit.For(device, sequences, DriveComparison.Of(bay, found!), DiskEffect.Destroy, "its bay and its serial were named")],
            []);
        return allowed is null
            ? new WipePlan(plan, null, [], null)
            : new WipePlan(plan, device!.Path,
                [.. partitions.Append(device).Select(part => (part.Path, part == device || part.Md is not null ? Math.Min(part.Bytes, Beginning) : 0))],
                allowed);

        void Refuse(string why) =>
            actions.Add(new StorageAction(ActionKind.Refuse, StorageTarget.Bay(bay), why, found is null ? [] : [DriveComparison.Of(bay, found)]));
    }

    /// <summary>Clears it: partitions first, then the drive, so that no signature comes back with the next table or the next array.</summary>
    public static void Run(StorageMachine machine, WipePlan plan, DiskGuard guard)
    {
        foreach (var (node, beginning) in plan.Cleared)
        {
            // Signatures first: a table's copy at the end is found by the table at the beginning.
            guard.Run(DiskCommands.Wipe(node));
            if (beginning > 0)
            {
                guard.Run(DiskCommands.ClearBeginning(node, beginning));
            }
        }

        new BlockNodes(machine).ReadTable(guard, plan.Device!);
    }
}
