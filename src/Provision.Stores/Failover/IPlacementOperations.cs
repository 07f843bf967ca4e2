using Provision.Inventory;
using Provision.Stores.Instances;

namespace Provision.Stores.Failover;

/// <summary>
/// The external operations of a placement plan. Every method throws <see cref="HostUnreachableException"/> if a host does not answer, and
/// <see cref="InstanceException"/> if it cannot do what is asked.
/// </summary>
public interface IPlacementOperations
{
    /// <summary>The current inventory, including the changes of <see cref="Place"/>.</summary>
    Fleet Fleet { get; }

    /// <summary>Writes a store's slots into the inventory and commits the change.</summary>
    void Place(NewStore store, string message);

    /// <summary>Deploys the commit to a host and installs it.</summary>
    /// <param name="host">The host.</param>
    /// <param name="fresh">A new slot of the host, whose directories are created first; null for none.</param>
    void Deploy(Host host, Slot? fresh);

    /// <summary>Sends everything that a running master holds to a new replica.</summary>
    void Fill(Slot master, Slot replica);

    /// <summary>Compares a replica with its master in full; differences are checked again, because mail arrives meanwhile.</summary>
    StoreComparison Compare(Slot master, Slot replica);

    /// <summary>Makes a slot the master of its store.</summary>
    FailoverReport MakeMaster(Store store, Slot slot);
}
