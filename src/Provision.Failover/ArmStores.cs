using Provision.Inventory;
using Provision.Jobs;
using Provision.State.Mastership;

namespace Provision.Failover;

/// <summary>Gathers what the gates look at before a host's slots go out of service.</summary>
public static class ArmStores
{
    /// <summary>The stores with a slot on a host, each with the copies that would be left.</summary>
    /// <param name="fleet">The inventory.</param>
    /// <param name="host">The host.</param>
    /// <param name="now">Who is master, live.</param>
    /// <param name="isReinstalling">Whether a host, by its name, is armed or being installed.</param>
    /// <param name="difference">In what a replica differs from the master, by a full comparison of the mailboxes, or why that cannot be said; null where in nothing.</param>
    /// <param name="unknown">Why nothing can be said; null where it can.</param>
    public static IReadOnlyList<ArmStore> Of(Fleet fleet, Inventory.Host host, MastershipSnapshot now, Predicate<string> isReinstalling, Func<Slot, Slot, string?> difference, out string? unknown)
    {
        var stores = fleet.SlotsOf(host).Select(slot => (Slot: slot, Store: fleet.StoreOfSlot(slot.Name))).Where(pair => pair.Store is not null).ToList();
        var strangers = stores.Where(pair => !now.Stores.ContainsKey(pair.Store!.Name)).Select(pair => pair.Store!.Name).ToList();
        unknown = strangers.Count == 0 ? null : $"the database of masters does not know {string.Join(", ", strangers.Take(5))}{(strangers.Count > 5 ? $" and {strangers.Count - 5} more" : "")} (provision masters enroll)";
        if (unknown is not null)
        {
            return [];
        }

        return [.. stores.AsParallel().AsOrdered().WithDegreeOfParallelism(4).Select(pair => Look(pair.Slot, pair.Store!))];

        ArmStore Look(Slot here, Store store)
        {
            var master = now.Stores[store.Name].Master;
            var others = store.Slots.Select(fleet.FindSlot).OfType<Slot>().Where(slot => slot.Host.Name != host.Name).ToList();
            var unhealthy = new List<string>();
            var healthy = new List<string>();
            foreach (var slot in others)
            {
                if (now.Fenced.ContainsKey(slot.Name))
                {
                    unhealthy.Add($"{slot.Name} is fenced");
                }
                else if (slot.Name == master)
                {
                    healthy.Add(slot.Name);
                }
                else if (fleet.FindSlot(master) is not { } known)
                {
                    unhealthy.Add($"{slot.Name} cannot be compared: the master {master} is no slot of the inventory");
                }
                else if (difference(known, slot) is { } different)
                {
                    unhealthy.Add($"{slot.Name}: {different}");
                }
                else
                {
                    healthy.Add(slot.Name);
                }
            }

            return new ArmStore(
                store.Name, here.Name, master, master == here.Name, healthy, unhealthy,
                [.. others.Select(slot => slot.Host.Name).Where(name => isReinstalling(name)).Distinct(StringComparer.Ordinal)],
                [.. store.Slots.Where(now.Fenced.ContainsKey)]);
        }
    }
}
