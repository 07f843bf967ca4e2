using Provision.Inventory;

namespace Provision.Stores.Placement;

/// <summary>
/// Turns moves between hosts into steps between slots: each move adds a replica, waits until it is in sync, and drops the old one, before the next begins. So a
/// store never has fewer copies than before, and a slot is reused only after it was dropped.
/// </summary>
internal sealed class StepList
{
    private readonly Masters masters;
    private readonly Dictionary<(string Host, string Class), Queue<Slot>> free = [];
    private readonly Dictionary<string, string> chosen = new(StringComparer.Ordinal);
    private readonly List<PlanStep> steps = [];

    /// <summary>Starts with the free slots of a placement.</summary>
    /// <param name="fleet">The placement.</param>
    /// <param name="masters">The current masters: a master is never dropped.</param>
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

    /// <summary>Moves one slot of a store to another host.</summary>
    /// <param name="store">The store as it is.</param>
    /// <param name="place">The slot's position in the store's list.</param>
    /// <param name="host">The destination host, which has a free slot by then.</param>
    /// <param name="heir">The position of the slot that takes over first if the departing one is master; the same position for the new slot.</param>
    /// <returns>The store after the move, its list in the same order.</returns>
    public PlacedStore Move(PlacedStore store, int place, string host, int heir)
    {
        var old = store.Slots[place];
        var came = free[(host, store.Class)].Dequeue();
        var moved = store with { Slots = [.. store.Slots.Select((slot, other) => other == place ? came : slot)] };
        steps.Add(new(StepKind.AddReplica, store.Name, [came.Name]));
        steps.Add(new(StepKind.WaitInSync, store.Name, [came.Name]));

        if (MasterOf(store) == old.Name)
        {
            MakeMaster(moved, heir);
        }

        steps.Add(new(StepKind.DropReplica, store.Name, [old.Name]));
        FreeOf(old).Enqueue(old);
        return moved;
    }

    /// <summary>Makes the slot at a position the first of the store's list, and its master if it is not.</summary>
    public PlacedStore Prefer(PlacedStore store, int place)
    {
        var order = store.Slots.ToArray();
        (order[0], order[place]) = (order[place], order[0]);
        if (place > 0 && MasterOf(store) != order[0].Name)
        {
            MakeMaster(store, place);
        }

        return store with { Slots = order };
    }

    /// <summary>Creates a store on hosts; the first is its master.</summary>
    public PlacedStore Create(string name, string @class, IEnumerable<string> hosts)
    {
        var store = new PlacedStore(name, @class, [.. hosts.Select(host => free[(host, @class)].Dequeue())]);
        steps.Add(new(StepKind.Create, name, [.. store.Slots.Select(static slot => slot.Name)]));
        steps.Add(new(StepKind.WaitInSync, name, [.. store.Slots.Skip(1).Select(static slot => slot.Name)]));
        return store;
    }

    private string MasterOf(PlacedStore store) => chosen.TryGetValue(store.Name, out var master)
        ? master
        : masters.MasterOf(new Store { Name = store.Name, Class = store.Class, Slots = [.. store.Slots.Select(static slot => slot.Name)], Location = default });

    private void MakeMaster(PlacedStore store, int place)
    {
        steps.Add(new(StepKind.MakeMaster, store.Name, [store.Slots[place].Name]));
        chosen[store.Name] = store.Slots[place].Name;
    }

    private Queue<Slot> FreeOf(Slot slot) =>
        free.TryGetValue((slot.Host.Name, slot.Class), out var queue) ? queue : free[(slot.Host.Name, slot.Class)] = new Queue<Slot>();
}
