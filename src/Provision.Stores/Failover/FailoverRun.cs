using Provision.Inventory;
using Provision.Stores.Instances;
using Provision.Stores.Mastership;

namespace Provision.Stores.Failover;

/// <summary>What a failover is done with.</summary>
/// <param name="Fleet">The inventory.</param>
/// <param name="Masters">Who is master: asked and told live.</param>
/// <param name="Hands">Acts on slots.</param>
/// <param name="By">The acting user: <c>user@host</c>.</param>
/// <param name="Clock">The clock.</param>
/// <param name="Say">Told of each step: the store and a line.</param>
public sealed record FailoverTools(Fleet Fleet, IMastershipStore Masters, ISlotHands Hands, string By, TimeProvider Clock, Action<string, string> Say);

/// <summary>
/// Moves a store's master to another of its slots, in nine steps. Until the database names the new master (step 7) the old one is brought back where anything
/// fails; what was acknowledged to somebody is on the target by then, or the step before fails.
/// </summary>
/// <param name="tools">What it is done with.</param>
public sealed class FailoverRun(FailoverTools tools)
{
    /// <summary>Moves one store.</summary>
    /// <exception cref="StateLostException">The database of masters is not there: nothing changes its role.</exception>
    public FailoverReport Move(FailoverRequest request)
    {
        var store = request.Store;
        var view = tools.Masters.Read();
        if (!view.Stores.TryGetValue(store.Name, out var now))
        {
            return new FailoverReport(store.Name, FailoverOutcome.Refused, null, request.Target.Name, TimeSpan.Zero, [$"{store.Name} is not in the database of masters; \"provision masters enroll\" gives it its first slot as master"]);
        }

        var move = new StoreMove(tools, request, tools.Fleet.FindSlot(now.Master), now);
        try
        {
            return request.ForceReason is null ? move.Clean(view) : move.Forced(view);
        }
        catch (StateLostException e)
        {
            // Without the database nobody may be master: what was stopped by now stays a replica until it is back.
            return move.End(FailoverOutcome.Stuck, [e.Message, $"once the database answers again: provision failover --store {store.Name} --abort"]);
        }
    }

    /// <summary>Ends a failover that somebody began and did not end: the slot that the database names serves again.</summary>
    public FailoverReport Abort(Store store)
    {
        if (!tools.Masters.Read().Stores.TryGetValue(store.Name, out var now) || now.Mode == StoreMode.Up)
        {
            return new FailoverReport(store.Name, FailoverOutcome.Refused, now?.Master, now?.Master ?? "", TimeSpan.Zero, [$"{store.Name} is not moving"]);
        }

        var master = tools.Fleet.FindSlot(now.Master) ?? throw new SlotException($"{store.Name}: its master {now.Master} is no slot of the inventory");
        return new StoreMove(tools, new FailoverRequest(store, master), master, now).Return([]);
    }
}
