using Provision.FleetRuns.Answers;
using Provision.FleetRuns.Remote;
using Provision.FleetRuns.Runs;
using Provision.Inventory;

namespace Provision.FleetRuns.Execution;

/// <summary>Installs one host of a run: commit, plan, confirmed install, health, confirmation by a new connection. It can be begun again at any point: the
/// host knows what was done.</summary>
/// <param name="connector">Opens connections.</param>
/// <param name="bundles">What hosts lack.</param>
/// <param name="order">The run's order.</param>
/// <param name="clock">The clock.</param>
internal sealed class HostInstall(IHostConnector connector, CommitBundles bundles, RunOrder order, TimeProvider clock)
{
    private static readonly TimeSpan BetweenTries = TimeSpan.FromSeconds(1);

    /// <summary>Time beyond the confirmation's in which a host may roll back and answer again.</summary>
    private static readonly TimeSpan RollbackPatience = TimeSpan.FromMinutes(3);

    /// <summary>Visits the host.</summary>
    /// <param name="host">The host.</param>
    /// <param name="commit">What it is to have.</param>
    /// <param name="visit">Its record, already marked as at work.</param>
    /// <param name="progress">Receives the record when something worth keeping is known.</param>
    /// <returns>The record at the end of the visit.</returns>
    public RunHost Run(Host host, DeliveredCommit commit, RunHost visit, Action<RunHost> progress)
    {
        try
        {
            CheckAnswer before;
            ReadOnlyMemory<byte> saved;
            PlanAnswer plan;
            using (var connection = connector.Connect(host))
            {
                var there = new HostOperations(host, connection);
                var waiting = Settled(there, commit);
                if (waiting.Waiting is { } generation)
                {
                    // Left by this run before it was resumed, or by another one.
                    return waiting.Commit == Short(commit) && waiting.Finished
                        ? Verify(host, visit with { Generation = generation }, null)
                        : visit with
                        {
                            Progress = HostProgress.Refused,
                            Message = $"generation {generation} of commit {waiting.Commit} waits for its confirmation",
                        };
                }

                there.Deliver(commit, bundles);
                before = there.Check();
                (plan, saved) = there.Diff();
                visit = visit with { PlanHash = plan.Hash };
                if (WhyNot(plan, commit) is { } refusal)
                {
                    return visit with { Progress = HostProgress.Refused, Message = refusal };
                }

                if (plan.Exit == 0)
                {
                    return visit with { Progress = HostProgress.Same };
                }

                // Known before it begins: after a death in the middle, a generation above this one is ours or tells why not.
                visit = visit with { Generation = waiting.HostGeneration + 1, Message = Summary(plan) };
                progress(visit);
                InstallAnswer answer;
                try
                {
                    answer = there.Install(saved, order.Confirm);
                }
                catch (Exception e) when (e is HostUnreachableException or HostAnswerException)
                {
                    // The connection died in the middle: the host decides, and is asked.
                    return Await(host, visit, before, e.Message);
                }

                if (answer.Exit != 0)
                {
                    return visit with
                    {
                        Progress = answer.Exit == 1 ? HostProgress.RolledBack : HostProgress.Refused,
                        Generation = null,
                        Message = string.Join("\n", answer.Messages),
                    };
                }

                visit = visit with { Generation = answer.Generation };
            }

            return Verify(host, visit, before);
        }
        catch (HostUnreachableException e)
        {
            return visit with { Progress = HostProgress.Unreachable, Message = e.Message };
        }
        catch (HostAnswerException e)
        {
            return visit with { Progress = HostProgress.Refused, Message = e.Message };
        }
    }

    /// <summary>Returns what waits on a host. An install of this commit that is still at work, or whose connection died, first ends or is rolled back: the
    /// control host was killed in the middle of it.</summary>
    private WaitingAnswer Settled(HostOperations there, DeliveredCommit commit)
    {
        var until = clock.GetUtcNow() + order.Confirm + RollbackPatience;
        var waiting = there.Waiting();
        while (waiting.Waiting is not null && waiting.Commit == Short(commit) && !waiting.Finished && clock.GetUtcNow() < until)
        {
            Thread.Sleep(BetweenTries);
            waiting = there.Waiting();
        }

        return waiting;
    }

    /// <summary>Returns why a plan must not be installed; null if it may.</summary>
    private string? WhyNot(PlanAnswer plan, DeliveredCommit commit) =>
        plan.Commit != (commit.Pinned?.Commit ?? commit.Commit) ? $"the host compared with commit {plan.Commit}, not with the one that it was sent"
        : plan.Exit > 1 ? string.Join("\n", plan.Problems.Concat(plan.Files.Where(file => file.Verdict == "unknown").Select(file => $"{file.Path}: unknown"))
            .DefaultIfEmpty("the plan has an error"))
        : !order.Overwrite && plan.ChangedThere.Select(file => file.Path).ToList() is { Count: > 0 } changed
            ? $"changed on the host: {string.Join(", ", changed.Take(5))}{(changed.Count > 5 ? ", ..." : "")}; look at it, or overwrite it with --overwrite"
        : null;

    /// <summary>Checks an installed host by a new connection, and confirms it.</summary>
    private RunHost Verify(Host host, RunHost visit, CheckAnswer? before)
    {
        var generation = visit.Generation!.Value;
        string problem;
        var until = clock.GetUtcNow() + order.Confirm;
        do
        {
            try
            {
                using var connection = connector.Connect(host);
                var there = new HostOperations(host, connection);
                var worse = there.Check().WorseThan(before ?? new CheckAnswer(0, "", []));
                if (worse.Count > 0)
                {
                    var back = there.RollBackUnconfirmed();
                    return visit with
                    {
                        Progress = HostProgress.RolledBack,
                        Message = string.Join("\n", ["not healthy after the install, rolled back:", .. worse, .. back.Messages]),
                    };
                }

                return there.Confirm(generation)
                    ? visit with { Progress = HostProgress.Installed }
                    : visit with { Progress = HostProgress.RolledBack, Message = $"the host rolled generation {generation} back before it was confirmed" };
            }
            catch (Exception e) when (e is HostUnreachableException or HostAnswerException)
            {
                problem = e.Message;
                Thread.Sleep(BetweenTries);
            }
        }
        while (clock.GetUtcNow() < until);

        return Await(host, visit, before, problem);
    }

    /// <summary>Waits until a host that lost its connection answers again, and finds out what it did.</summary>
    private RunHost Await(Host host, RunHost visit, CheckAnswer? before, string problem)
    {
        var until = clock.GetUtcNow() + order.Confirm + RollbackPatience;
        var generation = visit.Generation!.Value;
        while (clock.GetUtcNow() < until)
        {
            try
            {
                using var connection = connector.Connect(host);
                var there = new HostOperations(host, connection);
                var now = there.Waiting();
                if (now.Waiting == generation && now.Finished)
                {
                    return Verify(host, visit, before);
                }

                if (now.Waiting is null)
                {
                    // The answer to a confirmation may be what was lost: to confirm again is true if the generation stayed.
                    return now.HostGeneration < generation
                        ? visit with { Progress = HostProgress.Unreachable, Generation = null, Message = $"{problem}; nothing was changed" }
                        : there.Confirm(generation)
                            ? visit with { Progress = HostProgress.Installed }
                            : visit with { Progress = HostProgress.RolledBack, Message = $"{problem}; the host rolled back by itself" };
                }
            }
            catch (Exception e) when (e is HostUnreachableException or HostAnswerException)
            {
                problem = e.Message;
            }

            Thread.Sleep(BetweenTries);
        }

        return visit with
        {
            Progress = HostProgress.Failed,
            Message = $"{problem}; generation {generation} may be in place, its rollback is armed on the host: look at its console",
        };
    }

    private static string Short(DeliveredCommit commit) => (commit.Pinned?.Commit ?? commit.Commit)[..12];

    /// <summary>Returns what an install does, in one line.</summary>
    private static string Summary(PlanAnswer plan) => string.Join("; ", ((string[])
    [
        Counted.Of(plan.Files.Count, "file") + (plan.Files.Count is > 0 and <= 3 ? $" ({string.Join(", ", plan.Files.Select(file => file.Path))})" : ""),
        plan.Packages.Count > 0 ? $"packages {string.Join(", ", plan.Packages.Take(5))}" : "",
        string.Join(", ", plan.Actions.Where(action => !action.StartsWith("none ", StringComparison.Ordinal)).Take(5)),
    ]).Where(part => part.Length > 0));
}
