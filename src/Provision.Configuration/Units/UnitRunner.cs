using Provision.Configuration.Desired;
using Provision.Configuration.Plans;

namespace Provision.Configuration.Units;

/// <summary>The outcome of an action on a unit.</summary>
/// <param name="Effect">The requested action.</param>
/// <param name="Verb">The systemctl verb that was run.</param>
/// <param name="Problem">Why the unit is not healthy; null if it is.</param>
/// <param name="InvocationId">systemd's id of the current run.</param>
public sealed record UnitOutcome(UnitEffect Effect, string Verb, string? Problem, string InvocationId);

/// <summary>Acts on units of the running system: in the order of their dependencies, replicas before masters, a few at a time, waiting for each to become
/// healthy. Stops at the first that does not.</summary>
/// <param name="systemd">The service manager.</param>
/// <param name="atOnce">Number of units in parallel.</param>
/// <param name="limit">Time limit for one unit.</param>
internal sealed class UnitRunner(Systemd systemd, int atOnce, TimeSpan limit)
{
    /// <summary>Acts on units.</summary>
    /// <param name="effects">The actions, in the order of <see cref="UnitEffects.InOrder"/>.</param>
    /// <param name="started">Units that must run; a restart starts them. Others are only restarted if they run.</param>
    /// <param name="done">Called after each unit.</param>
    /// <returns>The outcomes; the last ones have problems if the run stopped early.</returns>
    public IReadOnlyList<UnitOutcome> Run(IReadOnlyList<UnitEffect> effects, IReadOnlySet<string> started, Action<UnitOutcome> done)
    {
        var outcomes = new List<UnitOutcome>();
        var status = systemd.Status([.. effects.Select(effect => effect.Unit)]);
        foreach (var batch in Batches(effects, status))
        {
            var results = new UnitOutcome[batch.Count];
            var parallel = new ParallelOptions { MaxDegreeOfParallelism = atOnce };
            Parallel.For(0, batch.Count, parallel, i => results[i] = Act(batch[i], status[batch[i].Unit], started));
            foreach (var outcome in results)
            {
                outcomes.Add(outcome);
                done(outcome);
            }

            if (results.Any(outcome => outcome.Problem is not null))
            {
                break;
            }
        }

        return outcomes;
    }

    private UnitOutcome Act(UnitEffect effect, UnitStatus before, IReadOnlySet<string> started)
    {
        // A unit that hangs while starting has read the old configuration; "start" would only wait with it.
        var verb = (effect.Action, before.ActiveState, started.Contains(effect.Unit)) switch
        {
            (UnitAction.Stop, _, _) => "stop",
            _ when before.LoadState is "masked" => "leave masked",
            (UnitAction.Reload, "active" or "reloading", _) => "reload",
            (_, "active" or "reloading" or "activating", _) => "restart",
            (_, _, true) => "start",
            _ => "leave stopped",
        };
        if (verb.StartsWith("leave", StringComparison.Ordinal))
        {
            return new UnitOutcome(effect, verb, null, before.InvocationId);
        }

        if (before.ActiveState is "failed")
        {
            // A unit that has failed too often refuses to start until its counter is reset.
            systemd.Do("reset-failed", limit, effect.Unit);
        }

        var result = systemd.Do(verb, limit, effect.Unit);
        var now = WaitUntilSettled(effect.Unit);
        var well = effect.Action == UnitAction.Stop ? !now.IsActive : result.Succeeded && now.IsActive;
        return new UnitOutcome(effect, verb, well ? null : ProblemOf(effect.Unit, verb, result.ExitCode, result.Error, now), now.InvocationId);
    }

    private string ProblemOf(string unit, string verb, int exitCode, string error, UnitStatus now)
    {
        var why = exitCode == 124 ? $"took longer than {limit.TotalSeconds:0} s" : error.Trim().ReplaceLineEndings("; ");
        var last = systemd.LastLines(unit);
        return $"{verb} failed ({now.ActiveState}): {why}{(last.Length > 0 ? "\n" + last : "")}";
    }

    private UnitStatus WaitUntilSettled(string unit)
    {
        var end = DateTime.UtcNow + limit;
        while (true)
        {
            var now = systemd.Status([unit])[unit];
            if (now.ActiveState is not ("activating" or "deactivating" or "reloading") || DateTime.UtcNow > end)
            {
                return now;
            }

            Thread.Sleep(100);
        }
    }

    /// <summary>Splits the ordered effects into batches whose units do not wait for each other: stops first, then by order and mastership, and within those a
    /// unit after all units it is ordered <c>After=</c>.</summary>
    private List<List<UnitEffect>> Batches(IReadOnlyList<UnitEffect> effects, IReadOnlyDictionary<string, UnitStatus> status)
    {
        var batches = new List<List<UnitEffect>>();
        var ranks = Ranks(effects, status);
        var groups = effects.GroupBy(effect => (Stop: effect.Action == UnitAction.Stop, Rank: ranks[effect.Unit]));
        foreach (var group in groups.OrderBy(group => !group.Key.Stop).ThenBy(group => group.Key.Rank))
        {
            var open = group.ToList();
            while (open.Count > 0)
            {
                var names = open.Select(effect => effect.Unit).ToHashSet(StringComparer.Ordinal);
                var ready = open
                    .Where(effect => !status[effect.Unit].After
                        .Any(after => !string.Equals(after, effect.Unit, StringComparison.Ordinal) && names.Contains(after)))
                    .ToList();

                // systemd breaks ordering cycles by itself, so this does too.
                ready = ready.Count == 0 ? open : ready;
                batches.AddRange(ready.Chunk(atOnce).Select(chunk => chunk.ToList()));
                open = [.. open.Except(ready)];
            }
        }

        return batches;
    }

    /// <summary>Returns the order by which each unit is acted on: its own, or the latest of the units it is ordered <c>After=</c>. A target
    /// starts all units it wants at once, so it must not come before the last of them.</summary>
    private static Dictionary<string, (int Order, bool IsLast)> Ranks(IReadOnlyList<UnitEffect> effects, IReadOnlyDictionary<string, UnitStatus> status)
    {
        var ranks = effects.ToDictionary(effect => effect.Unit, effect => (effect.Order, effect.IsLast), StringComparer.Ordinal);
        var moved = true;
        for (var round = 0; moved && round < effects.Count; round++)
        {
            moved = false;
            foreach (var unit in effects.Select(effect => effect.Unit))
            {
                foreach (var after in status[unit].After)
                {
                    if (ranks.TryGetValue(after, out var rank) && rank.CompareTo(ranks[unit]) > 0)
                    {
                        ranks[unit] = rank;
                        moved = true;
                    }
                }
            }
        }

        return ranks;
    }
}
