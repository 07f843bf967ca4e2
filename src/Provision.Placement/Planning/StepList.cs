using Provision.Inventory;

namespace Provision.Placement;

/// <summary>
/// Turns moves between hosts into steps between slots: each move adds a replica, waits until it is in sync, and drops the old one, before the
/// next begins. So a store never has fewer copies than before, and a slot is used again only after it was dropped.
/// </summary>
internal sealed class StepList
{
    private readonly Masters masters;
    private readonly Dictionary<(string Host, string Class), Queue<Slot>> free = [];
    private readonly List<PlanStep> steps = [];

    /// <summary>Begins with the slots that are free in a placement.</summary>
    /// <param name="fleet">The placement.</param>
    /// <param name="masters">Who is master now: a master is never dropped.</param>
    public StepList(PlacedFleet fleet, Masters masters)
    {
        this.masters = masters;
        var used = fleet.Stores.SelectMany(static store => store.Slots).Select(static slot => slot.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var slot in fleet.Hosts.SelectMany(static host => host.Slots).Where(slot => !used.Contains(slot.Name)))
        {
            FreeOf(slot).Enqueue(slot);
        }
    }

    public IReadOnlyList<PlanStep> Steps => steps;

    /// <summary>Moves some slots of a store to other hosts, one after the other; where the store is then.</summary>
    /// <param name="store">The store as it is.</param>
    /// <param name="moves">Places in its list of slots, with the hosts they go to.</param>
    /// <param name="swap">The place of the slot that becomes the preferred master; 0 for no change.</param>
    public PlacedStore Move(PlacedStore store, IEnumerable<(int Place, string Host)> moves, int swap)
    {
        var old = store.Slots;
        var slots = old.ToArray();
        foreach (var (place, host) in moves)
        {
            slots[place] = free[(host, store.Class)].Dequeue();
        }

        var order = slots.ToArray();
        (order[0], order[swap]) = (order[swap], order[0]);
        var master = masters.MasterOf(new Store { Name = store.Name, Class = store.Class, Slots = [.. old.Select(static slot => slot.Name)], Location = default });
        foreach (var place in Enumerable.Range(0, slots.Length).Where(place => slots[place] != old[place]))
        {
            steps.Add(new(StepKind.AddReplica, store.Name, [slots[place].Name]));
            steps.Add(new(StepKind.WaitInSync, store.Name, [slots[place].Name]));

            // A master that leaves hands over first, to the slot that is to have it in the end, or to whoever is there already.
            if (old[place].Name == master)
            {
                var arrived = Enumerable.Range(0, slots.Length).Where(other => other <= place || slots[other] == old[other]).Select(other => slots[other]).ToList();
                master = (arrived.Contains(order[0]) ? order[0] : slots[place]).Name;
                steps.Add(new(StepKind.MakeMaster, store.Name, [master]));
            }

            steps.Add(new(StepKind.DropReplica, store.Name, [old[place].Name]));
            FreeOf(old[place]).Enqueue(old[place]);
        }

        if (swap > 0 && master != order[0].Name)
        {
            steps.Add(new(StepKind.MakeMaster, store.Name, [order[0].Name]));
        }

        return store with { Slots = order };
    }

    /// <summary>Makes a store on hosts; the first is its master.</summary>
    public PlacedStore Create(string name, string @class, IEnumerable<string> hosts)
    {
        var store = new PlacedStore(name, @class, [.. hosts.Select(host => free[(host, @class)].Dequeue())]);
        steps.Add(new(StepKind.Create, name, [.. store.Slots.Select(static slot => slot.Name)]));
        steps.Add(new(StepKind.WaitInSync, name, [.. store.Slots.Skip(1).Select(static slot => slot.Name)]));
        return store;
    }

    private Queue<Slot> FreeOf(Slot slot) =>
        free.TryGetValue((slot.Host.Name, slot.Class), out var queue) ? queue : free[(slot.Host.Name, slot.Class)] = new Queue<Slot>();
}
