using Provision.Inventory;
using Provision.Stores.Instances;
using Provision.Stores.Mastership;
using Provision.Stores.Placement;

namespace Provision.Stores.Failover;

/// <summary>
/// Executes the steps of a placement plan. Each is completed before the next begins, and completed steps are skipped: an interrupted run is resumed by running
/// the same plan. A copy is dropped only while every other slot of its store holds exactly what the master holds.
/// </summary>
/// <param name="hands">Performs the external operations.</param>
/// <param name="masters">The database of masters, queried live.</param>
/// <param name="by">The acting user: <c>user@host</c>.</param>
/// <param name="clock">The clock.</param>
/// <param name="syncLimit">Time limit for a new replica to hold everything.</param>
/// <param name="say">Receives progress: the store and a log line.</param>
public sealed class StoreSteps(
    IPlacementOperations hands, IMastershipDatabase masters, string by, TimeProvider clock, TimeSpan syncLimit, Action<string, string> say)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);
    private readonly SortedSet<string> unreached = new(StringComparer.Ordinal);

    /// <summary>Hosts that did not answer when one of their slots left its store: to be installed when they are back.</summary>
    public IReadOnlyCollection<string> Unreached => unreached;

    /// <summary>Executes the remaining steps.</summary>
    /// <param name="plan">The plan.</param>
    /// <exception cref="InstanceException">A step cannot be completed; all steps before it are, and service is unaffected.</exception>
    /// <exception cref="HostUnreachableException">A host does not answer.</exception>
    public void Run(StorePlanFile plan)
    {
        var parts = PlanPart.Of(plan.Steps);
        var over = parts.Where(IsOver).ToList();
        var number = 0;
        foreach (var part in parts)
        {
            if (over.Contains(part))
            {
                number += part.Steps.Count;
                if (part == over[^1])
                {
                    // An earlier run may have ended between the commit and the deployment: only the last of these commits can be unknown to the hosts.
                    say(part.Store, $"{number}/{plan.Steps.Count} {part.Steps[^1].Word} {part.Gone}");
                    Leave(part.Store, part.Gone!);
                }

                continue;
            }

            foreach (var step in part.Steps)
            {
                say(step.Store, $"{++number}/{plan.Steps.Count} {step.Word} {string.Join(' ', step.Slots)}");
                switch (step.Kind)
                {
                    case StepKind.Create: Create(plan.After(step.Store)); break;
                    case StepKind.AddReplica: Add(step.Store, step.Slots[0]); break;
                    case StepKind.WaitInSync: step.Slots.ToList().ForEach(slot => WaitInSync(step.Store, slot, "")); break;
                    case StepKind.MakeMaster: MakeMaster(step.Store, step.Slots[0]); break;
                    default: Drop(step.Store, step.Slots[0], part.Came); break;
                }
            }
        }

        foreach (var store in plan.Stores.Where(store => !hands.Fleet.FindStore(store.Name)!.Slots.SequenceEqual(store.Slots)))
        {
            hands.Place(store, $"{store.Name}: its slots in the order of the plan");
        }
    }

    /// <summary>Returns true if only the last deployments of a part remain: its old slot has left the store, and its new one has joined.</summary>
    private bool IsOver(PlanPart part)
    {
        if (part is not { Gone: { } gone, Came: { } came })
        {
            return false;
        }

        var store = hands.Fleet.FindStore(part.Store)
            ?? throw new InstanceException($"the inventory has no {part.Store}: the plan is of another inventory, make a new one");
        return !store.Slots.Contains(gone)
            && (store.Slots.Contains(came) ? true
                : throw new InstanceException($"{store.Name} is on {string.Join(", ", store.Slots)}, neither on {gone} nor on {came}: the plan is of another " +
                $"inventory, make a new one"));
    }

    private void Create(NewStore wanted)
    {
        if (hands.Fleet.FindStore(wanted.Name) is null)
        {
            hands.Place(wanted, $"{wanted.Name}: made on {string.Join(", ", wanted.Slots)}");
        }

        if (!masters.Read().Stores.ContainsKey(wanted.Name)
            && masters.Change(new MastershipChange.Enroll(wanted.Name, wanted.Slots[0], by, clock.GetUtcNow())).Refusal is { } refusal)
        {
            throw new InstanceException(refusal);
        }

        foreach (var slot in wanted.Slots.Select(Slot))
        {
            hands.Deploy(slot.Host, slot);
        }
    }

    private void Add(string name, string fresh)
    {
        var store = hands.Fleet.FindStore(name)!;
        var master = MasterOf(name);
        if (!store.Slots.Contains(fresh))
        {
            hands.Place(new NewStore(name, store.Class, [.. store.Slots, fresh]), $"{name}: one more replica, {fresh}");
            store = hands.Fleet.FindStore(name)!;
        }

        // The new slot first: its master starts sending to it as soon as it knows it.
        hands.Deploy(Slot(fresh).Host, Slot(fresh));
        foreach (var slot in store.Slots.Where(slot => slot != fresh).OrderByDescending(slot => slot == master.Name))
        {
            hands.Deploy(Slot(slot).Host, null);
        }

        say(name, $"{master.Name} sends all it has to {fresh}");
        hands.Fill(master, Slot(fresh));
    }

    private void WaitInSync(string name, string replica, string because)
    {
        var end = clock.GetUtcNow() + syncLimit;
        while (Difference(name, replica) is { } difference)
        {
            if (clock.GetUtcNow() >= end)
            {
                throw new InstanceException($"{because}{replica} is not in sync: {difference}. Look why (provision stores compare {name}), then run the same " +
                    $"plan again");
            }

            say(name, difference);
            Task.Delay(Pause, clock).GetAwaiter().GetResult();
        }
    }

    private void MakeMaster(string name, string slot)
    {
        if (MasterOf(name).Name != slot && hands.MakeMaster(hands.Fleet.FindStore(name)!, Slot(slot)) is { Outcome: not FailoverOutcome.Moved } report)
        {
            throw new InstanceException($"{slot} is not made master: {string.Join("; ", report.Problems)}");
        }
    }

    /// <summary>Removes a slot from its store. The data on its disks stays.</summary>
    private void Drop(string name, string gone, string? came)
    {
        var store = hands.Fleet.FindStore(name)!;
        var master = MasterOf(name);
        if (master.Name == gone)
        {
            throw new InstanceException($"{gone} is master of {name} and is not dropped: move it first (provision failover --store {name} --to {came})");
        }

        var rest = store.Slots.Where(slot => slot != gone).ToList();
        var fenced = masters.Read().Fenced;
        foreach (var slot in rest)
        {
            if (fenced.ContainsKey(slot))
            {
                throw new InstanceException($"{gone} is not dropped: {slot} is fenced, merge it first (provision slot merge {Slot(slot).Host.Name} {slot})");
            }

            // The replicas of a new master need a while to catch up.
            if (slot != master.Name)
            {
                WaitInSync(name, slot, $"{gone} is not dropped: ");
            }
        }

        hands.Place(new NewStore(name, store.Class, came is null ? rest
            : [.. store.Slots.Where(slot => slot != came).Select(slot => slot == gone ? came : slot)]), $"{name}: {gone} leaves");
        Leave(name, gone);
    }

    /// <summary>Deploys a slot's removal to the hosts. The slot's own host may be dead; it is updated at its next install.</summary>
    private void Leave(string name, string gone)
    {
        var master = MasterOf(name);
        foreach (var slot in hands.Fleet.FindStore(name)!.Slots.OrderByDescending(slot => slot == master.Name))
        {
            hands.Deploy(Slot(slot).Host, null);
        }

        var host = Slot(gone).Host;
        try
        {
            hands.Deploy(host, null);
            unreached.Remove(host.Name);
        }
        catch (HostUnreachableException silent)
        {
            unreached.Add(host.Name);
            say(host.Name, $"{silent.Message}; {gone} has left {name} without it");
        }
    }

    private string? Difference(string name, string replica) =>
        hands.Compare(MasterOf(name), Slot(replica)) is { IsEqual: false } found ? $"{found.Lines().First()} ({found.Differences[0]})" : null;

    private Slot MasterOf(string name)
    {
        var row = masters.Read().Stores.GetValueOrDefault(name)
            ?? throw new InstanceException($"the database has no master of {name}: provision masters enroll");
        return row.Mode == StoreMode.Up ? Slot(row.Master)
            : throw new InstanceException($"{name} is moving: wait until it is up, or end that (provision failover --store {name} --abort)");
    }

    private Slot Slot(string name) => hands.Fleet.FindSlot(name) ?? throw new InstanceException($"the inventory has no slot {name}");
}
