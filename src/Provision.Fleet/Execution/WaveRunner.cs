using System.Collections.Concurrent;
using Provision.FleetRuns.Waves;

namespace Provision.FleetRuns.Execution;

/// <summary>Visits hosts, several at a time.</summary>
internal static class WaveRunner
{
    /// <summary>Visits hosts in their order and returns the results in the order of their ends. No further host is started once <paramref name="ended"/>
    /// returns false; those at work are waited for.</summary>
    /// <param name="hosts">Names of the hosts.</param>
    /// <param name="schedule">Decides which may run at the same time.</param>
    /// <param name="visit">Visits one host; called on a thread of its own.</param>
    /// <param name="ended">Called after each visit, on the caller's thread.</param>
    public static void Run<T>(IReadOnlyList<string> hosts, WaveSchedule schedule, Func<string, T> visit, Func<T, bool> ended)
    {
        var waiting = hosts.ToList();
        var running = new List<string>();
        using var done = new BlockingCollection<(string Host, Task<T> Visit)>();
        var stop = false;
        while (true)
        {
            foreach (var host in stop ? [] : schedule.Next(waiting, running))
            {
                waiting.Remove(host);
                running.Add(host);
                _ = Task.Factory.StartNew(() => visit(host), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)
                    .ContinueWith(task => done.Add((host, task)), TaskScheduler.Default);
            }

            if (running.Count == 0)
            {
                return;
            }

            var next = done.Take();
            running.Remove(next.Host);
            stop |= !ended(next.Visit.GetAwaiter().GetResult());
        }
    }
}
