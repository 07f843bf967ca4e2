using Provision.Inventory;
using Provision.Stores.Instances;
using Provision.Stores.Mastership;

namespace Provision.Stores.Failover;

/// <summary>The services used by a failover.</summary>
/// <param name="Fleet">The inventory.</param>
/// <param name="Masters">The database of masters, read and changed live.</param>
/// <param name="Hands">Operates on slots.</param>
/// <param name="By">The acting user: <c>user@host</c>.</param>
/// <param name="Clock">The clock.</param>
/// <param name="Say">Receives each step: the store and a log line.</param>
public sealed record FailoverTools(
    Fleet Fleet, IMastershipDatabase Masters, IInstanceOperations Hands, string By, TimeProvider Clock, Action<string, string> Say);

/// <summary>
/// Moves a store's master to another of its slots, in nine steps. Until the database names the new master (step 7), any failure rolls back to the old one. By
/// that step, everything acknowledged to a client is on the target, or the preceding step fails.
/// </summary>
/// <param name="tools">The services to use.</param>
public sealed class FailoverRun(FailoverTools tools)
{
    /// <summary>Moves one store.</summary>
    /// <exception cref="StateLostException">The database of masters is not available: no role changes.</exception>
    public FailoverReport Move(FailoverRequest request)
    {
        var store = request.Store;
        var view = tools.Masters.Read();
        if (!view.Stores.TryGetValue(store.Name, out var now))
        {
            return new FailoverReport(store.Name, FailoverOutcome.Refused, null, request.Target.Name, TimeSpan.Zero,
                [$"{store.Name} is not in the database of masters; \"provision masters enroll\" makes its first slot the master"]);
        }

        var move = new StoreMove(tools, request, tools.Fleet.FindSlot(now.Master), now);
        try
        {
            return request.ForceReason is null ? move.Clean(view) : move.Forced(view);
        }
        catch (StateLostException e)
        {
            // Without the database no slot may be master: what has been stopped stays a replica until the database is back.
            return move.End(FailoverOutcome.Stuck, [e.Message, $"once the database answers again: provision failover --store {store.Name} --abort"]);
        }
    }

    /// <summary>Aborts an unfinished failover: the slot that the database names serves again.</summary>
    public FailoverReport Abort(Store store)
    {
        if (!tools.Masters.Read().Stores.TryGetValue(store.Name, out var now) || now.Mode == StoreMode.Up)
        {
            return new FailoverReport(store.Name, FailoverOutcome.Refused, now?.Master, now?.Master ?? "", TimeSpan.Zero, [$"{store.Name} is not moving"]);
        }

        var master = tools.Fleet.FindSlot(now.Master) ?? throw new InstanceException($"{store.Name}: its master {now.Master} is no slot of the inventory");
        return new StoreMove(tools, new FailoverRequest(store, master), master, now).Return([]);
    }
}
