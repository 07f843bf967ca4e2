using Provision.Inventory;
using Provision.Stores.Instances;

namespace Provision.Stores.Failover;

/// <summary>
/// What the steps of a placement plan do outside of themselves. Every method throws <see cref="HostUnreachableException"/> where a host does not answer, and
/// <see cref="SlotException"/> where it cannot do it.
/// </summary>
public interface IPlacementHands
{
    /// <summary>The inventory as it is now, with what <see cref="Place"/> changed.</summary>
    Fleet Fleet { get; }

    /// <summary>Writes a store's slots into the inventory and commits that.</summary>
    void Place(NewStore store, string message);

    /// <summary>Gives a host the commit and installs it there.</summary>
    /// <param name="host">The host.</param>
    /// <param name="fresh">A slot of it that is new, whose directories are made first; null for none.</param>
    void Deploy(Host host, Slot? fresh);

    /// <summary>Sends everything that a running master holds to a replica that is new.</summary>
    void Fill(Slot master, Slot replica);

    /// <summary>Compares a replica with its master in full; what differs is looked at again, because mail arrives meanwhile.</summary>
    StoreComparison Compare(Slot master, Slot replica);

    /// <summary>Makes a slot master.</summary>
    FailoverReport MakeMaster(Store store, Slot slot);
}
