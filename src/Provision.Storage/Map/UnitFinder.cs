using Provision.Inventory;
using Provision.Storage.Guard;
using Provision.Storage.Observe;

namespace Provision.Storage.Map;

/// <summary>A unit of a set as it was found: the device of an array, of a controller's volume, or of a drive by itself.</summary>
/// <param name="Set">The set.</param>
/// <param name="Lun">The unit.</param>
/// <param name="Device">Its device; null if there is none, or if it is not certain which.</param>
/// <param name="Match">Whether it is what the record says; with a device, too, there may be reasons against it.</param>
/// <param name="Health">How the set does.</param>
/// <param name="State">How it does, in the words of the array or controller.</param>
public sealed record FoundUnit(SetLayout Set, LunLayout Lun, BlockDevice? Device, Match Match, SetHealth Health, string State);

/// <summary>Finds the device of a unit by what it is, never by its kernel name.</summary>
public static class UnitFinder
{
    /// <summary>The devices by name of the unit, those that are certain; pools have none.</summary>
    public static IReadOnlyDictionary<string, BlockDevice> Find(Layout layout, DriveRecord? record, ObservedStorage observed)
    {
        var bays = BayFinder.Find(layout, record, observed);
        return layout.Sets
            .SelectMany(set => set.Luns.Select(lun => Find(set, lun, record, observed, bays)))
            .Where(unit => unit.Device is not null)
            .ToDictionary(unit => unit.Lun.Name, unit => unit.Device!, StringComparer.Ordinal);
    }

    /// <summary>The array of a unit, assembled or not: by its recorded UUID, or by its name while none is recorded.</summary>
    public static MdArray? FindArray(string unit, string? uuid, ObservedStorage observed) =>
        observed.Arrays.FirstOrDefault(array => uuid is not null ? PlannedIds.Same(array.Uuid, uuid) : array.Name == unit);

    /// <summary>The device of a unit of a set.</summary>
    /// <param name="set">The set.</param>
    /// <param name="lun">Its unit.</param>
    /// <param name="record">What is known of the machine; null for nothing.</param>
    /// <param name="observed">What was seen.</param>
    /// <param name="bays">Drives by bay.</param>
    public static FoundUnit Find(SetLayout set, LunLayout lun, DriveRecord? record, ObservedStorage observed, IReadOnlyDictionary<Bay, ObservedDrive> bays)
    {
        var known = record?.Units.FirstOrDefault(unit => unit.Name == lun.Name);
        return set.Level switch
        {
            RaidLevel.MdRaid1 or RaidLevel.MdRaid10 => Array(set, lun, known, observed, bays),
            RaidLevel.ArecaRaid1 or RaidLevel.ArecaRaid6 => Volume(set, lun, known, observed),
            _ => Drive(set, lun, observed, bays),
        };
    }

    /// <summary>Why it is not known what is on the drives of a set, so that what was not found may still be there; null if all of it was read.</summary>
    /// <param name="set">The set.</param>
    /// <param name="signature">The kind of signature that matters: linux_raid_member, zfs_member.</param>
    /// <param name="isRead">True for a device whose superblock or label was read.</param>
    /// <param name="observed">What was seen.</param>
    /// <param name="bays">Drives by bay.</param>
    internal static string? WhyUnread(SetLayout set, string signature, Func<BlockDevice, bool> isRead, ObservedStorage observed,
        IReadOnlyDictionary<Bay, ObservedDrive> bays)
    {
        if (observed.WhyUnseen(StoragePart.Devices) is { } why)
        {
            return why;
        }

        var disks = set.Bays.Where(bays.ContainsKey).Select(bay => bays[bay].Device).OfType<string>().ToHashSet(StringComparer.Ordinal);
        foreach (var device in observed.Devices.Where(device =>
            disks.Contains(device.Kind == BlockKind.Partition && device.Parents.Count == 1 ? device.Parents[0] : device.Name)))
        {
            if (!device.WasProbed)
            {
                return $"{device.Path} could not be searched for signatures";
            }

            if (device.Signatures.Any(found => found.Type == signature) && !isRead(device))
            {
                return device.Unseen ?? $"what {device.Path} belongs to could not be read";
            }
        }

        return null;
    }

    private static FoundUnit Array(SetLayout set, LunLayout lun, RecordedUnit? known, ObservedStorage observed, IReadOnlyDictionary<Bay, ObservedDrive> bays)
    {
        var arrays = observed.Arrays.Where(array => known?.Uuid is { } uuid ? PlannedIds.Same(array.Uuid, uuid) : array.Name == lun.Name).ToList();
        if (arrays.Count != 1)
        {
            if (arrays.Count == 0 && WhyUnread(set, "linux_raid_member", device => device.Md is not null, observed, bays) is { } why)
            {
                return Unseen(set, lun, $"the array {lun.Name} could not be seen: {why}");
            }

            var other = known?.Uuid is null ? null : observed.Arrays.FirstOrDefault(array => array.Name == lun.Name);
            return None(
                set,
                lun,
                arrays.Count > 1 ? $"{arrays.Count} arrays have the name {lun.Name}: {string.Join(", ", arrays.Select(array => array.Uuid))}"
                    : other is not null ? $"the array {lun.Name} has the UUID {other.Uuid} instead of {known!.Uuid}"
                    : known?.Uuid is { } expected ? $"no array has the UUID {expected}" : $"no array has the name {lun.Name}");
        }

        var found = arrays[0];
        var device = found.Device is null ? null : observed.Find(found.Device);
        return new FoundUnit(set, lun, device, device is null || found.State == SetHealth.Inactive
            ? Match.No($"the array {lun.Name} is not started: provision storage unlock starts it") : Match.Yes, found.State,
            found.Progress ?? found.State.ToString().ToLowerInvariant());
    }

    private static FoundUnit Volume(SetLayout set, LunLayout lun, RecordedUnit? known, ObservedStorage observed)
    {
        var state = observed.ArecaVolumes.FirstOrDefault(volume => volume.Name == lun.Name);
        var health = state?.Health ?? SetHealth.Unknown;
        var disks = observed.Devices.Where(device => device.Kind == BlockKind.Disk).ToList();

        // The controller gives the volume's name as the model; volumes share its serial, only the WWN tells them apart (docs/faults.md, fault 2).
        var named = disks.Where(disk => disk.Model == lun.Name).ToList();
        var candidates = known?.Wwn is { } wwn ? disks.Where(disk => string.Equals(disk.Wwn, wwn, StringComparison.OrdinalIgnoreCase)).ToList() : named;
        if (candidates.Count == 0 && observed.WhyUnseen(StoragePart.Devices) is { } why)
        {
            return Unseen(set, lun, $"the volume {lun.Name} could not be seen: {why}");
        }

        if (candidates.Count != 1)
        {
            return None(
                set,
                lun,
                candidates.Count > 1 ? $"{candidates.Count} disks claim to be {(known?.Wwn is null ? "the volume " + lun.Name : known.Wwn)}"
                    : known?.Wwn is null ? $"no disk is the controller's volume {lun.Name}"
                    : named.Count > 0 ? $"the volume {lun.Name} has the WWN {named[0].Wwn ?? "(none)"} instead of {known.Wwn}"
                        : $"no disk has the WWN {known.Wwn}") with
            { Health = health };
        }

        var match = known?.Wwn is not null && named.Count > 0 && candidates[0].Model != lun.Name
            ? Match.No($"the disk with the WWN {known.Wwn} is called {candidates[0].Model}, and another one {lun.Name}")
            : Match.Yes;
        return new FoundUnit(set, lun, candidates[0], match, health, state?.State ?? "unknown");
    }

    private static FoundUnit Drive(SetLayout set, LunLayout lun, ObservedStorage observed, IReadOnlyDictionary<Bay, ObservedDrive> bays)
    {
        var drive = set.Bays.Count == 1 && bays.TryGetValue(set.Bays[0], out var found) ? found : null;
        var device = drive?.Device is { } name ? observed.Find(name) : null;
        return device is null
            ? observed.WhyUnseen(StoragePart.Devices) is { } why
                ? Unseen(set, lun, $"what is in bay {string.Join(", ", set.Bays)} could not be seen: {why}")
                : None(set, lun, $"there is no drive in bay {string.Join(", ", set.Bays)}")
            : new FoundUnit(set, lun, device, Match.Yes, drive!.Health.Verdict == HealthVerdict.Failed ? SetHealth.Failed : SetHealth.Normal, "present");
    }

    private static FoundUnit Unseen(SetLayout set, LunLayout lun, string why) => new(set, lun, null, Match.Unseen(why), SetHealth.Unknown, "unseen");

    private static FoundUnit None(SetLayout set, LunLayout lun, string why) => new(set, lun, null, Match.No(why), SetHealth.Unknown, "missing");
}
