using Provision.Inventory;
using Provision.Stores.Instances;

namespace Provision.Stores.Failover;

/// <summary>
/// The operations of a failover on slots, local or remote. Every method throws <see cref="HostUnreachableException"/> if the slot's host does not answer, and
/// <see cref="InstanceException"/> if the host answers but cannot do what is asked.
/// </summary>
public interface IInstanceOperations
{
    /// <summary>Returns the health of a slot.</summary>
    InstanceHealth Status(Slot slot);

    /// <summary>Starts a slot in the replication role that the database assigns to it, and waits until it is healthy.</summary>
    /// <returns>Its health afterwards.</returns>
    InstanceHealth Start(Slot slot);

    /// <summary>Stops a slot, with ten seconds to finish its current work.</summary>
    void Stop(Slot slot);

    /// <summary>Sends a stopped master's changes to all its replicas.</summary>
    /// <returns>The channels that still have changes; empty if the replicas have everything.</returns>
    IReadOnlyList<ReplicationChannel> Drain(Slot slot);
}
