namespace Provision.Stores.Placement;

/// <summary>Evacuates hosts: every copy on them moves once, to a free slot of its class at the same site.</summary>
internal static class Evacuation
{
    private const int MostRounds = 20;

    /// <summary>Finds a place for every copy (a matching), then improves the assignment.</summary>
    /// <returns>The moved copies, or why they cannot move.</returns>
    public static (IReadOnlyList<Replica> Moved, Refusal? Refusal) Run(Board board)
    {
        var moved = new List<Replica>();
        for (var @class = 0; @class < board.Classes.Count; @class++)
        {
            var room = Enumerable.Range(0, board.Count).Select(host => board.Room(@class, host)).ToArray();
            for (var site = 0; site < board.Sites.Count; site++)
            {
                var leaving = ReplicasOn(board, @class, site, static (board, host) => board.Fleet.Hosts[host].Use == HostUse.Leaving);
                var hosts = board.HostsFor(@class, site);
                var matching = InstanceMatching.Of(leaving.Count, hosts, room, (replica, host) => !board.Holds(leaving[replica].Store, host));
                if (!matching.IsComplete)
                {
                    return ([], NoRoom(board, @class, leaving, matching, room));
                }

                for (var i = 0; i < leaving.Count; i++)
                {
                    board.Move(leaving[i].Store, leaving[i].Place, matching.HostOf[i]);
                }

                moved.AddRange(leaving);
            }
        }

        board.SetLimits();
        for (var round = 0; round < MostRounds && Improve(board, moved); round++)
        {
            board.SetLimits();
        }

        PairRepair.Run(board, moved);
        return (moved, null);
    }

    /// <summary>Returns the copies of a class on certain hosts of a site, in the order of the stores.</summary>
    public static List<Replica> ReplicasOn(Board board, int @class, int site, Func<Board, int, bool> isMeant)
    {
        var found = new List<Replica>();
        for (var store = 0; store < board.At.Count; store++)
        {
            for (var place = 0; place < board.At[store].Length && board.ClassOf[store] == @class; place++)
            {
                if (board.SiteOf[board.At[store][place]] == site && isMeant(board, board.At[store][place]))
                {
                    found.Add(new(store, place));
                }
            }
        }

        return found;
    }

    /// <summary>Moves each copy to the cheapest host, or exchanges two; returns true if anything improved.</summary>
    private static bool Improve(Board board, List<Replica> moved)
    {
        var better = false;
        foreach (var replica in moved)
        {
            var (store, place) = replica;
            var here = board.At[store][place];
            foreach (var host in board.HostsFor(board.ClassOf[store], board.SiteOf[here]))
            {
                var from = board.At[store][place];
                if (board.Room(board.ClassOf[store], host) > 0 && !board.Holds(store, host) && board.Move(store, place, host) >= 0)
                {
                    board.Move(store, place, from);
                }
            }

            better |= board.At[store][place] != here;
            foreach (var other in moved)
            {
                if (board.ClassOf[other.Store] == board.ClassOf[store]
                    && board.SiteOf[board.At[other.Store][other.Place]] == board.SiteOf[board.At[store][place]]
                    && PairRepair.MayExchange(board, replica, other))
                {
                    if (PairRepair.Exchange(board, replica, other) < 0)
                    {
                        better = true;
                    }
                    else
                    {
                        PairRepair.Exchange(board, replica, other);
                    }
                }
            }
        }

        return better;
    }

    private static Refusal NoRoom(Board board, int @class, List<Replica> leaving, InstanceMatching matching, int[] room)
    {
        string Store(int replica) => board.Fleet.Stores[leaving[replica].Store].Name;
        var reachable = matching.Reachable;
        var free = reachable.Sum(host => room[host]);
        var from = matching.Stuck.Select(replica => board.Name(board.At[leaving[replica].Store][leaving[replica].Place])).Distinct().ToList();
        var message = $"{Named.Of(from, "host")} cannot be emptied: " + (reachable.Count == 0
            ? $"no other host in service at its site could take {Named.Of([.. matching.Stuck.Select(Store)], "store")} of class {board.Classes[@class]}"
            : $"{Named.Of([.. matching.Stuck.Select(Store)], "store")} of class {board.Classes[@class]} can only go to " +
                $"{Named.Of([.. reachable.Select(host => $"{board.Name(host)} ({room[host]} free)")], "host")}: {matching.Stuck.Count} copies, {free} free " +
                $"slots");
        var site = board.SiteOf[board.At[leaving[matching.Stuck[0]].Store][leaving[matching.Stuck[0]].Place]];
        var others = board.HostsFor(@class, site).Where(host => !reachable.Contains(host) && room[host] > 0).ToList();
        var freeing = reachable.SelectMany(host => ReplicasOn(board, @class, site, (_, at) => at == host))
            .SelectMany(replica => others.Where(host => !board.Holds(replica.Store, host)).Take(1)
                .Select(host => $"{board.Fleet.Stores[replica.Store].Name} from {board.Name(board.At[replica.Store][replica.Place])} to {board.Name(host)}"))
            .Take(matching.Stuck.Count - free).ToList();
        return new("free-slot", message, freeing.Count > 0 ? $"moving {Named.Of(freeing, "store")} would free {freeing.Count}"
            : $"add a host with slots of class {board.Classes[@class]} at {board.Sites[site]}");
    }
}
