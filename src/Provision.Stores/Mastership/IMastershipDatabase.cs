using System.Text.Json.Serialization;
using Provision.Inventory;

namespace Provision.Stores.Mastership;

/// <summary>Whether clients may be sent to a store's master.</summary>
public enum StoreMode
{
    /// <summary>Its master serves.</summary>
    [JsonStringEnumMemberName("up")]
    Up,

    /// <summary>Its master is being changed: new connections wait.</summary>
    [JsonStringEnumMemberName("moving")]
    Moving,
}

/// <summary>The master of one store.</summary>
/// <param name="Store">The store.</param>
/// <param name="Master">The slot that is its master.</param>
/// <param name="Epoch">Increases by one with every change of the master; starts at 1.</param>
/// <param name="Mode">Whether it serves.</param>
/// <param name="Target">While a failover is prepared, the slot that is to take over; null otherwise. While it is set, no slot may start as master.</param>
/// <param name="Since">When mode or master last changed.</param>
/// <param name="By">The user who changed it: <c>user@host</c>.</param>
public sealed record StoreMastership(string Store, string Master, long Epoch, StoreMode Mode, string? Target, DateTimeOffset Since, string By);

/// <summary>A former master replaced by force: it may hold data that no other slot has. It is not started, dropped or reinstalled until it is merged.</summary>
/// <param name="Slot">The slot.</param>
/// <param name="Store">Its store.</param>
/// <param name="Epoch">The epoch in which it was master.</param>
/// <param name="At">When it was fenced.</param>
/// <param name="By">The user who fenced it.</param>
/// <param name="Reason">The reason given by the engineer.</param>
public sealed record FencedInstance(string Slot, string Store, long Epoch, DateTimeOffset At, string By, string Reason);

/// <summary>All masterships at one moment.</summary>
/// <param name="Serial">Increases by one with every change.</param>
/// <param name="Stores">By the store's name.</param>
/// <param name="Fenced">By the slot's name.</param>
public sealed record MastershipSnapshot(long Serial, IReadOnlyDictionary<string, StoreMastership> Stores, IReadOnlyDictionary<string, FencedInstance> Fenced)
{
    /// <summary>Hash of the last link of the chain of changes (<see cref="MastershipLink"/>); null before the first change, and in an export of an older
    /// version.</summary>
    public string? Head { get; init; }

    /// <summary>The empty database.</summary>
    public static MastershipSnapshot Empty { get; } = new(
        0, new Dictionary<string, StoreMastership>(StringComparer.Ordinal), new Dictionary<string, FencedInstance>(StringComparer.Ordinal));

    /// <summary>Returns the master of each store, for rendering.</summary>
    public Masters ToMasters() => new(Serial, Stores.Values.Select(row => KeyValuePair.Create(row.Store, row.Master)));

    /// <summary>
    /// Returns the epoch if a slot may start as master now: it is its store's master, no failover away from it has begun, and it is not fenced. Otherwise
    /// returns null.
    /// </summary>
    public long? ConfirmedEpoch(string slot) =>
        Fenced.ContainsKey(slot) ? null : Stores.Values.FirstOrDefault(store => store.Master == slot && store.Target is null)?.Epoch;
}

/// <summary>One line of the history.</summary>
/// <param name="Serial">The serial after the change.</param>
/// <param name="At">The time of the change.</param>
/// <param name="By">The user who made it.</param>
/// <param name="Store">The store.</param>
/// <param name="What">The event, one keyword: <c>enrolled</c>, <c>moving</c>, <c>given-up</c>, <c>moved</c>, <c>up</c>, <c>forced</c>, <c>merged</c>,
/// <c>removed</c>, <c>restored</c>.</param>
/// <param name="From">The previous master; null for none.</param>
/// <param name="To">The new master or target; null for none.</param>
/// <param name="Epoch">The epoch after the change.</param>
/// <param name="Reason">The reason, if one was required.</param>
public sealed record MastershipEvent(
    long Serial, DateTimeOffset At, string By, string Store, string What, string? From, string? To, long Epoch, string? Reason);

/// <summary>A requested change of one store's mastership; <see cref="MastershipRules"/> determines the result.</summary>
/// <param name="Store">The store.</param>
/// <param name="By">The user who requests it: <c>user@host</c>.</param>
/// <param name="At">The time of the request.</param>
public abstract record MastershipChange(string Store, string By, DateTimeOffset At)
{
    /// <summary>Enrolls a store unknown to the database: sets its master, up, at epoch 1.</summary>
    public sealed record Enroll(string Store, string Slot, string By, DateTimeOffset At) : MastershipChange(Store, By, At);

    /// <summary>
    /// Step 2 of a failover: the store is moving, to <paramref name="Target"/>. Refused if a failover is already prepared, if the epoch differs, or if the
    /// target is fenced or already master. A new master that never answered may be left in the same way.
    /// </summary>
    public sealed record Begin(string Store, string Target, long Epoch, string By, DateTimeOffset At) : MastershipChange(Store, By, At);

    /// <summary>Cancels a failover: the store keeps the master that the database names, and is up once that slot answers.</summary>
    public sealed record GiveUp(string Store, long Epoch, string By, DateTimeOffset At) : MastershipChange(Store, By, At);

    /// <summary>Step 7: the target is master with the next epoch, the store still moving.</summary>
    public sealed record Assign(string Store, long Epoch, string By, DateTimeOffset At) : MastershipChange(Store, By, At);

    /// <summary>Step 9: the new master answers; the store is up.</summary>
    public sealed record Up(string Store, long Epoch, string By, DateTimeOffset At) : MastershipChange(Store, By, At);

    /// <summary>
    /// The master is dead: the target becomes master with the next epoch, moving until it answers, and the old master is fenced. Allowed in any mode; refused
    /// without a reason, or if the target is fenced or already master.
    /// </summary>
    public sealed record Force(string Store, string Target, long Epoch, string Reason, string By, DateTimeOffset At) : MastershipChange(Store, By, At);

    /// <summary>Everything that only a fenced slot had is on the master: the slot may start again. Refused if it is not fenced.</summary>
    public sealed record Merged(string Store, string Slot, string? Reason, string By, DateTimeOffset At) : MastershipChange(Store, By, At);

    /// <summary>The store has been removed from the inventory.</summary>
    public sealed record Remove(string Store, string By, DateTimeOffset At) : MastershipChange(Store, By, At);
}

/// <summary>
/// Stores the master of each store, which is primary data. Several processes use the database at the same time; every change is a single transaction, durable
/// before it is confirmed. The same rules apply to every database.
/// </summary>
public interface IMastershipDatabase : IDisposable
{
    /// <summary>Reads everything, live.</summary>
    /// <exception cref="StateLostException">The database cannot be read; every method throws this. No slot may change its role then.</exception>
    MastershipSnapshot Read();

    /// <summary>Applies a change according to <see cref="MastershipRules"/>.</summary>
    /// <returns>Everything after the change, or a sentence with the reason for the refusal.</returns>
    (MastershipSnapshot? After, string? Refusal) Change(MastershipChange change);

    /// <summary>Returns the last changes, newest first, of one store or of all.</summary>
    IReadOnlyList<MastershipEvent> History(string? store, int most);

    /// <summary>Returns the links of the chain of changes after a serial, in their order.</summary>
    IReadOnlyList<MastershipLink> Links(long after);

    /// <summary>Returns why a change that was confirmed could be lost with the server; null if it cannot, as far as its settings say.</summary>
    string? Weakness();

    /// <summary>
    /// Replaces everything by an exported snapshot, with every epoch and the serial raised above both, so that earlier confirmations become invalid. History is
    /// kept.
    /// </summary>
    /// <param name="exported">The snapshot.</param>
    /// <param name="by">The user who restores.</param>
    /// <param name="at">The time of the restore.</param>
    /// <param name="force">Required if the database is not empty.</param>
    (MastershipSnapshot? After, string? Refusal) Restore(MastershipSnapshot exported, string by, DateTimeOffset at, bool force);
}
