using System.Globalization;
using Provision.Inventory;
using Provision.Stores.Instances;
using Provision.Stores.Mastership;

namespace Provision.Stores.Failover;

/// <summary>Moves one store, step by step.</summary>
/// <param name="run">The services to use.</param>
/// <param name="request">The request.</param>
/// <param name="old">The master; null if the inventory does not know it.</param>
/// <param name="before">The store's row in the database at the start.</param>
internal sealed class StoreMove(FailoverTools run, FailoverRequest request, Slot? old, StoreMastership before)
{
    /// <summary>Proxies query the status daemon every second, so all know within a second that a store is moving; plus one second of margin.</summary>
    private static readonly TimeSpan UntilAllWait = TimeSpan.FromSeconds(2);

    private readonly string store = request.Store.Name;
    private readonly Slot target = request.Target;
    private long began;
    private long epoch = before.Epoch;

    /// <summary>Runs the nine steps.</summary>
    public FailoverReport Clean(MastershipSnapshot view)
    {
        var objections = Objections(view);
        if (old is null)
        {
            objections.Add($"its master {before.Master} is no slot of the inventory: say --force with a reason");
        }

        if (objections.Count == 0)
        {
            Say("1 asks master and target");
            objections.AddRange(Lag(old!));
        }

        if (objections.Count > 0)
        {
            return End(FailoverOutcome.Refused, objections);
        }

        if (before.Target is null)
        {
            Say($"2 {store} is moving from {old!.Name} to {target.Name}");
            if (Change(new MastershipChange.Begin(store, target.Name, epoch, run.By, Now)) is { } refused)
            {
                return End(FailoverOutcome.Refused, [refused]);
            }
        }
        else
        {
            Say($"2 resumes what {before.By} began at {before.Since:u}");
        }

        began = run.Clock.GetTimestamp();
        try
        {
            Say("3 waits until everybody knows");
            Task.Delay(UntilAllWait, run.Clock).GetAwaiter().GetResult();
            Say($"4 stops {old!.Name}");
            run.Hands.Stop(old);
            Say($"5 sends what its replicas lack");
            var left = run.Hands.Drain(old);
            if (left.Count > 0)
            {
                return Return([$"{string.Join(", ", left.Select(channel => $"{channel.Name} lacks {channel.Bytes} bytes of changes"))} after all was tried"]);
            }

            Say($"6 stops {target.Name}");
            run.Hands.Stop(target);
        }
        catch (Exception e) when (e is InstanceException or HostUnreachableException)
        {
            return Return([e.Message]);
        }

        Say($"7 {target.Name} is master");
        if (Change(new MastershipChange.Assign(store, epoch, run.By, Now)) is { } problem)
        {
            return Return([problem]);
        }

        epoch++;
        var problems = new List<string>();
        Say($"8 starts {old.Name} as replica");
        Try(problems, () => run.Hands.Start(old));
        return Finish(problems);
    }

    /// <summary>Runs the steps without the old master, which is fenced.</summary>
    public FailoverReport Forced(MastershipSnapshot view)
    {
        var objections = Objections(view);
        Say($"1 asks {target.Name}, and whether {before.Master} is dead");
        if (objections.Count == 0 && old is not null)
        {
            try
            {
                if (run.Hands.Status(old) is { Role: ReplicationRole.Master, Unit: "active" })
                {
                    objections.Add($"{old.Name} answers and serves: a failover without --force loses nothing; or stop it first (provision slot stop " +
                        $"{old.Host.Name} {old.Name})");
                }
            }
            catch (Exception e) when (e is InstanceException or HostUnreachableException)
            {
                Say($"  {e.Message}");
            }
        }

        if (objections.Count > 0)
        {
            return End(FailoverOutcome.Refused, objections);
        }

        began = run.Clock.GetTimestamp();
        Say($"6 stops {target.Name}");
        run.Hands.Stop(target);
        Say($"7 {target.Name} is master, {before.Master} is fenced");
        if (Change(new MastershipChange.Force(store, target.Name, epoch, request.ForceReason!, run.By, Now)) is { } refused)
        {
            run.Hands.Start(target);
            return End(FailoverOutcome.Refused, [refused]);
        }

        epoch++;
        return Finish([]);
    }

    /// <summary>Rolls back: the slot that the database names serves again.</summary>
    public FailoverReport Return(IReadOnlyList<string> why)
    {
        var problems = new List<string>(why);
        Say($"gives up: {before.Master} serves again{(why.Count > 0 ? $" ({why[0]})" : "")}");
        if (Change(new MastershipChange.GiveUp(store, epoch, run.By, Now)) is { } refused)
        {
            problems.Add(refused);
            return End(FailoverOutcome.Stuck, problems);
        }

        var back = Try(problems, () => run.Hands.Start(old!));
        if (back)
        {
            Change(new MastershipChange.Up(store, epoch, run.By, Now));
        }
        else
        {
            problems.Add($"{before.Master} does not start as master: see why (provision slot status {old!.Host.Name} {old.Name}), then \"provision failover " +
                $"--store {store} --abort\" to try again, or --to SLOT");
        }

        // A replica stopped for the failover is started again in any case.
        Try(problems, () => target == old ? null : run.Hands.Start(target));
        return End(back ? FailoverOutcome.GivenUp : FailoverOutcome.Stuck, problems);
    }

    /// <summary>Step 9: starts the target as master; clients are sent to it once it answers.</summary>
    private FailoverReport Finish(List<string> problems)
    {
        Say($"9 starts {target.Name} as master");
        InstanceHealth? health = null;
        if (!Try(problems, () => health = run.Hands.Start(target)) || health is not { Role: ReplicationRole.Master })
        {
            problems.Add($"{target.Name} does not serve; {store} stays moving, and logins wait. Fix it and run \"provision failover --store {store} " +
                $"--abort\" (makes {target.Name} serve)"
                + (request.ForceReason is null && old is not null ? $", or \"provision failover --store {store} --to {old.Name}\": it has everything" : ""));
            return End(FailoverOutcome.Stuck, problems);
        }

        if (Change(new MastershipChange.Up(store, epoch, run.By, Now)) is { } refused)
        {
            problems.Add(refused);
            return End(FailoverOutcome.Stuck, problems);
        }

        Say(string.Create(CultureInfo.InvariantCulture, $"{target.Name} serves, after {Away.TotalSeconds:F1} s"));
        return End(FailoverOutcome.Moved, problems);
    }

    /// <summary>Returns the objections known without contacting a host, and those of the target's own state.</summary>
    private List<string> Objections(MastershipSnapshot view)
    {
        var objections = new List<string>();
        if (!request.Store.Slots.Contains(target.Name))
        {
            objections.Add($"{target.Name} is not a slot of {store}: it has {string.Join(", ", request.Store.Slots)}");
        }
        else if (target.Name == before.Master)
        {
            objections.Add($"{target.Name} is the master of {store}");
        }
        else if (view.Fenced.TryGetValue(target.Name, out var fence))
        {
            objections.Add($"{target.Name} is fenced since {fence.At:u} ({fence.Reason}): merge it first (provision slot merge {target.Host.Name} " +
                $"{target.Name})");
        }
        else if (request.ForceReason is null && before.Mode == StoreMode.Moving && before.Target is not null
            && !(request.Resume && before.Target == target.Name))
        {
            objections.Add($"{store} is moving to {before.Target}, begun by {before.By} at {before.Since:u}; if that has died: --resume with the same " +
                $"target, or \"provision failover --store {store} --abort\"");
        }
        else
        {
            try
            {
                var health = run.Hands.Status(target);
                if (health is not { Role: ReplicationRole.Replica, Unit: "active" }
                    || health.Services.FirstOrDefault(service => service.Name == "syncserver") is not { Banner: not null })
                {
                    objections.Add($"{target.Name} is no replica that takes changes: " +
                        $"{(health.Problems.Count > 0 ? string.Join("; ", health.Problems) : $"{health.Role}, {health.Unit}".ToLowerInvariant())}");
                }
            }
            catch (Exception e) when (e is InstanceException or HostUnreachableException)
            {
                objections.Add(e.Message);
            }
        }

        return objections;
    }

    private List<string> Lag(Slot master)
    {
        try
        {
            var health = run.Hands.Status(master);
            return health.Role != ReplicationRole.Master && before.Mode == StoreMode.Up
                ? [$"{master.Name} does not run as master: {(health.Problems.Count > 0 ? string.Join("; ", health.Problems) : health.Unit)}; if its host is " +
                    $"lost, say --force with a reason"]
                : [.. health.Channels.Where(channel => channel.Bytes > request.LagLimit).Select(channel => string.Create(CultureInfo.InvariantCulture,
                    $"{channel.Name} lacks {channel.Bytes} bytes of changes, the oldest {channel.Age?.TotalSeconds:F0} s old: wait until it has caught up, " +
                        $"look why it does not, or say --lag-limit {channel.Bytes * 2}"))];
        }
        catch (Exception e) when (e is InstanceException or HostUnreachableException)
        {
            return [$"{e.Message}; if the host is lost, say --force with a reason"];
        }
    }

    private string? Change(MastershipChange change) => run.Masters.Change(change).Refusal;

    private static bool Try(List<string> problems, Func<InstanceHealth?> action)
    {
        try
        {
            if (action() is { IsWell: false } health)
            {
                problems.AddRange(health.Problems);
                return false;
            }

            return true;
        }
        catch (Exception e) when (e is InstanceException or HostUnreachableException)
        {
            problems.Add(e.Message);
            return false;
        }
    }

    private DateTimeOffset Now => run.Clock.GetUtcNow();

    private TimeSpan Away => began == 0 ? TimeSpan.Zero : run.Clock.GetElapsedTime(began);

    private void Say(string line) => run.Say(store, line);

    /// <summary>Creates the report.</summary>
    public FailoverReport End(FailoverOutcome outcome, IReadOnlyList<string> problems) => new(store, outcome, old?.Name, target.Name, Away, problems);
}
