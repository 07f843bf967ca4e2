namespace Provision.Stores.Placement;

/// <summary>
/// Proves for each host that its loss can be absorbed: every copy on it has a free slot of its class at the site, on a host that does not hold the store.
/// </summary>
internal static class Absorption
{
    /// <summary>Returns the hosts without such a matching.</summary>
    public static List<LostHost> Of(Board board)
    {
        var lost = new List<LostHost>();
        var on = StoresOn(board);
        for (var @class = 0; @class < board.Classes.Count; @class++)
        {
            var room = Enumerable.Range(0, board.Count).Select(host => board.Room(@class, host)).ToArray();
            var candidates = Enumerable.Range(0, board.Sites.Count).Select(site => board.HostsFor(@class, site)).ToList();
            for (var host = 0; host < board.Count; host++)
            {
                var stores = on[host].Where(store => board.ClassOf[store] == @class).ToList();
                var matching = InstanceMatching.Of(stores.Count, candidates[board.SiteOf[host]], room, (replica, to) => !board.Holds(stores[replica], to));
                if (!matching.IsComplete)
                {
                    lost.Add(new(
                        board.Name(host), board.Classes[@class], stores.Count,
                        [.. matching.Stuck.Select(replica => board.Fleet.Stores[stores[replica]].Name)],
                        [.. matching.Reachable.Select(to => (board.Name(to), room[to]))]));
                }
            }
        }

        return lost;
    }

    public static List<int>[] StoresOn(Board board)
    {
        var on = Enumerable.Range(0, board.Count).Select(static _ => new List<int>()).ToArray();
        for (var store = 0; store < board.At.Count; store++)
        {
            foreach (var host in board.At[store])
            {
                on[host].Add(store);
            }
        }

        return on;
    }
}
