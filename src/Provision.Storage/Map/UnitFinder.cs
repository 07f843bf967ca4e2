using Provision.Inventory;
using Provision.Storage.Observe;

namespace Provision.Storage.Map;

/// <summary>Which block device is a unit of the layout: an array, a RAID controller's volume, a drive by itself.</summary>
public static class UnitFinder
{
    /// <summary>The devices by name of the unit; units that were not found are not in it. Pools have no device.</summary>
    /// <param name="layout">What is looked for.</param>
    /// <param name="record">The recorded identities, which count more than names; or null.</param>
    /// <param name="observed">Where it is looked for.</param>
    public static IReadOnlyDictionary<string, BlockDevice> Find(Layout layout, DriveRecord? record, ObservedStorage observed)
    {
        var found = new Dictionary<string, BlockDevice>(StringComparer.Ordinal);
        var drives = BayFinder.Find(layout.Chassis, observed);
        foreach (var set in layout.Sets)
        {
            foreach (var lun in set.Luns)
            {
                var recorded = record?.Units.FirstOrDefault(unit => unit.Name == lun.Name);
                var device = set.IsMd ? Array(lun.Name, recorded?.Uuid, observed)
                    : set.Level == RaidLevel.Single ? drives.GetValueOrDefault(set.Bays[0])?.Device is { } name ? observed.Find(name) : null
                    : Volume(lun.Name, recorded?.Wwn, layout, observed);
                if (device is not null)
                {
                    found[lun.Name] = device;
                }
            }
        }

        return found;
    }

    /// <summary>The md array of a unit, assembled or not: by its recorded UUID, or by its name while none is recorded.</summary>
    public static MdArray? FindArray(string unit, string? uuid, ObservedStorage observed) =>
        observed.Arrays.FirstOrDefault(array => uuid is not null && array.Uuid == uuid)
        ?? observed.Arrays.FirstOrDefault(array => array.Name == unit);

    private static BlockDevice? Array(string unit, string? uuid, ObservedStorage observed) =>
        FindArray(unit, uuid, observed)?.Device is { } name ? observed.Find(name) : null;

    /// <summary>A controller shows a volume's name as the model; where it does not, the labels on it tell whose it is.</summary>
    private static BlockDevice? Volume(string unit, string? wwn, Layout layout, ObservedStorage observed)
    {
        var disks = observed.Devices.Where(device => device.Kind == BlockKind.Disk).ToList();
        if (wwn is not null && disks.Find(disk => disk.Wwn == wwn) is { } known)
        {
            return known;
        }

        var named = disks.FindAll(disk => disk.Model?.Trim() == unit);
        if (named.Count == 1)
        {
            return named[0];
        }

        var labels = layout.Volumes.Where(volume => volume.Lun == unit).Select(volume => volume.Label).ToHashSet(StringComparer.Ordinal);
        var labelled = disks.FindAll(disk => disk.Table?.Partitions.Any(partition => partition.Label is { } label && labels.Contains(label)) == true);
        return labelled.Count == 1 ? labelled[0] : null;
    }
}
