using Provision.Inventory;
using Provision.Stores.Instances;
using Provision.Stores.Mastership;

namespace Provision.Stores.Failover;

/// <summary>Copies what only a fenced slot has, and lets the slot rejoin its store as a replica.</summary>
/// <param name="tools">The services to use.</param>
/// <param name="shell">Reaches the slot's host.</param>
/// <param name="difference">Returns what the first slot's mailboxes lack on the second, by a full comparison; null if nothing.</param>
public sealed class InstanceMerge(FailoverTools tools, HostShell shell, Func<Slot, Slot, string?> difference)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(60);

    /// <summary>Merges a fenced slot.</summary>
    /// <param name="slot">The slot.</param>
    /// <param name="reason">Why it may rejoin although some of its content is not on the master; null to refuse in that case.</param>
    /// <exception cref="InstanceException">The slot is not fenced, or some of its content could not be copied; it stays fenced.</exception>
    public void Run(Slot slot, string? reason)
    {
        var now = tools.Masters.Read();
        if (!now.Fenced.TryGetValue(slot.Name, out var fence))
        {
            throw new InstanceException($"{slot.Name} is not fenced: there is nothing to merge");
        }

        var store = tools.Fleet.FindStore(fence.Store)
            ?? throw new InstanceException($"{slot.Name} is fenced as a slot of {fence.Store}, which the inventory does not have any more");
        var row = now.Stores.GetValueOrDefault(store.Name) ?? throw new InstanceException($"the database of masters does not know {store.Name}");
        var master = tools.Fleet.FindSlot(row.Master) ?? throw new InstanceException($"{store.Name}: its master {row.Master} is no slot of the inventory");
        if (row.Mode != StoreMode.Up)
        {
            throw new InstanceException($"{store.Name} is moving: wait until it is up");
        }

        // systemd tries to start its unit every few seconds, and the start is refused.
        tools.Hands.Stop(slot);
        var peers = store.Slots.Where(name => name != slot.Name && !now.Fenced.ContainsKey(name)).Select(name => tools.Fleet.FindSlot(name)!)
            .OrderByDescending(peer => peer == master).ToList();
        tools.Say(store.Name, $"sends what {slot.Name} had for others to {string.Join(", ", peers.Select(peer => peer.Name))}");
        var sent = shell.Run(slot.Host, Limit,
            ["provision", "slot", "drain", slot.Host.Name, slot.Name, "--here", .. peers.SelectMany(peer => new[] { "--to", peer.Address.ToString()! })]);
        if (!sent.Succeeded)
        {
            throw new InstanceException($"{slot.Name} stays fenced: {Ssh.Last(sent.Error)}");
        }

        tools.Say(store.Name, $"compares {slot.Name} with {master.Name}");
        if (difference(slot, master) is { } missing)
        {
            if (reason is null)
            {
                throw new InstanceException($"{slot.Name} stays fenced, {master.Name} has not all of it: {missing}\ninspect these mailboxes; to merge " +
                    $"anyway: --accept-loss REASON");
            }

            tools.Say(store.Name, $"is let back though {missing}");
        }

        if (tools.Masters.Change(new MastershipChange.Merged(store.Name, slot.Name, reason, tools.By, tools.Clock.GetUtcNow())).Refusal is { } refusal)
        {
            throw new InstanceException(refusal);
        }

        tools.Say(store.Name, $"{slot.Name} is merged and starts as replica");
        if (tools.Hands.Start(slot) is { IsWell: false } health)
        {
            throw new InstanceException($"{slot.Name} is merged, and does not run well: {string.Join("; ", health.Problems)}");
        }
    }
}
