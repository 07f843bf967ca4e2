namespace Provision.Stores.Placement;

/// <summary>
/// Fills a host to its even share of copies: the class's copies at the site in proportion to its slots, rounded down; each takes one move, so fewer moves are
/// not possible.
/// </summary>
internal static class HostFilling
{
    private const int MostRounds = 20;

    /// <summary>Moves copies to the host from those that have more than their share.</summary>
    /// <param name="board">The placement.</param>
    /// <param name="target">The host.</param>
    /// <param name="settled">Copies that have already moved and stay.</param>
    public static (IReadOnlyList<Replica> Moved, IReadOnlyList<MovesBound> Bounds) Run(Board board, int target, IReadOnlySet<Replica> settled)
    {
        var moved = new List<Replica>();
        var bounds = new List<MovesBound>();
        for (var @class = 0; @class < board.Classes.Count; @class++)
        {
            if (board.Capacity[@class][target] == 0)
            {
                continue;
            }

            var site = board.SiteOf[target];
            var share = ShareOf(board, @class, target);
            var needed = Math.Max(0, share - board.Used[@class][target]);
            var why = $"the even share of {board.Name(target)} is {share} of the slots in use of class {board.Classes[@class]} at " +
                $"{board.Sites[site]}{(share == needed ? "" : $", and it has {share - needed}")}";
            var least = board.HostsFor(@class, site).ToDictionary(static host => host, host => ShareOf(board, @class, host));
            var candidates = Evacuation.ReplicasOn(board, @class, site, (_, host) => host != target && least.ContainsKey(host))
                .Where(replica => !settled.Contains(replica)).ToList();
            var chosen = Choose(board, @class, target, needed, candidates, least);
            for (var round = 0; round < MostRounds && Improve(board, @class, target, chosen, candidates, least); round++)
            {
            }

            bounds.Add(new(chosen.Count, chosen.Count == needed ? why
                : $"{why}; {needed - chosen.Count} lack, because every other store of hosts above their share already exists"));
            moved.AddRange(chosen.Keys.OrderBy(static replica => replica.Store).ThenBy(static replica => replica.Place));
        }

        return (moved, bounds);
    }

    /// <summary>Returns floor(its slots x slots in use / slots), of a class at a site; at a uniform site floor(in use / hosts).</summary>
    private static int ShareOf(Board board, int @class, int host)
    {
        var hosts = board.HostsFor(@class, board.SiteOf[host]);
        return (int)((long)board.Capacity[@class][host] * hosts.Sum(other => board.Used[@class][other]) / Math.Max(
            1, hosts.Sum(other => board.Capacity[@class][other])));
    }

    /// <summary>Chooses the copies that are cheapest to move there, one by one, from hosts above their share; returns them with their previous hosts.</summary>
    private static Dictionary<Replica, int> Choose(Board board, int @class, int target, int needed, List<Replica> candidates, Dictionary<int, int> least)
    {
        var chosen = new Dictionary<Replica, int>();
        board.SetLimits();
        for (; needed > 0; needed--)
        {
            (Replica Replica, long Change)? best = null;
            foreach (var replica in candidates)
            {
                var from = board.At[replica.Store][replica.Place];
                if (from == target || board.Used[@class][from] <= least[from] || board.Holds(replica.Store, target))
                {
                    continue;
                }

                var change = board.Move(replica.Store, replica.Place, target);
                board.Move(replica.Store, replica.Place, from);
                if (best is null || change < best.Value.Change)
                {
                    best = (replica, change);
                }
            }

            if (best is not { } found)
            {
                break; // every store of the others is there already
            }

            chosen[found.Replica] = board.At[found.Replica.Store][found.Replica.Place];
            board.Move(found.Replica.Store, found.Replica.Place, target);
        }

        return chosen;
    }

    /// <summary>Sends a chosen copy back and takes another instead if that is better; returns true if anything improved.</summary>
    private static bool Improve(Board board, int @class, int target, Dictionary<Replica, int> chosen, List<Replica> candidates, Dictionary<int, int> least)
    {
        board.SetLimits();
        var better = false;
        foreach (var (replica, home) in chosen.ToList())
        {
            if (board.Holds(replica.Store, home))
            {
                continue;
            }

            var back = board.Move(replica.Store, replica.Place, home);
            (Replica Replica, long Change)? best = null;
            foreach (var other in candidates)
            {
                var from = board.At[other.Store][other.Place];
                if (from != target && board.Used[@class][from] > least[from] && !board.Holds(other.Store, target))
                {
                    var change = board.Move(other.Store, other.Place, target);
                    board.Move(other.Store, other.Place, from);
                    if (best is null || change < best.Value.Change)
                    {
                        best = (other, change);
                    }
                }
            }

            var found = best is { } good && back + good.Change < 0 ? good.Replica : replica;
            better |= found != replica;
            chosen.Remove(replica);
            chosen[found] = board.At[found.Store][found.Place];
            board.Move(found.Store, found.Place, target);
        }

        return better;
    }
}
