namespace Provision.Stores.Placement;

/// <summary>An assignment of replicas to hosts: each replica goes to a host with room that does not already hold its store.</summary>
/// <param name="HostOf">For each replica the assigned host, or -1.</param>
/// <param name="Stuck">Replicas without room: more of them than <see cref="Reachable"/> has room for (a violation of Hall's condition).</param>
/// <param name="Reachable">All hosts that any of <see cref="Stuck"/> could go to if there were room.</param>
internal sealed record InstanceMatching(int[] HostOf, IReadOnlyList<int> Stuck, IReadOnlyList<int> Reachable)
{
    public bool IsComplete => Stuck.Count == 0;

    /// <summary>
    /// Computes a maximum matching by augmenting paths (Kuhn 1955), limited by each host's room. Hosts are tried in the order given, starting after the last
    /// one taken, so that simple cases spread evenly.
    /// </summary>
    /// <param name="replicas">The number of replicas.</param>
    /// <param name="hosts">Hosts that could take them.</param>
    /// <param name="room">Free slots of a host, by its number.</param>
    /// <param name="mayGo">False if a host holds the replica's store.</param>
    public static InstanceMatching Of(int replicas, IReadOnlyList<int> hosts, IReadOnlyList<int> room, Func<int, int, bool> mayGo)
    {
        var hostOf = new int[replicas];
        Array.Fill(hostOf, -1);
        var taken = hosts.Select(_ => new List<int>()).ToArray();
        var seen = new bool[hosts.Count];
        InstanceMatching? broken = null;
        var start = 0;
        for (var replica = 0; replica < replicas; replica++)
        {
            Array.Clear(seen);
            if (!Take(replica) && broken is null)
            {
                var reachable = Enumerable.Range(0, hosts.Count).Where(place => seen[place]).ToList();
                broken = new InstanceMatching(hostOf, [replica, .. reachable.SelectMany(place => taken[place]).Order()],
                    [.. reachable.Select(place => hosts[place])]);
            }
        }

        return broken ?? new InstanceMatching(hostOf, [], []);

        bool Take(int replica)
        {
            for (var i = 0; i < hosts.Count; i++)
            {
                var place = (start + i) % hosts.Count;
                if (!seen[place] && taken[place].Count < room[hosts[place]] && mayGo(replica, hosts[place]))
                {
                    start = place + 1;
                    taken[place].Add(replica);
                    hostOf[replica] = hosts[place];
                    return true;
                }
            }

            for (var place = 0; place < hosts.Count; place++)
            {
                if (seen[place] || !mayGo(replica, hosts[place]))
                {
                    continue;
                }

                seen[place] = true;
                for (var i = 0; i < taken[place].Count; i++)
                {
                    if (Take(taken[place][i]))
                    {
                        taken[place][i] = replica;
                        hostOf[replica] = hosts[place];
                        return true;
                    }
                }
            }

            return false;
        }
    }
}
