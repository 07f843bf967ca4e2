using System.Globalization;
using Provision.Inventory;
using Provision.Storage.Map;
using Provision.Storage.Observe;

namespace Provision.Storage.Plans;

/// <summary>Compares a machine's disks with its layout and its drive record; pure. <c>provision storage diff</c> prints it.</summary>
public static class StorageComparison
{
    /// <summary>Compares each bay, set, unit and volume, with the reason for each mismatch.</summary>
    /// <param name="layout">The host's layout.</param>
    /// <param name="record">What is known of the machine; null if nothing was ever accepted.</param>
    /// <param name="observed">What was seen.</param>
    public static StoragePlan Of(Layout layout, DriveRecord? record, ObservedStorage observed)
    {
        var actions = new List<StorageAction>();
        var bays = BayFinder.Find(layout, record, observed);
        foreach (var set in layout.Sets)
        {
            AddBays(layout, set, record, observed, bays, actions);
            AddSet(layout, set, record, observed, bays, actions);
        }

        foreach (var pool in layout.Pools)
        {
            AddPool(layout, pool, record, observed, actions);
        }

        return new StoragePlan { Host = layout.Host.Name, Purpose = "diff", Actions = actions, Problems = observed.Problems };
    }

    /// <summary>True if a set was created, as far as the record knows; a set that it does not name was never.</summary>
    public static bool Exists(DriveRecord? record, string set) => record?.Sets.Any(known => known.Name == set && known.Exists) == true;

    private static void AddBays(
        Layout layout, SetLayout set, DriveRecord? record, ObservedStorage observed, IReadOnlyDictionary<Bay, ObservedDrive> bays, List<StorageAction> actions)
    {
        foreach (var bay in set.Bays)
        {
            var expected = record?.Drives.FirstOrDefault(drive => drive.Bay == bay);
            var found = bays.GetValueOrDefault(bay);
            var target = StorageTarget.Bay(bay);
            if (found is null && BayFinder.WhyUnseen(layout.Chassis, bay, observed) is { } why)
            {
                actions.Add(new StorageAction(ActionKind.Unseen, target,
                    $"{(expected is null ? "what is in it" : $"the drive with the serial {expected.Serial}")} could not be seen: {why}",
                    expected is null ? [] : [DriveComparison.Of(expected)]));
            }
            else if (expected is not null && found is { Serial: null or "", Health.Unseen: { } unread })
            {
                actions.Add(new StorageAction(ActionKind.Unseen, target, $"whether its drive is {expected.Serial} could not be seen: {unread}",
                    [DriveComparison.Of(expected)]));
            }
            else if (expected is null)
            {
                actions.Add(new StorageAction(
                    found is null && record is not null && !Exists(record, set.Key) ? ActionKind.Keep : ActionKind.Refuse,
                    target,
                    found is null ? "is empty, and no drive is recorded for it" : "holds a drive that is not recorded: look at it with provision drives accept",
                    found is null ? [] : [DriveComparison.Of(bay, found)]));
            }
            else if (found is null)
            {
                actions.Add(new StorageAction(ActionKind.Refuse, target, $"the drive with the serial {expected.Serial} is missing",
                    [DriveComparison.Of(expected)]));
            }
            else
            {
                var match = DriveComparison.Compare(expected, found);
                var elsewhere = match.IsMatch ? null : record!.Drives.FirstOrDefault(drive => drive.Serial == found.Serial);
                actions.Add(match.IsMatch
                    ? found.Health.Verdict == HealthVerdict.Failed
                        ? new StorageAction(ActionKind.Refuse, target, $"the drive failed: {string.Join(", ", found.Health.Reasons)}",
                            [DriveComparison.Of(expected)])
                        : new StorageAction(ActionKind.Keep, target, "holds the recorded drive", [DriveComparison.Of(expected)])
                    : new StorageAction(ActionKind.Refuse, target, elsewhere is null ? match.ToString() : $"{match}: this is the drive of bay {elsewhere.Bay}",
                        [DriveComparison.Of(bay, found)]));
            }
        }
    }

    private static void AddSet(Layout layout, SetLayout set, DriveRecord? record, ObservedStorage observed, IReadOnlyDictionary<Bay, ObservedDrive> bays,
        List<StorageAction> actions)
    {
        foreach (var lun in set.Luns)
        {
            var unit = UnitFinder.Find(set, lun, record, observed, bays);
            var target = StorageTarget.Unit(lun.Name);
            var volumes = layout.Volumes.Where(volume => volume.Set == set.Key && volume.Lun == lun.Name && !volume.Os).ToList();
            if (lun.Os && volumes.Count == 0)
            {
                // What is on the operating system's target is of no value; the bays above say whether it is the right disk.
                actions.Add(new StorageAction(ActionKind.Keep, target, "is the operating system's target",
                    [.. set.Bays.Select(bay => record?.Drives.FirstOrDefault(drive => drive.Bay == bay)).OfType<RecordedDrive>().Select(DriveComparison.Of)]));
                continue;
            }

            if (!Exists(record, set.Key))
            {
                actions.Add(New(set, unit, bays, observed, target));
                continue;
            }

            var match = !unit.Match.IsMatch ? unit.Match
                : unit.Health == SetHealth.Unknown
                    ? Match.Unseen($"is there, but its state could not be seen: {observed.WhyUnseen(StoragePart.ArecaVolumes) ?? unit.State}")
                : unit.Health is SetHealth.Normal or SetHealth.Busy ? Match.Yes
                : Match.No($"is {unit.State}");
            actions.Add(StorageAction.Of(match, target, $"is there ({unit.State})", RecordedIdentities.Of(record, lun.Name)));
            foreach (var volume in volumes)
            {
                var found = VolumeFinder.Find(volume, unit, record, observed);
                actions.Add(StorageAction.Of(found.Match, StorageTarget.Volume(volume.Label), Status(found), found.Identities));
            }
        }
    }

    private static StorageAction New(SetLayout set, FoundUnit unit, IReadOnlyDictionary<Bay, ObservedDrive> bays, ObservedStorage observed,
        StorageTarget target)
    {
        var drives = set.Bays.Where(bays.ContainsKey).Select(bay => DriveComparison.Of(bay, bays[bay])).ToList();
        if (unit.Device is { IsBlank: true } && (set.Level is RaidLevel.ArecaRaid1 or RaidLevel.ArecaRaid6))
        {
            return new StorageAction(ActionKind.Create, target,
                $"the set {set.Key} is new and the controller's volume is there and blank: provision storage create --set {set.Key}", drives);
        }

        if (unit.Device is not null)
        {
            return new StorageAction(ActionKind.Refuse, target,
                $"the set {set.Key} is recorded as new, but {unit.Device.Path} is there: provision drives accept records it", drives);
        }

        var doubts = Blankness.Doubts(set.Bays.Where(bays.ContainsKey).Select(bay => bays[bay]), observed);
        return doubts.Count > 0
            ? new StorageAction(ActionKind.Refuse, target, string.Join("; ", doubts), drives)
            : drives.Count < set.Bays.Count
                ? new StorageAction(ActionKind.Refuse, target,
                    $"the set {set.Key} is new, and {set.Bays.Count - drives.Count} of its {set.Bays.Count} bays are empty", drives)
                : new StorageAction(ActionKind.Create, target, $"the set {set.Key} is new and its drives are blank: provision storage create --set {set.Key}",
                    drives);
    }

    private static void AddPool(Layout layout, PoolLayout pool, DriveRecord? record, ObservedStorage observed, List<StorageAction> actions)
    {
        if (!pool.Definition.Sets.Any(set => Exists(record, set)))
        {
            return;
        }

        var found = PoolFinder.Find(pool, record, observed);
        var state = found.Found?.Health switch
        {
            null => found.Match,
            _ when !found.Match.IsMatch => found.Match,
            SetHealth.Unknown => Match.Unseen($"is there, but its state could not be seen: {found.Found.Unseen ?? "it is not understood"}"),
            SetHealth.Degraded or SetHealth.Failed => Match.No($"is {found.Found.Health.ToString().ToLowerInvariant()}"),
            _ => Match.Yes,
        };
        actions.Add(StorageAction.Of(state, StorageTarget.Pool(pool.Name), found.Found?.Imported == true ? "is imported" : "is there, not imported",
            RecordedIdentities.Of(record, pool.Name)));
        foreach (var volume in layout.Volumes.Where(volume => volume.Lun == pool.Name && volume.Set == pool.Definition.Name))
        {
            var dataset = found.Found?.Datasets.FirstOrDefault(entry => entry.Name == volume.Device);
            var known = record!.Volumes.FirstOrDefault(entry => entry.Name == volume.Label)?.FilesystemUuid;
            var guid = dataset?.Guid.ToString(CultureInfo.InvariantCulture);
            actions.Add(found.Match.IsUnseen
                ? StorageAction.Of(found.Match, StorageTarget.Volume(volume.Label), "", [])
                : found.Found is { Imported: false }
                ? new StorageAction(ActionKind.Keep, StorageTarget.Volume(volume.Label), "cannot be seen while its pool is not imported", [])
                : dataset is null
                    ? StorageAction.Of(
                        observed.WhyUnseen(StoragePart.Datasets) is { } why ? Match.Unseen($"the dataset {volume.Device} could not be seen: {why}")
                        : Match.No($"there is no dataset {volume.Device}"),
                        StorageTarget.Volume(volume.Label), "", [])
                    : known is not null && known != guid
                        ? new StorageAction(ActionKind.Refuse, StorageTarget.Volume(volume.Label),
                            $"the dataset {volume.Device} has the GUID {guid} instead of {known}", [])
                        : new StorageAction(ActionKind.Keep, StorageTarget.Volume(volume.Label),
                            dataset.Mounted ? $"is mounted at {dataset.MountPath}" : "is there, not mounted", ["dataset " + guid]));
        }
    }

    private static string Status(FoundVolume found) =>
        found.Mount is { } mount ? $"is mounted at {mount.Path}" : found.Opened is null ? "is there, locked" : "is there, not mounted";
}
