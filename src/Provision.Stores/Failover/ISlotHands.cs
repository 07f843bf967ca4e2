using Provision.Inventory;
using Provision.Stores.Instances;

namespace Provision.Stores.Failover;

/// <summary>
/// What a failover does to slots, wherever they are. Every method throws <see cref="HostUnreachableException"/> where the slot's host does not answer, and
/// <see cref="SlotException"/> where the host answers and cannot do it.
/// </summary>
public interface ISlotHands
{
    /// <summary>How a slot is.</summary>
    SlotHealth Status(Slot slot);

    /// <summary>Starts a slot, in the role that the database gives it, and waits until it is well.</summary>
    /// <returns>How it is then.</returns>
    SlotHealth Start(Slot slot);

    /// <summary>Stops a slot; what it is doing has ten seconds to end.</summary>
    void Stop(Slot slot);

    /// <summary>Sends a stopped master's changes to all its replicas.</summary>
    /// <returns>The channels that still have something; empty for a slot whose replicas have everything.</returns>
    IReadOnlyList<SlotChannel> Drain(Slot slot);
}
