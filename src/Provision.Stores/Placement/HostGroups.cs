namespace Provision.Stores.Placement;

/// <summary>The pairs that each host's stores make with hosts of its own site and of other sites, and each host's number of stores.</summary>
internal sealed record HostDegrees(int[] Local, int[] Cross, int[] Stores);

/// <summary>
/// Groups of hosts that can share stores: those of one slot class, and of classes that occur on one host together. Pairs are counted by host, so bounds hold
/// for groups.
/// </summary>
internal sealed class HostGroups
{
    private readonly Board board;
    private readonly int[] groupOfClass;

    private HostGroups(Board board, int[] groupOfClass)
    {
        this.board = board;
        this.groupOfClass = groupOfClass;
        Count = groupOfClass.DefaultIfEmpty(-1).Max() + 1;
    }

    public int Count { get; }

    /// <summary>Returns the classes of a group.</summary>
    public IEnumerable<int> Classes(int group) => Enumerable.Range(0, groupOfClass.Length).Where(@class => groupOfClass[@class] == group);

    public int Of(int @class) => groupOfClass[@class];

    /// <summary>Returns the hosts of a group by site.</summary>
    public IEnumerable<(int Site, List<int> Hosts)> Sites(int group)
    {
        var classes = Classes(group).ToList();
        return Enumerable.Range(0, board.Count).Where(host => classes.Exists(@class => board.Capacity[@class][host] > 0))
            .GroupBy(host => board.SiteOf[host]).Select(static site => (site.Key, site.ToList()));
    }

    /// <summary>Returns the bound of pairs across sites: that of the worst site.</summary>
    /// <param name="group">The group.</param>
    /// <param name="degrees">The pairs of each host.</param>
    public int CrossBound(int group, HostDegrees degrees)
    {
        var sites = Sites(group).ToList();
        return sites.Select(site => PairBound.Cross(
            site.Hosts.Select(host => (degrees.Cross[host], degrees.Stores[host])),
            sites.Where(other => other.Site != site.Site).SelectMany(static other => other.Hosts).Select(host => (degrees.Cross[host], degrees.Stores[host]))))
                .DefaultIfEmpty(0).Max();
    }

    public static HostGroups Of(Board board)
    {
        var group = Enumerable.Range(0, board.Classes.Count).ToArray();
        for (var host = 0; host < board.Count; host++)
        {
            var here = Enumerable.Range(0, group.Length).Where(@class => board.Capacity[@class][host] > 0).ToList();
            foreach (var @class in here.Skip(1))
            {
                var (from, to) = (group[@class], group[here[0]]);
                for (var i = 0; i < group.Length; i++)
                {
                    group[i] = group[i] == from ? to : group[i];
                }
            }
        }

        var numbers = group.Distinct().ToList();
        return new HostGroups(board, [.. group.Select(number => numbers.IndexOf(number))]);
    }
}
