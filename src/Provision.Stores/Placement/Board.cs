namespace Provision.Stores.Placement;

/// <summary>
/// A placement in arrays, for counting and for trying moves: hosts, classes and stores are numbers. Changing one slot affects only its pairs with the other
/// hosts of its store.
/// </summary>
internal sealed class Board
{
    /// <summary>The cost of one pair above its limit; it outweighs any levelling, which in turn outweighs the evenness of the pairs below the limit.</summary>
    public const long Excess = 1_000_000;
    private const long Level = 1_000;

    private readonly int[] pairs;
    private readonly int[] localLimit;
    private readonly int[] crossLimit;
    private readonly Dictionary<string, int> numberOf = new(StringComparer.Ordinal);

    public Board(PlacedFleet fleet)
    {
        Fleet = fleet;
        Count = fleet.Hosts.Count;
        Classes = [.. fleet.Hosts.SelectMany(static host => host.Slots).Select(static slot => slot.Class).Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal)];
        Sites = [.. fleet.Hosts.Select(static host => host.Host.Site).Distinct(StringComparer.Ordinal)];
        SiteOf = [.. fleet.Hosts.Select(host => Sites.IndexOf(host.Host.Site))];
        pairs = new int[Count * Count];
        localLimit = new int[Count];
        crossLimit = new int[Count];
        Capacity = [.. Classes.Select(_ => new int[Count])];
        Used = [.. Classes.Select(_ => new int[Count])];
        for (var host = 0; host < Count; host++)
        {
            numberOf[fleet.Hosts[host].Host.Name] = host;
            foreach (var slot in fleet.Hosts[host].Slots)
            {
                Capacity[Classes.IndexOf(slot.Class)][host]++;
            }
        }

        foreach (var store in fleet.Stores)
        {
            AddStore(Classes.IndexOf(store.Class), [.. store.Slots.Select(slot => numberOf[slot.Host.Name])]);
        }

        Groups = HostGroups.Of(this);
    }

    public PlacedFleet Fleet { get; }

    /// <summary>The number of hosts.</summary>
    public int Count { get; }

    public List<string> Classes { get; }

    public List<string> Sites { get; }

    public int[] SiteOf { get; }

    /// <summary>Slots by class and host.</summary>
    public int[][] Capacity { get; }

    /// <summary>Slots in use by class and host.</summary>
    public int[][] Used { get; }

    /// <summary>Hosts of each store, in the order of its slots.</summary>
    public List<int[]> At { get; } = [];

    /// <summary>Class of each store.</summary>
    public List<int> ClassOf { get; } = [];

    public HostGroups Groups { get; }

    public int NumberOf(string host) => numberOf.GetValueOrDefault(host, -1);

    public string Name(int host) => Fleet.Hosts[host].Host.Name;

    public bool Takes(int host) => Fleet.Hosts[host].Use == HostUse.InService;

    /// <summary>Returns the number of slots of a class that a host can still offer.</summary>
    public int Room(int @class, int host) => Takes(host) ? Capacity[@class][host] - Used[@class][host] : 0;

    public bool Holds(int store, int host) => Array.IndexOf(At[store], host) >= 0;

    /// <summary>Returns the number of stores that both hosts hold.</summary>
    public int Pairs(int a, int b) => pairs[(a * Count) + b];

    /// <summary>Returns the hosts at a site that have slots of a class and may take stores.</summary>
    public List<int> HostsFor(int @class, int site) =>
        [.. Enumerable.Range(0, Count).Where(host => SiteOf[host] == site && Takes(host) && Capacity[@class][host] > 0)];

    public int AddStore(int @class, int[] hosts)
    {
        var store = At.Count;
        At.Add([.. hosts.Select(static _ => -1)]);
        ClassOf.Add(@class);
        for (var place = 0; place < hosts.Length; place++)
        {
            Put(store, place, hosts[place]);
        }

        return store;
    }

    /// <summary>Removes a slot from a store; returns the change in cost.</summary>
    public long Lift(int store, int place)
    {
        var host = At[store][place];
        At[store][place] = -1;
        return Change(store, host, -1);
    }

    /// <summary>Adds a slot on a host to a store; returns the change in cost.</summary>
    public long Put(int store, int place, int host)
    {
        var change = Change(store, host, +1);
        At[store][place] = host;
        return change;
    }

    /// <summary>Moves one slot; returns the change in cost.</summary>
    public long Move(int store, int place, int host) => Lift(store, place) + Put(store, place, host);

    /// <summary>Returns the cost of a slot on a host beside the store's others, without placing it.</summary>
    public long CostOf(int store, int host)
    {
        var cost = 0L;
        foreach (var other in At[store])
        {
            cost += other >= 0 && other != host ? Weight(Pairs(host, other) + 1, host, other) - Weight(Pairs(host, other), host, other) : 0;
        }

        return cost;
    }

    /// <summary>Returns true if a slot has a pair above its limit.</summary>
    public bool IsInExcess(int store, int place)
    {
        var host = At[store][place];
        foreach (var other in At[store])
        {
            if (other != host && Pairs(host, other) > Limit(host, other))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Returns the number of pairs and stores of each host.</summary>
    public HostDegrees Degrees()
    {
        var (local, cross) = (new int[Count], new int[Count]);
        foreach (var hosts in At)
        {
            foreach (var a in hosts)
            {
                foreach (var b in hosts)
                {
                    if (a != b && a >= 0 && b >= 0)
                    {
                        (SiteOf[a] == SiteOf[b] ? local : cross)[a]++;
                    }
                }
            }
        }

        return new(local, cross, [.. Enumerable.Range(0, Count).Select(host => Used.Sum(used => used[host]))]);
    }

    /// <summary>Sets the limits of pairs to the bounds that follow from these numbers of pairs by host.</summary>
    public void SetLimits(HostDegrees degrees)
    {
        for (var group = 0; group < Groups.Count; group++)
        {
            var most = Groups.CrossBound(group, degrees);
            foreach (var (_, hosts) in Groups.Sites(group))
            {
                var inside = PairBound.Local(hosts.Select(host => degrees.Local[host]));
                foreach (var host in hosts)
                {
                    (localLimit[host], crossLimit[host]) = (inside, most);
                }
            }
        }
    }

    /// <summary>Sets the limits of pairs to the bounds of the current placement.</summary>
    public void SetLimits() => SetLimits(Degrees());

    private int Limit(int a, int b) => SiteOf[a] == SiteOf[b] ? localLimit[a] : crossLimit[a];

    private long Weight(int shared, int a, int b)
    {
        long above = Math.Max(0, shared - Limit(a, b));
        return (above * above * Excess) + ((long)shared * shared);
    }

    private long Change(int store, int host, int by)
    {
        var change = 0L;
        foreach (var other in At[store])
        {
            if (other >= 0 && other != host)
            {
                var shared = Pairs(host, other);
                change += Weight(shared + by, host, other) - Weight(shared, host, other);
                pairs[(host * Count) + other] = pairs[(other * Count) + host] = shared + by;
            }
        }

        var (used, capacity) = (Used[ClassOf[store]], Math.Max(1, Capacity[ClassOf[store]][host]));
        change += ((Level * (used[host] + by) * (used[host] + by)) - (Level * used[host] * used[host])) / capacity;
        used[host] += by;
        return change;
    }
}
