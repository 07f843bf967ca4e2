namespace Provision.FleetRuns.Waves;

/// <summary>Decides which hosts of a wave may start now.</summary>
/// <param name="shared">Hosts that must not be changed at the same time.</param>
/// <param name="jobs">Maximum number of hosts at a time.</param>
internal sealed class WaveSchedule(SharedStores? shared, int jobs)
{
    /// <summary>Returns the hosts to start, in the order given: as many as are free, and none beside one that holds a copy of the same store.</summary>
    /// <param name="waiting">The hosts that have not started, in order.</param>
    /// <param name="running">The hosts at work.</param>
    public IReadOnlyList<string> Next(IEnumerable<string> waiting, IReadOnlyCollection<string> running)
    {
        var busy = running.ToList();
        var next = new List<string>();
        foreach (var host in waiting)
        {
            if (busy.Count >= jobs)
            {
                break;
            }

            if (shared is null || !busy.Exists(other => shared.Between(host, other)))
            {
                busy.Add(host);
                next.Add(host);
            }
        }

        return next;
    }
}
