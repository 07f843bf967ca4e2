using System.Globalization;
using Provision.Inventory;
using Provision.Storage.Observe;

namespace Provision.Storage.Map;

/// <summary>The disk of each leaf of a pool: its device, or the drive of the bay that its name is an alias of (vdev_id: <c>front-4</c>).</summary>
internal sealed class PoolLeaves
{
    private readonly Dictionary<string, string> disks = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> aliases = new(StringComparer.Ordinal);

    public PoolLeaves(ObservedStorage observed, IReadOnlyDictionary<Bay, ObservedDrive> drives)
    {
        foreach (var device in observed.Devices)
        {
            disks[device.Name] = device.Kind == BlockKind.Partition && device.Parents.Count == 1 ? device.Parents[0] : device.Name;
        }

        foreach (var (bay, drive) in drives)
        {
            if (drive.Device is { } disk)
            {
                aliases[string.Create(CultureInfo.InvariantCulture, $"{bay.Panel}-{bay.Number}")] = disk;
                aliases[string.Create(CultureInfo.InvariantCulture, $"{bay.Panel}{bay.Number}")] = disk;
            }
        }
    }

    /// <summary>The leaves of a pool, its spares too.</summary>
    public static IEnumerable<Vdev> Of(ObservedPool pool) => (pool.Status?.Vdevs ?? []).Concat(pool.Status?.Spares ?? []).SelectMany(vdev => vdev.Leaves);

    /// <summary>The disk that a device is, or that a partition is on.</summary>
    public string DiskOf(string device) => disks.GetValueOrDefault(device, device);

    /// <summary>The disk of a leaf, or null.</summary>
    public string? DiskOf(Vdev leaf)
    {
        if (leaf.Device is { } device)
        {
            return DiskOf(device);
        }

        var name = leaf.Name.Split('/')[^1];
        var part = name.IndexOf("-part", StringComparison.Ordinal);
        return aliases.GetValueOrDefault(part > 0 ? name[..part] : name);
    }
}
