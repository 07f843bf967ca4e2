namespace Provision.Stores.Placement;

/// <summary>Distributes additional slots over hosts so that all are filled to the same fraction.</summary>
internal static class Shares
{
    /// <summary>Assigns slots one by one to the host that is then least full; among equals the first.</summary>
    /// <param name="count">Slots to assign.</param>
    /// <param name="hosts">The hosts.</param>
    /// <param name="used">Slots in use by host.</param>
    /// <param name="capacity">Slots by host.</param>
    /// <param name="most">Returns the maximum for a host.</param>
    /// <returns>Slots by host; null if there is not enough room.</returns>
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
