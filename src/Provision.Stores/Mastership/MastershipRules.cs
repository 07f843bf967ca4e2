using static Provision.Stores.Mastership.MastershipChange;

namespace Provision.Stores.Mastership;

/// <summary>The result of a requested change: everything after it and its line of the history, or the reason for the refusal.</summary>
/// <param name="After">Everything after the change; null if it is refused.</param>
/// <param name="Event">Its line of the history; null if it is refused.</param>
/// <param name="Refusal">What prevents it, where to look and what to do next; null if it is accepted.</param>
internal sealed record MastershipStep(MastershipSnapshot? After, MastershipEvent? Event, string? Refusal);

/// <summary>
/// The rules for changes of masters, the same on every database. Each accepted change increases the serial by one; while a store is known its epoch never
/// decreases; a fenced slot is never a master or a target.
/// </summary>
internal static class MastershipRules
{
    /// <summary>By how much a restore raises epochs and serial: above every change that was made after the export and is lost.</summary>
    public const long RestoreGap = 1000;

    /// <summary>Applies a change.</summary>
    public static MastershipStep Apply(MastershipSnapshot before, MastershipChange change)
    {
        if (change is Enroll enroll)
        {
            return Enrolled(before, enroll);
        }

        if (change is Merged merged)
        {
            return MergedInto(before, merged);
        }

        if (!before.Stores.TryGetValue(change.Store, out var row))
        {
            return Refused($"store {change.Store} is not enrolled: provision masters enroll");
        }

        return EpochOf(change) is { } epoch && epoch != row.Epoch
            ? Refused($"store {row.Store} is at epoch {row.Epoch} with the master {row.Master}, not at epoch {epoch}: {row.By} changed it at {row.Since:u}; " +
                $"check again (provision masters) and start over")
            : Known(before, row, change);
    }

    /// <summary>
    /// Replaces everything by an exported snapshot, with epochs and serial raised by <see cref="RestoreGap"/> above both. Fences in the database stay: only a
    /// merge lifts one.
    /// </summary>
    /// <returns>Everything after the restore with a line of the history for every store, or a sentence with the reason for the refusal.</returns>
    public static (MastershipSnapshot? After, IReadOnlyList<MastershipEvent> Events, string? Refusal) Restore(
        MastershipSnapshot before, MastershipSnapshot exported, string by, DateTimeOffset at, bool force)
    {
        if (!force && (before.Stores.Count > 0 || before.Fenced.Count > 0))
        {
            return (null, [], $"the database knows {before.Stores.Count} stores (serial {before.Serial}) and the export {exported.Stores.Count} (serial " +
                $"{exported.Serial}): what it knows would be replaced; repeat with --force if it is to be");
        }

        var fenced = new Dictionary<string, FencedInstance>(exported.Fenced, StringComparer.Ordinal);
        foreach (var fence in before.Fenced.Values)
        {
            fenced.TryAdd(fence.Slot, fence);
        }

        if (exported.Stores.Values.FirstOrDefault(
            row => fenced.ContainsKey(row.Master) || (row.Target is not null && fenced.ContainsKey(row.Target))) is { } clash)
        {
            return (null, [], $"store {clash.Store} has in the export the master " +
                $"{clash.Master}{(clash.Target is null ? "" : $" and the target {clash.Target}")}, of which one is fenced: bring its mail over first " +
                $"(provision slot merge), or restore a later export");
        }

        if (exported.Stores.Values.GroupBy(row => row.Master, StringComparer.Ordinal).FirstOrDefault(same => same.Count() > 1) is { } twice)
        {
            return (null, [], $"slot {twice.Key} is in the export the master of {string.Join(" and ", twice.Select(row => row.Store))}: this export is " +
                $"damaged, take another");
        }

        var serial = Math.Max(before.Serial, exported.Serial) + RestoreGap;
        var stores = new Dictionary<string, StoreMastership>(StringComparer.Ordinal);
        var events = new List<MastershipEvent>();
        foreach (var row in exported.Stores.Values.OrderBy(row => row.Store, StringComparer.Ordinal))
        {
            var old = before.Stores.GetValueOrDefault(row.Store);
            stores[row.Store] = row with { Epoch = Math.Max(row.Epoch, old?.Epoch ?? 0) + RestoreGap };
            events.Add(new MastershipEvent(
                serial, at, by, row.Store, "restored", old?.Master, row.Master, stores[row.Store].Epoch, $"from the export with serial {exported.Serial}"));
        }

        foreach (var gone in before.Stores.Values.Where(row => !stores.ContainsKey(row.Store)).OrderBy(row => row.Store, StringComparer.Ordinal))
        {
            events.Add(new MastershipEvent(
                serial, at, by, gone.Store, "removed", gone.Master, null, gone.Epoch, $"not in the export with serial {exported.Serial}"));
        }

        return (new MastershipSnapshot(serial, stores, fenced), events, null);
    }

    private static MastershipStep Known(MastershipSnapshot before, StoreMastership row, MastershipChange change)
    {
        var changed = row with { Since = change.At, By = change.By };
        switch (change)
        {
            case Begin { Target: var target }:
                return row.Target is not null ? Refused(
                    $"store {row.Store} is moving already, {Where(row)} since {row.Since:u} by {row.By}: wait for it, or give it up there")
                    : WhyNotMaster(before, row, target) is { } not ? Refused(not)
                    : Accepted(before, change, changed with { Mode = StoreMode.Moving, Target = target }, "moving", row.Master, target);

            case GiveUp:
                // Still moving: no client is sent there before it answers.
                return row.Mode == StoreMode.Up ? Refused($"store {row.Store} has no failover to give up: its master is {row.Master}, up")
                    : Accepted(before, change, changed with { Target = null }, "given-up", row.Master, row.Master);

            case Assign:
                return row.Target is not { } prepared ? Refused($"store {row.Store} has no failover that was begun: its master is {row.Master}")
                    : WhyNotMaster(before, row with { Target = null }, prepared) is { } whyNot ? Refused(whyNot)
                    : Accepted(before, change, changed with { Master = prepared, Epoch = row.Epoch + 1, Target = null }, "moved", row.Master, prepared);

            case Up:
                return row.Mode == StoreMode.Up ? Refused($"store {row.Store} is up already, with the master {row.Master}")
                    : row.Target is not null ? Refused($"store {row.Store} is moving {Where(row)}, which is not its master yet: assign it first, or give up")
                    : Accepted(before, change, changed with { Mode = StoreMode.Up }, "up", row.Master, row.Master);

            case Force { Target: var target, Reason: var reason }:
                return string.IsNullOrWhiteSpace(reason) ? Refused($"store {row.Store}: a forced failover needs a written reason")
                    : WhyNotMaster(before, row, target) is { } forbids ? Refused(forbids)
                    : Accepted(
                        before, change, changed with { Master = target, Epoch = row.Epoch + 1, Mode = StoreMode.Moving, Target = null }, "forced", row.Master,
                            target, reason,
                        fence: new FencedInstance(row.Master, row.Store, row.Epoch, change.At, change.By, reason));

            case Remove:
                return row.Mode == StoreMode.Moving ? Refused($"store {row.Store} is moving: wait until it is up, then remove it")
                    : before.Fenced.Values.FirstOrDefault(fence => fence.Store == row.Store) is { } fenced
                        ? Refused($"store {row.Store} has the fenced slot {fenced.Slot}, which may have what no other slot has: provision slot merge " +
                        $"{fenced.Slot}")
                    : Accepted(before, change, null, "removed", row.Master, null, epoch: row.Epoch);

            default:
                throw new ArgumentException($"no rule for {change.GetType().Name}", nameof(change));
        }
    }

    private static MastershipStep Enrolled(MastershipSnapshot before, Enroll change)
    {
        if (before.Stores.TryGetValue(change.Store, out var known))
        {
            return Refused($"store {change.Store} is enrolled already, with the master {known.Master}");
        }

        var row = new StoreMastership(change.Store, change.Slot, 1, StoreMode.Up, null, change.At, change.By);
        return WhyNotMaster(before, row with { Master = "" }, change.Slot) is { } not ? Refused(not)
            : Accepted(before, change, row, "enrolled", null, change.Slot);
    }

    private static MastershipStep MergedInto(MastershipSnapshot before, Merged change)
    {
        if (!before.Fenced.TryGetValue(change.Slot, out var fence) || fence.Store != change.Store)
        {
            return Refused(fence is null ? $"slot {change.Slot} is not fenced: there is nothing to merge"
                : $"slot {change.Slot} is fenced as a slot of store {fence.Store}, not of {change.Store}");
        }

        // The fenced slot was the previous master, and its data is on the master now.
        var row = before.Stores.GetValueOrDefault(change.Store);
        return Accepted(before, change, row, "merged", change.Slot, row?.Master, change.Reason, epoch: fence.Epoch, unfence: change.Slot);
    }

    private static string? WhyNotMaster(MastershipSnapshot before, StoreMastership row, string slot)
    {
        if (string.IsNullOrWhiteSpace(slot))
        {
            return $"store {row.Store}: no slot is named";
        }

        if (slot == row.Master)
        {
            return $"slot {slot} is the master of store {row.Store} already";
        }

        if (before.Fenced.TryGetValue(slot, out var fence))
        {
            return $"slot {slot} is fenced since {fence.At:u} ({fence.Reason}): it may have what no other slot has; provision slot merge {slot}";
        }

        return before.Stores.Values.FirstOrDefault(other => other.Store != row.Store && (other.Master == slot || other.Target == slot)) is { } taken
            ? $"slot {slot} is {(taken.Master == slot ? "the master" : "the target")} of store {taken.Store}"
            : null;
    }

    private static MastershipStep Accepted(
        MastershipSnapshot before, MastershipChange change, StoreMastership? row, string what, string? from, string? to, string? reason = null, long epoch = 0,
            FencedInstance? fence = null, string? unfence = null)
    {
        var stores = new Dictionary<string, StoreMastership>(before.Stores, StringComparer.Ordinal);
        var fenced = new Dictionary<string, FencedInstance>(before.Fenced, StringComparer.Ordinal);
        if (row is null)
        {
            stores.Remove(change.Store);
        }
        else
        {
            stores[change.Store] = row;
        }

        if (fence is not null)
        {
            fenced[fence.Slot] = fence;
        }

        if (unfence is not null)
        {
            fenced.Remove(unfence);
        }

        var after = new MastershipSnapshot(before.Serial + 1, stores, fenced);
        return new MastershipStep(after, new MastershipEvent(after.Serial, change.At, change.By, change.Store, what, from, to, row?.Epoch ?? epoch, reason),
            null);
    }

    private static MastershipStep Refused(string sentence) => new(null, null, sentence);

    private static string Where(StoreMastership row) => row.Target is null ? $"to its new master {row.Master}" : $"from {row.Master} to {row.Target}";

    private static long? EpochOf(MastershipChange change) => change switch
    {
        Begin { Epoch: var epoch } => epoch,
        GiveUp { Epoch: var epoch } => epoch,
        Assign { Epoch: var epoch } => epoch,
        Up { Epoch: var epoch } => epoch,
        Force { Epoch: var epoch } => epoch,
        _ => null,
    };
}
