using System.Globalization;
using Provision.Configuration.Repository;
using Provision.FleetRuns.Answers;
using Provision.FleetRuns.Remote;
using Provision.FleetRuns.Runs;
using Provision.FleetRuns.Waves;
using Provision.Inventory;

namespace Provision.FleetRuns.Execution;

/// <summary>Carries out runs that install: wave after wave, with a record of every step. <see cref="Resume"/> continues a run that was cut off.</summary>
/// <param name="fleet">The fleet.</param>
/// <param name="repository">Directory of the repository.</param>
/// <param name="commands">Runs git.</param>
/// <param name="connector">Opens connections to hosts.</param>
/// <param name="runs">The records.</param>
/// <param name="print">Receives one line for each host and wave.</param>
/// <param name="clock">The clock.</param>
public sealed class InstallRun(
    Fleet fleet, string repository, ICommandRunner commands, IHostConnector connector, RunDatabase runs, Action<string> print, TimeProvider clock)
{
    /// <summary>Begins a run and carries it out.</summary>
    /// <param name="order">What it is to do.</param>
    /// <param name="branch">The branch of its commit; null for a detached head.</param>
    /// <param name="waves">The hosts, wave by wave.</param>
    /// <param name="why">Receives why it was refused; null if it was not.</param>
    /// <returns>The run; null if it was refused.</returns>
    public FleetRun? Start(RunOrder order, string? branch, IReadOnlyList<IReadOnlyList<Host>> waves, out string? why)
    {
        var hosts = waves.SelectMany((wave, i) => wave.Select(host => new RunHost(host.Name, i + 1, HostProgress.Waiting))).ToList();
        var run = runs.Create(order, hosts, clock.GetUtcNow(), out var held, out why);
        using (held)
        {
            if (run is null)
            {
                return null;
            }

            print($"run {run.Id}: commit {order.Commit[..12]} on {Counted.Of(hosts.Count, "host")} in {Counted.Of(waves.Count, "wave")}");
            return Carry(run, branch);
        }
    }

    /// <summary>Carries on a run that was cut off or stopped.</summary>
    /// <param name="run">The run.</param>
    /// <param name="branch">The branch of its commit; null for a detached head.</param>
    /// <param name="retryFailed">Whether hosts that failed or were refused are visited again.</param>
    /// <param name="why">Receives why it was refused; null if it was not.</param>
    /// <returns>The run; null if it was refused.</returns>
    public FleetRun? Resume(FleetRun run, string? branch, bool retryFailed, out string? why)
    {
        ArgumentNullException.ThrowIfNull(run);
        using var held = runs.TryLock(run.Id);
        why = held is null ? $"run {run.Id} is at work" : null;
        if (held is null)
        {
            return null;
        }

        runs.Record(run.Id, RunStatus.Running, null, null);
        foreach (var host in run.Hosts.Where(host => retryFailed && (host.HasFailed || host.Progress == HostProgress.Refused)))
        {
            runs.Record(run.Id, new RunHost(host.Host, host.Wave, HostProgress.Waiting));
        }

        print($"run {run.Id} continues");
        return Carry(runs.Find(run.Id)!, branch);
    }

    private FleetRun Carry(FleetRun run, string? branch)
    {
        var order = run.Order;
        var install = new HostInstall(connector, new CommitBundles(new Git(commands, repository)), order, clock);
        var schedule = new WaveSchedule(new SharedStores(fleet), order.Jobs);
        var limits = new FailureLimits(order.WaveFailures, order.RunFailures);
        var hosts = run.Hosts.ToDictionary(host => host.Host, StringComparer.Ordinal);
        foreach (var wave in run.Hosts.GroupBy(host => host.Wave).OrderBy(wave => wave.Key))
        {
            var names = wave.Select(host => host.Host).ToList();
            var open = names.Where(name => !hosts[name].IsOver).ToList();
            WaveRunner.Run(open, schedule, name => Visit(name, run.Id, hosts[name], install, order, branch), visit =>
            {
                hosts[visit.Host] = visit;
                runs.Record(run.Id, visit);
                print(Line(visit));
                return WhyStop() is null;
            });
            var isLast = run.Hosts.All(host => host.Wave <= wave.Key);
            if (WhyStop() is null && open.Count > 0 && !(isLast && order.Soak == TimeSpan.Zero))
            {
                CheckWave(run.Id, wave.Key, [.. names.Where(name => hosts[name].Progress == HostProgress.Installed)], hosts, order);
            }

            if (WhyStop() is { } why)
            {
                print($"run {run.Id} stops: {why}");
                runs.Record(run.Id, RunStatus.Stopped, why, clock.GetUtcNow());
                return runs.Find(run.Id)!;
            }

            string? WhyStop() => limits.WhyStop(wave.Key, names.Count(name => hosts[name].HasFailed), hosts.Values.Count(host => host.HasFailed));
        }

        runs.Record(run.Id, RunStatus.Done, null, clock.GetUtcNow());
        return runs.Find(run.Id)!;
    }

    private RunHost Visit(string name, int run, RunHost host, HostInstall install, RunOrder order, string? branch)
    {
        var visit = new RunHost(name, host.Wave, HostProgress.Running) { Started = clock.GetUtcNow() };
        runs.Record(run, visit);
        if (fleet.FindHost(name) is not { } known)
        {
            return visit with { Progress = HostProgress.Refused, Message = "the inventory has no such host any more", Ended = clock.GetUtcNow() };
        }

        PinnedBranch? pinned = null;
        if (known.Branch is { } own && own != branch)
        {
            if (GitRevision.CommitOf(repository, own, commands) is not { } commit)
            {
                var message = $"it is pinned to the branch {own}, which is not here";
                return visit with { Progress = HostProgress.Refused, Message = message, Ended = clock.GetUtcNow() };
            }

            pinned = new PinnedBranch(own, commit);
        }

        try
        {
            return install.Run(known, new DeliveredCommit(order.Commit, branch, pinned), visit, half => runs.Record(run, half)) with
            {
                Ended = clock.GetUtcNow(),
            };
        }
        catch (CommandFailedException e)
        {
            return visit with { Progress = HostProgress.Refused, Message = e.Message, Ended = clock.GetUtcNow() };
        }
    }

    /// <summary>Waits, and checks the hosts of a wave again before the next one begins.</summary>
    private void CheckWave(int run, int wave, List<string> names, Dictionary<string, RunHost> hosts, RunOrder order)
    {
        if (names.Count == 0)
        {
            return;
        }

        if (order.Soak > TimeSpan.Zero)
        {
            print(string.Create(CultureInfo.InvariantCulture, $"wave {wave}: waiting {order.Soak.TotalSeconds:0} s, then its hosts are checked"));
            Thread.Sleep(order.Soak);
        }

        var free = new WaveSchedule(null, order.Jobs);
        WaveRunner.Run(names, free, name => (Host: name, Problem: Problem(name)), answer =>
        {
            if (answer.Problem is { } problem)
            {
                var failed = hosts[answer.Host] with { Progress = HostProgress.Failed, Message = $"{hosts[answer.Host].Message}\nafter the wave: {problem}" };
                hosts[answer.Host] = failed;
                runs.Record(run, failed);
                print(Line(failed));
            }

            return true;
        });

        string? Problem(string name)
        {
            try
            {
                using var connection = connector.Connect(fleet.FindHost(name)!);
                var answer = new HostOperations(fleet.FindHost(name)!, connection).Check();
                return answer.Findings.Where(finding => finding.Level == HealthLevel.Critical).Select(finding => $"{finding.Check}: {finding.Sentence}")
                    .FirstOrDefault();
            }
            catch (Exception e) when (e is HostUnreachableException or HostAnswerException)
            {
                return e.Message;
            }
        }
    }

    private string Line(RunHost host) => string.Create(CultureInfo.InvariantCulture,
        $"{clock.GetUtcNow():HH:mm:ss} wave {host.Wave} {host.Host}: {RunReport.Word(host.Progress)}")
        + (host.Message.Length == 0 ? "" : $": {host.Message.Split('\n')[0]}");
}
