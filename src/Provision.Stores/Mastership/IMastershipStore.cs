using System.Text.Json.Serialization;
using Provision.Inventory;

namespace Provision.Stores.Mastership;

/// <summary>Whether people may be sent to a store's master.</summary>
public enum StoreMode
{
    /// <summary>Its master serves.</summary>
    [JsonStringEnumMemberName("up")]
    Up,

    /// <summary>Its master is being changed: who wants in waits.</summary>
    [JsonStringEnumMemberName("moving")]
    Moving,
}

/// <summary>Who is master of one store.</summary>
/// <param name="Store">The store.</param>
/// <param name="Master">The slot that is its master.</param>
/// <param name="Epoch">Rises by one with every change of the master; 1 at first.</param>
/// <param name="Mode">Whether it serves.</param>
/// <param name="Target">While a failover is prepared, the slot that is to take over; null otherwise. While it is set nobody may start as master.</param>
/// <param name="Since">When mode or master changed last.</param>
/// <param name="By">Who changed it: <c>user@host</c>.</param>
public sealed record StoreMastership(string Store, string Master, long Epoch, StoreMode Mode, string? Target, DateTimeOffset Since, string By);

/// <summary>
/// A slot that was master when another took over by force: it may have what no other slot has. It does not start, and is not dropped or reinstalled, until it
/// is merged.
/// </summary>
/// <param name="Slot">The slot.</param>
/// <param name="Store">Its store.</param>
/// <param name="Epoch">The epoch in which it was master.</param>
/// <param name="At">When it was fenced.</param>
/// <param name="By">Who did it.</param>
/// <param name="Reason">Why, as the engineer wrote.</param>
public sealed record FencedSlot(string Slot, string Store, long Epoch, DateTimeOffset At, string By, string Reason);

/// <summary>All masterships at one moment.</summary>
/// <param name="Serial">Rises by one with every change of anything.</param>
/// <param name="Stores">By the store's name.</param>
/// <param name="Fenced">By the slot's name.</param>
public sealed record MastershipSnapshot(long Serial, IReadOnlyDictionary<string, StoreMastership> Stores, IReadOnlyDictionary<string, FencedSlot> Fenced)
{
    /// <summary>A database that knows nothing yet.</summary>
    public static MastershipSnapshot Empty { get; } = new(0, new Dictionary<string, StoreMastership>(StringComparer.Ordinal), new Dictionary<string, FencedSlot>(StringComparer.Ordinal));

    /// <summary>Who is master of each store, for what is rendered.</summary>
    public Masters ToMasters() => new(Serial, Stores.Values.Select(row => KeyValuePair.Create(row.Store, row.Master)));

    /// <summary>
    /// Whether a slot may start as master now: it is its store's master, no failover away from it has begun, and it is not fenced. The epoch if so, else null.
    /// </summary>
    public long? ConfirmedEpoch(string slot) =>
        Fenced.ContainsKey(slot) ? null : Stores.Values.FirstOrDefault(store => store.Master == slot && store.Target is null)?.Epoch;
}

/// <summary>One line of the history.</summary>
/// <param name="Serial">The serial that the change led to.</param>
/// <param name="At">When.</param>
/// <param name="By">Who.</param>
/// <param name="Store">The store.</param>
/// <param name="What">What happened, a word: <c>enrolled</c>, <c>moving</c>, <c>given-up</c>, <c>moved</c>, <c>up</c>, <c>forced</c>, <c>merged</c>,
/// <c>removed</c>, <c>restored</c>.</param>
/// <param name="From">Master before; null for none.</param>
/// <param name="To">Master or target after; null for none.</param>
/// <param name="Epoch">Epoch after.</param>
/// <param name="Reason">Why, where somebody had to say.</param>
public sealed record MastershipEvent(long Serial, DateTimeOffset At, string By, string Store, string What, string? From, string? To, long Epoch, string? Reason);

/// <summary>A wish to change one store's mastership; <see cref="MastershipRules"/> says what comes of it.</summary>
/// <param name="Store">The store.</param>
/// <param name="By">Who wishes it: <c>user@host</c>.</param>
/// <param name="At">When.</param>
public abstract record MastershipChange(string Store, string By, DateTimeOffset At)
{
    /// <summary>A store that the database does not know gets its master, up, at epoch 1.</summary>
    public sealed record Enroll(string Store, string Slot, string By, DateTimeOffset At) : MastershipChange(Store, By, At);

    /// <summary>
    /// Step 2 of a failover: the store is moving, to <paramref name="Target"/>. Refused if a failover is prepared already, where the epoch is another, where
    /// the target is fenced or is the master. A new master that never answered may be left so again.
    /// </summary>
    public sealed record Begin(string Store, string Target, long Epoch, string By, DateTimeOffset At) : MastershipChange(Store, By, At);

    /// <summary>A failover is given up: the store has the master that the database names, and is up once that answers.</summary>
    public sealed record GiveUp(string Store, long Epoch, string By, DateTimeOffset At) : MastershipChange(Store, By, At);

    /// <summary>Step 7: the target is master with the next epoch, the store still moving.</summary>
    public sealed record Assign(string Store, long Epoch, string By, DateTimeOffset At) : MastershipChange(Store, By, At);

    /// <summary>Step 9: the new master answers; the store is up.</summary>
    public sealed record Up(string Store, long Epoch, string By, DateTimeOffset At) : MastershipChange(Store, By, At);

    /// <summary>
    /// The master is dead: the target is master with the next epoch, moving until it answers, and the old master is fenced. Allowed in any mode; refused
    /// without a reason, and where the target is fenced or is the master.
    /// </summary>
    public sealed record Force(string Store, string Target, long Epoch, string Reason, string By, DateTimeOffset At) : MastershipChange(Store, By, At);

    /// <summary>What only a fenced slot had is on the master: the slot may start again. Refused if it is not fenced.</summary>
    public sealed record Merged(string Store, string Slot, string? Reason, string By, DateTimeOffset At) : MastershipChange(Store, By, At);

    /// <summary>The store is gone from the inventory.</summary>
    public sealed record Remove(string Store, string By, DateTimeOffset At) : MastershipChange(Store, By, At);
}

/// <summary>
/// Keeps who is master of each store: primary data. Several processes use one store at a time; every change is one transaction, durable before it is answered.
/// The same rules hold on every database.
/// </summary>
public interface IMastershipStore : IDisposable
{
    /// <summary>Everything, live.</summary>
    /// <exception cref="StateLostException">The database cannot be read; so says every method. Nothing may change its role then.</exception>
    MastershipSnapshot Read();

    /// <summary>Applies a change by <see cref="MastershipRules"/>.</summary>
    /// <returns>Everything after it, or the sentence that refuses it.</returns>
    (MastershipSnapshot? After, string? Refusal) Change(MastershipChange change);

    /// <summary>The last changes, the newest first; of one store or of all.</summary>
    IReadOnlyList<MastershipEvent> History(string? store, int most);

    /// <summary>
    /// Puts an exported snapshot in place of everything, with every epoch and the serial raised above both, so that nothing that was confirmed before is worth
    /// anything. History stays.
    /// </summary>
    /// <param name="exported">The snapshot.</param>
    /// <param name="by">Who restores.</param>
    /// <param name="at">When.</param>
    /// <param name="force">Needed where the database is not empty.</param>
    (MastershipSnapshot? After, string? Refusal) Restore(MastershipSnapshot exported, string by, DateTimeOffset at, bool force);
}
