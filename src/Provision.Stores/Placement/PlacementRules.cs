using Provision.Inventory;

namespace Provision.Stores.Placement;

/// <summary>The hard rules of a whole placement: those of each store, and those of each slot.</summary>
public static class PlacementRules
{
    /// <summary>Returns every breach of a rule, store by store.</summary>
    public static IReadOnlyList<StoreBreach> Check(PlacedFleet fleet)
    {
        var breaches = new List<StoreBreach>();
        var usedBy = new Dictionary<string, string>(StringComparer.Ordinal);
        var hosts = fleet.Hosts.ToDictionary(static host => host.Host.Name, StringComparer.Ordinal);
        foreach (var store in fleet.Stores)
        {
            breaches.AddRange(StoreRules.Check(new StoreShape(store.Name, store.Class, store.Slots, fleet.SeveralSites, fleet.CopiesOf(store.Class))));
            for (var i = 0; i < store.Slots.Count; i++)
            {
                var slot = store.Slots[i];
                if (!usedBy.TryAdd(slot.Name, store.Name))
                {
                    breaches.Add(new("one-store", $"the slot {slot.Name} holds {usedBy[slot.Name]} and {store.Name}", i));
                }

                if (!hosts.TryGetValue(slot.Host.Name, out var host))
                {
                    breaches.Add(new("in-service", $"{store.Name} has the slot {slot.Name}, but {slot.Host.Name} is not a host of this fleet, or retired", i));
                }
                else if (host.Use != HostUse.InService)
                {
                    breaches.Add(new("in-service",
                        $"{store.Name} has the slot {slot.Name}, but {slot.Host.Name} is " +
                        $"{(host.Use == HostUse.Waiting ? "not in service yet (status new)" : "being emptied")}", i));
                }
            }
        }

        return breaches;
    }
}
