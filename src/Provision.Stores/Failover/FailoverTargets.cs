using Provision.Inventory;
using Provision.Stores.Mastership;

namespace Provision.Stores.Failover;

/// <summary>Selects the slots that take over stores. Pure.</summary>
public static class FailoverTargets
{
    /// <summary>
    /// Returns targets for all stores that have their master on a host: slots at the store's own site first, and among those the host with the fewest masters,
    /// including those it takes over. Stores with the fewest candidates are assigned first, so that none is left with an overloaded host.
    /// </summary>
    /// <param name="fleet">The inventory.</param>
    /// <param name="now">The current masters.</param>
    /// <param name="host">The host to vacate.</param>
    /// <param name="problems">Receives an error for each store without a possible target.</param>
    public static IReadOnlyList<FailoverRequest> AwayFrom(Fleet fleet, MastershipSnapshot now, Host host, DiagnosticBag problems)
    {
        var masters = now.Stores.Values.Select(store => fleet.FindSlot(store.Master)?.Host.Name).OfType<string>().GroupBy(name => name, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.Count(), StringComparer.Ordinal);
        var candidates = new List<(Store Store, List<Slot> Slots)>();
        foreach (var store in OnHost(fleet, now, host))
        {
            var others = store.Slots.Select(fleet.FindSlot).OfType<Slot>()
                .Where(slot => slot.Host.Name != host.Name && slot.Host.Status == HostStatus.Active && !now.Fenced.ContainsKey(slot.Name)).ToList();
            var near = others.Where(slot => slot.Host.Site == host.Site).ToList();
            if (others.Count == 0)
            {
                problems.Error(store.Location, $"{store.Name}: none of its other slots can take over");
            }
            else
            {
                candidates.Add((store, near.Count > 0 ? near : others));
            }
        }

        var requests = new List<FailoverRequest>();
        foreach (var (store, slots) in candidates.OrderBy(candidate => candidate.Slots.Count).ThenBy(candidate => candidate.Store.Name, StringComparer.Ordinal))
        {
            var target = slots.MinBy(slot => masters.GetValueOrDefault(slot.Host.Name))!;
            masters[target.Host.Name] = masters.GetValueOrDefault(target.Host.Name) + 1;
            requests.Add(new FailoverRequest(store, target));
        }

        return requests;
    }

    /// <summary>Returns the moves back: every store that prefers a slot of the host (its first in the inventory) and has its master elsewhere.</summary>
    public static IReadOnlyList<FailoverRequest> BackTo(Fleet fleet, MastershipSnapshot now, Host host) =>
    [
        .. now.Stores.Values.Select(store => fleet.FindStore(store.Store)).OfType<Store>()
            .Where(store => store.Slots[0] != now.Stores[store.Name].Master && fleet.FindSlot(store.Slots[0])?.Host.Name == host.Name)
            .OrderBy(store => store.Name, StringComparer.Ordinal).Select(store => new FailoverRequest(store, fleet.FindSlot(store.Slots[0])!)),
    ];

    /// <summary>Returns the stores that have their master on a host, by name.</summary>
    public static IReadOnlyList<Store> OnHost(Fleet fleet, MastershipSnapshot now, Host host) =>
    [
        .. now.Stores.Values.Where(store => fleet.FindSlot(store.Master)?.Host.Name == host.Name)
            .Select(store => fleet.FindStore(store.Store)).OfType<Store>().OrderBy(store => store.Name, StringComparer.Ordinal),
    ];
}
