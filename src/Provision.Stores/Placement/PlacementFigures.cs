namespace Provision.Stores.Placement;

/// <summary>The pair of hosts that shares the most stores, with the minimum that the worst pair must share.</summary>
/// <param name="Between">The kind of pair: <c>at SITE</c>, or <c>across sites</c>.</param>
/// <param name="Most">Stores that the worst pair shares.</param>
/// <param name="Bound">The minimum that is possible with as many slots used on each host.</param>
/// <param name="HostA">One host of the worst pair; null if there are no pairs.</param>
/// <param name="HostB">The other.</param>
public sealed record PairFigure(string Between, int Most, int Bound, string? HostA, string? HostB);

/// <summary>The load that the loss of one host puts on others: its masters fail over to the next slot at the site.</summary>
/// <param name="Most">The most masters that one host takes over from one other.</param>
/// <param name="Bound">The minimum possible: the masters of the busiest host over the hosts that can take them.</param>
/// <param name="From">The host that is lost; null if there are no masters.</param>
/// <param name="To">The host that takes over.</param>
/// <param name="Skew">The worst (own masters + taken over) / own masters; a mirrored pair has 2. A host without masters counts as having one.</param>
/// <param name="SkewFrom">The host that is lost in the worst case.</param>
/// <param name="SkewTo">The host that then has the most relative to its own share.</param>
public sealed record FailoverFigure(int Most, int Bound, string? From, string? To, double Skew, string? SkewFrom, string? SkewTo);

/// <summary>A host whose loss the free slots of its site cannot absorb.</summary>
/// <param name="Host">The host.</param>
/// <param name="Class">The class of the slots that are lacking.</param>
/// <param name="Used">Its slots in use.</param>
/// <param name="Stores">Stores that together lack room.</param>
/// <param name="Hosts">The hosts that could take any of them (they are in service and hold none of it), with free slots of the class.</param>
public sealed record LostHost(string Host, string Class, int Used, IReadOnlyList<string> Stores, IReadOnlyList<(string Host, int Free)> Hosts)
{
    private const int Told = 3;

    /// <summary>Returns the shortage in one sentence for each of the first few hosts, and the names of the others.</summary>
    public static IReadOnlyList<string> Summary(IReadOnlyCollection<LostHost> lost) => lost.Count <= Told + 1
        ? [.. lost.Select(static host => host.Why)]
        : [.. lost.Take(Told).Select(static host => host.Why),
            $"so it is for {lost.Count - Told} more hosts: {Named.Of([.. lost.Skip(Told).Select(static host => host.Host)], "host")}"];

    /// <summary>The shortage, in one sentence.</summary>
    public string Why
    {
        get
        {
            var free = Hosts.Sum(static host => host.Free);
            return Hosts.Count == 0
                ? $"if {Host} is lost, no other host in service at its site could take {Named.Of(Stores, "store")} of class {Class}"
                : $"if {Host} is lost, {Named.Of(Stores, "store")} of class {Class} can only go to " +
                    $"{Named.Of([.. Hosts.Select(static host => $"{host.Host} ({host.Free} free)")], "host")}: {Stores.Count} copies, {free} free slots";
        }
    }
}

/// <summary>The figures of hosts that can share stores.</summary>
/// <param name="Classes">Their slot classes.</param>
/// <param name="Stores">The number of stores.</param>
/// <param name="Pairs">Worst pairs at each site and across sites.</param>
/// <param name="Failover">The load that the loss of a host puts on others.</param>
public sealed record GroupFigures(IReadOnlyList<string> Classes, int Stores, IReadOnlyList<PairFigure> Pairs, FailoverFigure Failover);

/// <summary>All measurements of a placement.</summary>
/// <param name="Groups">Measurements by classes that share hosts.</param>
/// <param name="Lost">Hosts whose loss cannot be absorbed; ideally empty.</param>
public sealed record PlacementFigures(IReadOnlyList<GroupFigures> Groups, IReadOnlyList<LostHost> Lost)
{
    /// <summary>Measures a placement.</summary>
    public static PlacementFigures Of(PlacedFleet fleet)
    {
        var board = new Board(fleet);
        var degrees = board.Degrees();
        return new([.. Enumerable.Range(0, board.Groups.Count).Select(group => GroupOf(board, group, degrees))], Absorption.Of(board));
    }

    private static GroupFigures GroupOf(Board board, int group, HostDegrees degrees)
    {
        var sites = board.Groups.Sites(group).ToList();
        var pairs = sites.Where(site => site.Hosts.Exists(host => degrees.Local[host] > 0))
            .Select(site => Worst(board, "at " + board.Sites[site.Site], site.Hosts, site.Hosts,
                PairBound.Local(site.Hosts.Select(host => degrees.Local[host])))).ToList();
        if (sites.Count > 1)
        {
            var worst = sites.Select(site =>
                Worst(board, "across sites", site.Hosts, sites.Where(other => other.Site > site.Site).SelectMany(static other => other.Hosts),
                board.Groups.CrossBound(group, degrees)));
            pairs.Add(worst.MaxBy(static pair => pair.Most)!);
        }

        var classes = board.Groups.Classes(group).ToList();
        var stores = Enumerable.Range(0, board.At.Count).Where(store => classes.Contains(board.ClassOf[store])).ToList();
        return new([.. classes.Select(@class => board.Classes[@class])], stores.Count, pairs, FailoverOf(board, stores, sites));
    }

    private static PairFigure Worst(Board board, string between, IEnumerable<int> here, IEnumerable<int> there, int bound)
    {
        var (most, one, other) = (0, -1, -1);
        var others = there.ToList();
        foreach (var a in here)
        {
            foreach (var b in others)
            {
                if (a != b && board.Pairs(a, b) > most)
                {
                    (most, one, other) = (board.Pairs(a, b), a, b);
                }
            }
        }

        return new(between, most, bound, one < 0 ? null : board.Name(one), other < 0 ? null : board.Name(other));
    }

    private static FailoverFigure FailoverOf(Board board, List<int> stores, List<(int Site, List<int> Hosts)> sites)
    {
        var masters = new int[board.Count];
        var taken = new SortedDictionary<(int From, int To), int>();
        foreach (var store in stores)
        {
            masters[board.At[store][0]]++;
            if (MasterChoice.NextOf(board, store) is { } next)
            {
                taken[(board.At[store][0], board.At[store][next])] = taken.GetValueOrDefault((board.At[store][0], board.At[store][next])) + 1;
            }
        }

        var bound = sites.SelectMany(site =>
            site.Hosts.Select(host => PairBound.TakeOver(masters[host], site.Hosts.Count(board.Takes) - (board.Takes(host) ? 1 : 0)))).DefaultIfEmpty(0).Max();
        if (taken.Count == 0)
        {
            return new(0, bound, null, null, 1, null, null);
        }

        var most = taken.MaxBy(static entry => entry.Value);
        var worst = taken.MaxBy(entry => Skew(entry.Key.To, entry.Value));
        return new(
            most.Value, bound, board.Name(most.Key.From), board.Name(most.Key.To),
            Skew(worst.Key.To, worst.Value), board.Name(worst.Key.From), board.Name(worst.Key.To));

        double Skew(int to, int more) => (double)(masters[to] + more) / Math.Max(1, masters[to]);
    }
}
