namespace Provision.Stores.Placement;

/// <summary>How many more slots each of some hosts gets, so that all are filled to the same part.</summary>
internal static class Shares
{
    /// <summary>Gives slots one by one to the host that is then least full; of equal ones the first.</summary>
    /// <param name="count">Slots to give.</param>
    /// <param name="hosts">The hosts.</param>
    /// <param name="used">Slots in use by host.</param>
    /// <param name="capacity">Slots by host.</param>
    /// <param name="most">The most that a host may get.</param>
    /// <returns>By host; null if there is no room for all.</returns>
    public static int[]? Of(int count, IReadOnlyList<int> hosts, int[] used, int[] capacity, Func<int, int> most)
    {
        var given = new int[used.Length];
        var queue = new PriorityQueue<int, (double Full, int Host)>();
        foreach (var host in hosts)
        {
            Offer(host);
        }

        for (; count > 0; count--)
        {
            if (!queue.TryDequeue(out var host, out _))
            {
                return null;
            }

            given[host]++;
            Offer(host);
        }

        return given;

        void Offer(int host)
        {
            if (given[host] < most(host))
            {
                queue.Enqueue(host, ((used[host] + given[host] + 1.0) / capacity[host], host));
            }
        }
    }
}
