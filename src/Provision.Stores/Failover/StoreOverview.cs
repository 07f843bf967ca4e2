using Provision.Inventory;
using Provision.Stores.Instances;
using Provision.Stores.Mastership;

namespace Provision.Stores.Failover;

/// <summary>The current condition of one slot of a store.</summary>
/// <param name="Slot">The slot.</param>
/// <param name="Health">Its health; null if its host does not answer.</param>
/// <param name="Behind">Age of the oldest change waiting for it on the master; null if none is waiting, or if unknown.</param>
/// <param name="IsCurrent">True if it could serve with all mail except that of the last five minutes: the master, or a healthy replica that is no further
/// behind.</param>
/// <param name="Note">What disqualifies it, in a few words; empty for nothing.</param>
public sealed record StoreInstance(Slot Slot, InstanceHealth? Health, TimeSpan? Behind, bool IsCurrent, string Note);

/// <summary>The current condition of a store, from its slots and the database of masters.</summary>
/// <param name="Store">The store.</param>
/// <param name="Mastership">The store's master; null if the database does not know the store.</param>
/// <param name="Slots">Its slots, in order.</param>
public sealed record StoreOverview(Store Store, StoreMastership? Mastership, IReadOnlyList<StoreInstance> Slots)
{
    /// <summary>A replica further behind than this is no usable copy.</summary>
    public static readonly TimeSpan MostBehind = TimeSpan.FromMinutes(5);

    /// <summary>The hosts whose loss leaves a slot that could serve with all mail except that of the last five minutes.</summary>
    public IReadOnlyList<string> Survives =>
        [.. Slots.Select(slot => slot.Slot.Host.Name).Where(host => Slots.Any(slot => slot.IsCurrent && slot.Slot.Host.Name != host))];

    /// <summary>Observes a store.</summary>
    /// <param name="fleet">The inventory.</param>
    /// <param name="store">The store.</param>
    /// <param name="now">The current masters.</param>
    /// <param name="hands">Queries slots.</param>
    public static StoreOverview Of(Fleet fleet, Store store, MastershipSnapshot now, IInstanceOperations hands)
    {
        var row = now.Stores.GetValueOrDefault(store.Name);
        var asked = store.Slots.Select(fleet.FindSlot).OfType<Slot>().ConcurrentlyEach(3, slot => Ask(hands, slot));
        var channels = asked.FirstOrDefault(answer => answer.Slot.Name == row?.Master).Health?.Channels;
        return new StoreOverview(store, row,
            [.. asked.Select(answer => Judge(answer.Slot, answer.Health, answer.Problem, row, channels, now.Fenced.ContainsKey(answer.Slot.Name)))]);
    }

    private static StoreInstance Judge(
        Slot slot, InstanceHealth? health, string? problem, StoreMastership? row, IReadOnlyList<ReplicationChannel>? channels, bool fenced)
    {
        var isMaster = row?.Master == slot.Name;
        var channel = channels?.FirstOrDefault(one => one.Name == slot.Name);
        var note = problem
            ?? (fenced ? "fenced" : health!.Problems.Count > 0 ? health.Problems[0]
            : health.Role != (isMaster ? ReplicationRole.Master : ReplicationRole.Replica) ? $"runs as {health.Role.ToString().ToLowerInvariant()}"
            : isMaster ? row!.Mode == StoreMode.Moving ? "moving" : ""
            : channel is null ? "the master does not report how far it is behind" : channel.Age > MostBehind ? "far behind" : "");
        return new StoreInstance(slot, health, channel?.Age, note.Length == 0, note);
    }

    private static (Slot Slot, InstanceHealth? Health, string? Problem) Ask(IInstanceOperations hands, Slot slot)
    {
        try
        {
            return (slot, hands.Status(slot), null);
        }
        catch (Exception e) when (e is InstanceException or HostUnreachableException or InvalidDataException)
        {
            return (slot, null, e.Message);
        }
    }
}
