using Provision.Inventory;

namespace Provision.Storage.Map;

/// <summary>What the drives of each set carry: volumes, slots, stores, masters.</summary>
internal sealed class SetContents
{
    private readonly Dictionary<string, Contents> bySet = new(StringComparer.Ordinal);

    public SetContents(Layout layout, HostView? view)
    {
        var slots = (view?.Slots ?? [.. layout.Slots.Select(slot => new SlotView(slot, null, false, [], null))])
            .Select(slot => (View: slot, slot.Slot.Tiers.Mounts)).ToList();
        foreach (var set in layout.Sets)
        {
            var owner = layout.Pools.FirstOrDefault(pool => pool.Definition.Sets.Contains(set.Key))?.Definition.Name ?? set.Key;
            var volumes = layout.Volumes.Where(volume => volume.Set == owner).ToList();
            var mounts = volumes.Select(volume => volume.MountPath).OfType<string>().ToHashSet(StringComparer.Ordinal);
            var here = slots.Where(slot => slot.Mounts.Any(mounts.Contains)).Select(slot => slot.View).ToList();
            bySet[set.Key] = new Contents(
                volumes.Count == 0 ? VolumeEncryption.None : volumes.Max(volume => volume.Encryption),
                [.. volumes.Select(volume => volume.Label)],
                [.. here.Select(slot => slot.Slot.Name)],
                [.. here.Select(slot => slot.Store?.Name).OfType<string>()],
                [.. here.Where(slot => slot.IsMaster).Select(slot => slot.Store!.Name)]);
        }
    }

    /// <summary>The bay with what its set carries.</summary>
    public BayState Into(BayState bay, SetState set)
    {
        var contents = bySet[set.Layout.Key];
        return bay with
        {
            Set = set,
            Encryption = contents.Encryption,
            Volumes = contents.Volumes.Count > 0 ? contents.Volumes : bay.Volumes,
            Slots = contents.Slots,
            Stores = contents.Stores,
            Masters = contents.Masters,
        };
    }

    private sealed record Contents(VolumeEncryption Encryption, List<string> Volumes, List<string> Slots, List<string> Stores, List<string> Masters);
}
