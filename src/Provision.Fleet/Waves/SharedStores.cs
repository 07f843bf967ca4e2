using Provision.Inventory;

namespace Provision.FleetRuns.Waves;

/// <summary>Which hosts hold copies of the same store. They are never changed at the same time.</summary>
internal sealed class SharedStores
{
    private readonly Dictionary<string, HashSet<string>> peers = new(StringComparer.Ordinal);

    /// <summary>Finds the pairs of a fleet.</summary>
    public SharedStores(Fleet fleet)
    {
        foreach (var store in fleet.Stores)
        {
            var hosts = store.Slots.Select(fleet.FindSlot).OfType<Slot>().Select(slot => slot.Host.Name).Distinct(StringComparer.Ordinal).ToList();
            foreach (var host in hosts)
            {
                if (!peers.TryGetValue(host, out var known))
                {
                    peers.Add(host, known = new HashSet<string>(StringComparer.Ordinal));
                }

                known.UnionWith(hosts.Where(other => other != host));
            }
        }
    }

    /// <summary>Returns true if two hosts hold copies of one store.</summary>
    public bool Between(string host, string other) => peers.TryGetValue(host, out var known) && known.Contains(other);
}
