using Provision.Inventory;

namespace Provision.Storage.Plans;

/// <summary>
/// System disks that were replaced since the record was written, as people name them: <c>SERIAL</c>, or <c>BAY=SERIAL</c> where the system has
/// several. Which bay is meant is settled here, from the record alone, so that a dead machine and the same machine alive give one plan.
/// </summary>
internal static class ReplacedSystemDisks
{
    /// <summary>The named serials by bay.</summary>
    /// <param name="layout">The host's layout.</param>
    /// <param name="record">What is known of the machine.</param>
    /// <param name="named">What was named.</param>
    /// <param name="actions">Gets a refusal for each name that cannot be meant.</param>
    public static IReadOnlyDictionary<Bay, string> Of(Layout layout, DriveRecord record, IReadOnlyList<string> named, List<StorageAction> actions)
    {
        var bays = layout.Sets.Where(set => ReinstallPlanner.IsWholeTarget(set, layout)).SelectMany(set => set.Bays).ToList();
        var replaced = new Dictionary<Bay, string>();
        foreach (var name in named)
        {
            var (place, serial) = name.LastIndexOf('=') is >= 0 and var at ? (name[..at], name[(at + 1)..]) : (null, name);
            if (bays.Count == 0)
            {
                Refuse($"the operating system of {layout.Host.Name} is one unit of a controller, not disks of its own: its disks are replaced in the "
                    + $"controller");
            }
            else if (record.Drives.FirstOrDefault(drive => drive.Serial == serial) is { } known)
            {
                // A data disk named as system disk sits in the wrong bay (docs/faults.md, fault 4); if the recorded disk is named, nothing was replaced.
                if (!bays.Contains(known.Bay) || (place is not null && place != known.Bay.ToString()))
                {
                    Refuse($"it is recorded as a drive of this machine, in bay {known.Bay}, and not a replaced system disk");
                }
            }
            else if (BayOf(place) is { } bay && !replaced.TryAdd(bay, serial))
            {
                Refuse($"the disk of bay {bay} is named twice");
            }

            void Refuse(string reason) =>
                actions.Add(new StorageAction(ActionKind.Refuse, new StorageTarget(StorageTargetKind.SystemDisk, serial), reason, []));

            Bay? BayOf(string? text)
            {
                List<Bay> meant = text is not null ? [.. bays.Where(bay => bay.ToString() == text)]
                    : bays is [_] ? bays
                    : [.. bays.Where(bay => record.Drives.All(drive => drive.Bay != bay))];
                if (meant is [var only])
                {
                    return only;
                }

                var choices = string.Join(" or ", bays.Select(bay => $"{bay}={serial}"));
                Refuse(text is null ? $"its bay is to be named: --os-disk-serial {choices}"
                    : $"{text} is no bay of the operating system: --os-disk-serial {choices}");
                return null;
            }
        }

        return replaced;
    }
}
