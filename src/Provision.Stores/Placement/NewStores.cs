using Provision.Inventory;

namespace Provision.Stores.Placement;

/// <summary>
/// Places new stores: shares of free slots first, then pairs. The host with the most slots left to assign is paired until it has none left, each time with the
/// host that has the most left and is below the pair's limit (the construction behind the bound: Havel and Hakimi); the remote copy goes to a host where both
/// pairs are below their limits. Pairs that end up above a limit are exchanged by <see cref="PairRepair"/>.
/// </summary>
internal sealed class NewStores
{
    private readonly Board board;
    private readonly int @class;
    private readonly int[] left;
    private readonly List<int> home;
    private readonly List<int> remote;
    private readonly int firstNew;

    private NewStores(Board board, int @class, int[] left, List<int> home, List<int> remote)
    {
        this.board = board;
        this.@class = @class;
        this.left = left;
        this.home = home;
        this.remote = remote;
        firstNew = board.At.Count;
    }

    /// <summary>Places the stores; returns the new stores' numbers, or why they cannot be placed.</summary>
    public static (IReadOnlyList<int> Stores, Refusal? Refusal) Place(Board board, PlanRequest request)
    {
        if (ClassOf(board, request, out var @class) is { } unknown)
        {
            return ([], unknown);
        }

        if (HomeOf(board, request, @class, out var site) is { } nowhere)
        {
            return ([], nowhere);
        }

        var near = board.HostsFor(@class, site);
        var far = Enumerable.Range(0, board.Sites.Count).Where(other => other != site).SelectMany(other => board.HostsFor(@class, other)).ToList();
        var (all, sites) = board.Fleet.CopiesOf(board.Classes[@class]);
        var atHome = board.Fleet.SeveralSites && sites > 1 && all > 1 ? all - 1 : all;
        var given = new int[board.Count];
        foreach (var (hosts, copies, where) in new[] { (near, atHome, $"at site {board.Sites[site]}"), (far, all - atHome, "at the other sites") }.Where(
            static part => part.Item2 > 0))
        {
            if ((long)request.AddStores * copies > hosts.Sum(host => (long)board.Room(@class, host))
                || Shares.Of(request.AddStores * copies, hosts, board.Used[@class], board.Capacity[@class], host =>
                    Math.Min(request.AddStores, board.Room(@class, host))) is not { } shares)
            {
                return ([], TooFew(board, @class, hosts, copies, request.AddStores, where));
            }

            for (var host = 0; host < given.Length; host++)
            {
                given[host] += shares[host];
            }
        }

        SetLimits(board, given, near, far, atHome, all);
        var placing = new NewStores(board, @class, given, near, far);
        var stores = Enumerable.Range(0, request.AddStores).Select(_ => placing.PlaceOne(atHome, all)).ToList();
        PairRepair.Run(board, [.. stores.SelectMany(store => Enumerable.Range(0, board.At[store].Length).Select(place => new Replica(store, place)))]);
        return (stores, null);
    }

    private static Refusal? ClassOf(Board board, PlanRequest request, out int @class)
    {
        @class = request.Class is null ? board.Classes.Count == 1 ? 0 : -1 : board.Classes.IndexOf(request.Class);
        return @class >= 0 ? null : request.Class is null
            ? new("one-class", $"a store's slots are of one class, and this fleet has {Named.Of(board.Classes, "class")}", "name it with --class")
            : new("one-class", $"no host has slots of class {request.Class}", $"there are {Named.Of(board.Classes, "class")}");
    }

    private static Refusal? HomeOf(Board board, PlanRequest request, int @class, out int site)
    {
        var (copies, sites) = board.Fleet.CopiesOf(board.Classes[@class]);
        site = request.Home is null ? MostUsed(board, @class, copies) : board.Sites.IndexOf(request.Home);
        if (site < 0 || (copies > 2 && board.HostsFor(@class, site).Count < 2))
        {
            return new("home-pair", $"two copies are at a store's home, and " +
                $"{(site < 0 ? "no site has two hosts" : $"{board.Sites[site]} has fewer than two hosts")} in service with slots of class " +
                $"{board.Classes[@class]}", "name another site with --home, or add a host");
        }

        var own = site;
        return board.Fleet.SeveralSites && sites > 1 && copies > 1 && Enumerable.Range(0, board.Sites.Count)
            .All(other => other == own || board.HostsFor(@class, other).Count == 0)
            ? new(
                "remote-copy",
                $"a store needs a copy at another site than {board.Sites[site]}, and no host there has slots of class {board.Classes[@class]}", "add one there")
            : null;
    }

    private static int MostUsed(Board board, int @class, int copies) => Enumerable.Range(0, board.Sites.Count)
        .Where(site => board.HostsFor(@class, site).Count > (copies > 2 ? 1 : 0))
        .OrderByDescending(site => board.HostsFor(@class, site).Sum(host => board.Used[@class][host]))
        .ThenByDescending(site => board.HostsFor(@class, site).Sum(host => board.Capacity[@class][host]))
        .FirstOrDefault(-1);

    private static Refusal TooFew(Board board, int @class, List<int> hosts, int copies, int stores, string where)
    {
        // Greatest S with sum of min(free, S) >= copies x S: more stores cannot have all their copies on different hosts.
        var most = Math.Min(stores, hosts.Sum(host => board.Room(@class, host)) / copies);
        while (most > 0 && hosts.Sum(host => Math.Min(most, board.Room(@class, host))) < copies * most)
        {
            most--;
        }

        var free = hosts.Where(host => board.Room(@class, host) > 0).Select(host => $"{board.Name(host)} ({board.Room(@class, host)})").ToList();
        return new("distinct-hosts", $"{stores} stores need {copies} free slots of class {board.Classes[@class]} each on different hosts {where}; there is " +
            $"room for {most}: {Named.Of(free, "host with a free slot")}", "ask for fewer, or add a host");
    }

    private static void SetLimits(Board board, int[] given, List<int> home, List<int> remote, int atHome, int copies)
    {
        var degrees = board.Degrees();
        foreach (var host in home)
        {
            degrees.Local[host] += given[host] * (atHome - 1);
            degrees.Cross[host] += given[host] * (copies - atHome);
            degrees.Stores[host] += given[host];
        }

        foreach (var host in remote)
        {
            degrees.Cross[host] += given[host] * atHome;
            degrees.Stores[host] += given[host];
        }

        board.SetLimits(degrees);
    }

    private int PlaceOne(int atHome, int copies)
    {
        var store = board.AddStore(@class, []);
        board.At[store] = [.. Enumerable.Repeat(-1, copies)];
        for (var place = 0; place < copies; place++)
        {
            var host = Best(store, place < atHome ? home : remote, first: place == 0) ?? FreeByTurning(store, atHome);
            left[host]--;
            board.Put(store, place, host);
        }

        return store;
    }

    /// <summary>
    /// Returns the host below its limits with the most slots left to assign; among equals the next on the circle, so that neighbours differ. If all are at a
    /// limit, the cheapest.
    /// </summary>
    private int? Best(int store, List<int> hosts, bool first)
    {
        int? best = null;
        var rank = (Above: long.MaxValue, Left: 0, Around: 0);
        foreach (var host in hosts)
        {
            if (left[host] > 0 && !board.Holds(store, host))
            {
                var here = (first ? 0 : board.CostOf(store, host) / Board.Excess, -left[host], first ? host
                    : (host - board.At[store][0] + board.Count) % board.Count);
                if (here.CompareTo(rank) < 0)
                {
                    (best, rank) = (host, here);
                }
            }
        }

        return best;
    }

    /// <summary>
    /// Frees a host if only hosts that already hold the store have slots left: one of them replaces another host in an earlier new store, and that host is
    /// returned.
    /// </summary>
    private int FreeByTurning(int store, int atHome)
    {
        for (var earlier = store - 1; earlier >= firstNew; earlier--)
        {
            var full = home.FindIndex(host => left[host] > 0 && !board.Holds(earlier, host));
            for (var place = 0; full >= 0 && place < atHome; place++)
            {
                var freed = board.At[earlier][place];
                if (!board.Holds(store, freed))
                {
                    board.Move(earlier, place, home[full]);
                    left[home[full]]--;
                    left[freed]++;
                    return freed;
                }
            }
        }

        throw new InvalidOperationException("shares of no more slots than stores always leave one such store"); // Shares caps each host at one slot a store
    }
}
