using Provision.Inventory;
using Provision.Storage.Map;
using Provision.Storage.Observe;

namespace Provision.Storage.Plans;

/// <summary>
/// What a reinstall would wipe and what it protects (docs/design.md, rules 3 and 4). From the drive record alone, with the host dead, it is the plan that an
/// engineer arms; from a look at the machine it is the plan that the installer finds. The reinstall continues only if both have one hash.
/// </summary>
public static class ReinstallPlanner
{
    /// <summary>The plan.</summary>
    /// <param name="layout">The host's layout.</param>
    /// <param name="record">What is known of the machine; null refuses: without it nothing can be armed.</param>
    /// <param name="observed">A look at the machine; null for a dead one.</param>
    /// <param name="osDiskSerials">System disks that were replaced since the record was written: <c>SERIAL</c>, or <c>BAY=SERIAL</c>.</param>
    public static StoragePlan Of(Layout layout, DriveRecord? record, ObservedStorage? observed, IReadOnlyList<string> osDiskSerials)
    {
        var actions = new List<StorageAction>();
        if (record is null)
        {
            actions.Add(new StorageAction(ActionKind.Refuse, new StorageTarget(StorageTargetKind.Host, layout.Host.Name),
                "has no drive record, so it is not known which disks to protect: provision drives accept", []));
        }
        else
        {
            var bays = observed is null ? null : BayFinder.Find(layout, record, observed);
            var replaced = ReplacedSystemDisks.Of(layout, record, osDiskSerials, actions);
            foreach (var set in layout.Sets)
            {
                AddDrives(set, layout, record, observed, bays, replaced, actions);
                AddUnits(set, layout, record, observed, bays, actions);
            }

            foreach (var pool in layout.Pools.Where(pool => pool.Definition.Sets.Any(set => StorageComparison.Exists(record, set))))
            {
                actions.Add(new StorageAction(ActionKind.Keep, StorageTarget.Pool(pool.Name), "is protected and never imported",
                    RecordedIdentities.Of(record, pool.Name)));
            }

            AddStrangers(layout, record, observed, actions);
        }

        return new StoragePlan { Host = layout.Host.Name, Purpose = "reinstall", Actions = actions, Problems = observed?.Problems ?? [] };
    }

    /// <summary>True if the target is the disks of a set themselves, and not one unit or partition beside others.</summary>
    internal static bool IsWholeTarget(SetLayout set, Layout layout) => layout.Os.Set == set.Key && layout.Os.Label is null && set.Luns.All(lun => lun.Os);

    private static void AddDrives(
        SetLayout set, Layout layout, DriveRecord record, ObservedStorage? observed, IReadOnlyDictionary<Bay, ObservedDrive>? bays,
        IReadOnlyDictionary<Bay, string> replaced, List<StorageAction> actions)
    {
        var wiped = IsWholeTarget(set, layout);
        foreach (var bay in set.Bays)
        {
            var known = record.Drives.FirstOrDefault(drive => drive.Bay == bay);
            var found = bays?.GetValueOrDefault(bay);
            var target = StorageTarget.Bay(bay);
            if (replaced.TryGetValue(bay, out var serial))
            {
                // Known by its serial alone: no more of it can be seen when a dead machine is armed.
                string[] identity = [$"{bay} serial {serial}"];
                actions.Add(bays is not null && found?.Serial != serial
                    ? new StorageAction(ActionKind.Refuse, target,
                        $"{(found is null ? "is empty" : $"holds the disk {found.Serial ?? "without a serial"}")}, and {serial} was named as its replaced "
                        + $"system disk", identity)
                    : new StorageAction(ActionKind.WipeOs, target, "is the operating system's, with the disk that was named as replaced", identity));
            }
            else if (known is null)
            {
                if (wiped || found is not null)
                {
                    actions.Add(new StorageAction(ActionKind.Refuse, target,
                        wiped ? "is the operating system's, and no disk is recorded for it" : "holds a drive that is not recorded",
                        found is null ? [] : [DriveComparison.Of(bay, found)]));
                }
            }
            else if (found is not null && DriveComparison.Compare(known, found) is { IsMatch: false } match)
            {
                actions.Add(new StorageAction(ActionKind.Refuse, target, match.ToString(), [DriveComparison.Of(bay, found)]));
            }
            else if (wiped && bays is not null && found is null && BayFinder.WhyUnseen(layout.Chassis, bay, observed!) is { } why)
            {
                actions.Add(new StorageAction(ActionKind.Unseen, target, $"the system disk {known.Serial} could not be seen: {why}",
                    [DriveComparison.Of(known)]));
            }
            else if (wiped && bays is not null && found is null)
            {
                actions.Add(new StorageAction(ActionKind.Refuse, target,
                    $"the system disk {known.Serial} is missing; a replaced one is named with --os-disk-serial {bay}=SERIAL", [DriveComparison.Of(known)]));
            }
            else
            {
                actions.Add(new StorageAction(
                    wiped ? ActionKind.WipeOs : ActionKind.Keep,
                    target,
                    wiped ? "is the operating system's" : bays is null || found is not null ? "is protected"
                        : $"is protected; its drive {(BayFinder.WhyUnseen(layout.Chassis, bay, observed!) is null ? "is missing" : "could not be seen")}, "
                            + $"which does not hold up a reinstall",
                    [DriveComparison.Of(known)]));
            }
        }
    }

    private static void AddUnits(
        SetLayout set, Layout layout, DriveRecord record, ObservedStorage? observed, IReadOnlyDictionary<Bay, ObservedDrive>? bays, List<StorageAction> actions)
    {
        foreach (var lun in set.Luns.Where(_ => !IsWholeTarget(set, layout)))
        {
            var target = StorageTarget.Unit(lun.Name);
            var wiped = layout.Os.Set == set.Key && layout.Os.Lun == lun.Name;
            if (!wiped && !StorageComparison.Exists(record, set.Key))
            {
                continue;
            }

            var identities = RecordedIdentities.Of(record, lun.Name);
            var label = wiped ? layout.Os.Label : null;
            var partition = label is null ? null : record.Volumes.FirstOrDefault(volume => volume.Name == label)?.PartitionUuid;
            if (wiped && (identities.Count == 0 || (label is not null && partition is null)))
            {
                actions.Add(new StorageAction(ActionKind.Refuse, target,
                    $"holds the operating system's target, and {(label is null ? "its WWN or UUID" : $"the UUID of the partition {label}")} is not recorded",
                    identities));
                continue;
            }

            var unit = observed is null || bays is null ? null : UnitFinder.Find(set, lun, record, observed, bays);
            if (unit is { Match.IsMatch: false } && (wiped || unit.Device is not null))
            {
                actions.Add(StorageAction.Of(unit.Match, target, "", identities));
                continue;
            }

            actions.Add(new StorageAction(
                wiped && label is null ? ActionKind.WipeOs : ActionKind.Keep,
                target,
                wiped && label is null ? "is the operating system's" : unit is { Device: null }
                    ? "is protected; it is not seen now, which does not hold up a reinstall" : "is protected",
                identities));
            if (label is not null)
            {
                actions.Add(new StorageAction(ActionKind.WipeOs, new StorageTarget(StorageTargetKind.Partition, label),
                    $"is the operating system's; the other partitions of {lun.Name} stay as they are", ["partition " + partition]));
            }
        }
    }

    /// <summary>Strangers: a stick is left alone; a fixed disk may hold another machine's data, so an engineer decides (docs/faults.md, fault 16).</summary>
    private static void AddStrangers(Layout layout, DriveRecord record, ObservedStorage? observed, List<StorageAction> actions)
    {
        if (observed is null)
        {
            return;
        }

        var own = BayFinder.Find(layout, record, observed).Values.Select(drive => drive.Device).OfType<string>()
            .Concat(UnitFinder.Find(layout, record, observed).Values.Select(device => device.Name)).ToHashSet(StringComparer.Ordinal);
        foreach (var disk in observed.Devices.Where(device =>
            device is { Kind: BlockKind.Disk or BlockKind.Unknown, Removable: false, Bytes: > 0 } && device.Transport != "usb" && !own.Contains(device.Name)))
        {
            actions.Add(new StorageAction(ActionKind.Refuse, new StorageTarget(StorageTargetKind.Disk, disk.Serial ?? disk.Wwn ?? "without a serial"),
                "is in no bay of the chassis and no unit of a set", [$"serial {disk.Serial ?? "?"} wwn {disk.Wwn ?? "-"}"]));
        }
    }
}
