using System.Globalization;
using Provision.Inventory;
using Provision.Storage.Map;
using Provision.Storage.Observe;

namespace Provision.Storage.Record;

/// <summary>The identities of a layout's units and volumes as they were found on a machine, by name and label.</summary>
internal sealed class FoundIdentities
{
    private readonly Layout layout;
    private readonly ObservedStorage observed;
    private readonly DriveRecord? record;
    private readonly IReadOnlyDictionary<string, BlockDevice> devices;

    public FoundIdentities(Layout layout, DriveRecord? record, ObservedStorage observed, DiagnosticBag refusals)
    {
        this.layout = layout;
        this.record = record;
        this.observed = observed;
        devices = UnitFinder.Find(layout, record, observed);
        foreach (var set in layout.Sets)
        {
            foreach (var lun in set.Luns)
            {
                var array = set.IsMd ? UnitFinder.FindArray(lun.Name, null, observed) : null;
                if (array is not null || devices.ContainsKey(lun.Name))
                {
                    var device = devices.GetValueOrDefault(lun.Name);
                    Units[lun.Name] = new UnitIdentity(array?.Uuid, set.IsMd ? null : device?.Wwn, device?.Table?.Uuid);
                }
            }
        }

        foreach (var unread in observed.Devices.Where(IsUnread))
        {
            refusals.Error(Location.OfFile(unread.Path), $"what is on it could not be read: {unread.Unseen ?? "it could not be searched for signatures"}");
        }

        foreach (var pool in layout.Pools)
        {
            if (observed.Pools.FirstOrDefault(found => found.Name == pool.Name) is { } found)
            {
                Units[pool.Name] = new UnitIdentity(found.Guid.ToString(CultureInfo.InvariantCulture), null, null);
            }
        }

        var labelled = observed.Devices.Where(device => device.PartitionLabel is not null).ToLookup(device => device.PartitionLabel!, StringComparer.Ordinal);
        foreach (var volume in layout.Volumes)
        {
            if (Find(volume, labelled[volume.Label].ToList(), refusals) is { } identity)
            {
                Volumes[volume.Label] = identity;
            }
        }
    }

    /// <summary>Units by name.</summary>
    public Dictionary<string, UnitIdentity> Units { get; } = new(StringComparer.Ordinal);

    /// <summary>Volumes by label.</summary>
    public Dictionary<string, VolumeIdentity> Volumes { get; } = new(StringComparer.Ordinal);

    /// <summary>True if a set or pool of the chassis was found.</summary>
    public bool Exists(string key)
    {
        if (layout.Pools.FirstOrDefault(pool => pool.Definition.Name == key || pool.Definition.Sets.Contains(key)) is { } pool)
        {
            return Units.ContainsKey(pool.Name);
        }

        var set = layout.Sets.First(set => set.Key == key);
        if (set.Level == RaidLevel.Spare)
        {
            return BayFinder.Find(layout, record, observed).Any(pair => set.Bays.Contains(pair.Key) && pair.Value.Areca is { Use: ArecaUse.HotSpare });
        }

        if (set.IsMd)
        {
            return set.Luns.Any(lun => Units.ContainsKey(lun.Name));
        }

        // A single drive is always there, and a controller makes its volumes before anything is put on them: a set it is once something is on it.
        // What lies on the operating system's volume says nothing of the data beside it.
        var data = set.Luns.Where(lun => !lun.Os).ToList();
        return (data.Count > 0 ? data : set.Luns).Any(lun => devices.TryGetValue(lun.Name, out var device) && !device.IsBlank);
    }

    /// <summary>True for a unit, or a partition of one, of which something could not be read that belongs into the record.</summary>
    private bool IsUnread(BlockDevice device) =>
        (device.Unseen is not null || device is { WasProbed: false, Bytes: > 0 })
            && devices.Values.Any(unit => unit == device || device.Parents.Contains(unit.Name));

    private VolumeIdentity? Find(Volume volume, List<BlockDevice> labelled, DiagnosticBag refusals)
    {
        if (volume.Filesystem == "zfs")
        {
            var dataset = observed.Pools.Where(pool => pool.Name == volume.Lun).SelectMany(pool => pool.Datasets)
                .FirstOrDefault(dataset => dataset.Name == volume.Device);
            return dataset is null ? null : new VolumeIdentity(null, null, dataset.Guid.ToString(CultureInfo.InvariantCulture), null);
        }

        var unit = devices.GetValueOrDefault(volume.Lun);
        var whole = volume.Device.StartsWith("/dev/md/", StringComparison.Ordinal);
        if (!whole && labelled.Count > 1)
        {
            refusals.Error(Location.OfFile("volume " + volume.Label),
                $"the label {volume.Label} is on {string.Join(" and ", labelled.Select(device => device.Name))}: it is not known which of them is the volume");
            return null;
        }

        if (!whole && labelled.Count == 1 && unit is not null && !labelled[0].Parents.Contains(unit.Name))
        {
            refusals.Error(Location.OfFile("volume " + volume.Label),
                $"the label {volume.Label} is on {labelled[0].Name}, which is no part of {volume.Lun} ({unit.Name})");
            return null;
        }

        if ((whole ? unit : labelled.FirstOrDefault()) is not { } device)
        {
            return null;
        }

        var opened = device.Children.Select(observed.Find).FirstOrDefault(child => child?.Kind == BlockKind.Crypt);
        var filesystem = (volume.Encryption == VolumeEncryption.Luks ? opened : device)?.Signatures.FirstOrDefault(signature =>
            signature.Type == volume.Filesystem)?.Uuid;
        var header = volume.Encryption == VolumeEncryption.Luks ? device.Luks : null;
        if (header is { Encrypts: false })
        {
            refusals.Error(Location.OfFile("volume " + volume.Label),
                $"the LUKS header of {device.Path} names the cipher {header.Cipher ?? "(none)"}, which encrypts nothing");
        }

        var identity = new VolumeIdentity(device.PartitionUuid, header?.Uuid, filesystem, null)
        {
            Cipher = header?.Cipher,
            KeyBits = header?.KeyBytes * 8,
        };
        return identity is { Partition: null, Luks: null, Filesystem: null } ? null : identity;
    }
}
