using Provision.FleetRuns.Remote;
using Provision.FleetRuns.Runs;
using Provision.FleetRuns.Waves;
using Provision.Inventory;

namespace Provision.FleetRuns.Execution;

/// <summary>Takes back what a run installed: only on the hosts that it changed, the newest first.</summary>
/// <param name="fleet">The fleet.</param>
/// <param name="connector">Opens connections to hosts.</param>
/// <param name="runs">The records.</param>
/// <param name="print">Receives one line for each host.</param>
/// <param name="clock">The clock.</param>
public sealed class RunRollback(Fleet fleet, IHostConnector connector, RunDatabase runs, Action<string> print, TimeProvider clock)
{
    /// <summary>Rolls a run back. A host that was installed again since is left alone and listed.</summary>
    /// <param name="run">The run.</param>
    /// <param name="why">Receives why it was refused; null if it was not.</param>
    /// <returns>Whether every changed host was rolled back; null if it was refused.</returns>
    public bool? RollBack(FleetRun run, out string? why)
    {
        ArgumentNullException.ThrowIfNull(run);
        using var held = runs.TryLock(run.Id);
        why = held is null ? $"run {run.Id} is at work: end it first" : null;
        if (held is null)
        {
            return null;
        }

        var changed = run.Hosts.Where(host => host is { Generation: not null, Progress: HostProgress.Installed or HostProgress.Failed })
            .OrderByDescending(host => host.Ended).ToDictionary(host => host.Host, StringComparer.Ordinal);
        var all = true;
        WaveRunner.Run([.. changed.Keys], new WaveSchedule(new SharedStores(fleet), run.Order.Jobs), name => Undo(changed[name]), host =>
        {
            all &= host.Progress == HostProgress.Undone;
            runs.Record(run.Id, host);
            print($"{host.Host}: {(host.Progress == HostProgress.Undone ? "rolled back" : $"not rolled back: {host.Message.Split('\n')[^1]}")}");
            return true;
        });
        if (all)
        {
            runs.Record(run.Id, RunStatus.RolledBack, run.Why, clock.GetUtcNow());
        }

        return all;
    }

    private RunHost Undo(RunHost visit)
    {
        try
        {
            var host = fleet.FindHost(visit.Host) ?? throw new HostAnswerException("the inventory has no such host any more");
            using var connection = connector.Connect(host);
            var there = new HostOperations(host, connection);
            var now = there.Waiting();
            if (now.Waiting is null && now.HostGeneration != visit.Generation)
            {
                throw new HostAnswerException($"it is at generation {now.HostGeneration}, not at {visit.Generation} as this run left it");
            }

            var answer = now.Waiting is not null ? there.RollBackUnconfirmed() : there.RollBack(visit.Generation!.Value - 1);
            return answer.Exit == 0 || (answer.Exit == 1 && now.Waiting is not null)
                ? visit with { Progress = HostProgress.Undone, Ended = clock.GetUtcNow() }
                : visit with { Message = $"{visit.Message}\n{string.Join("; ", answer.Messages)}" };
        }
        catch (Exception e) when (e is HostUnreachableException or HostAnswerException)
        {
            return visit with { Message = $"{visit.Message}\n{e.Message}" };
        }
    }
}
