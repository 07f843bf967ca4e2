namespace Provision.Stores.Placement;

/// <summary>
/// Chooses the preferred master of each store: the first slot of its list. Of the stores that two hosts share, each host gets half; the remainder, at most one
/// per pair, forms a graph whose edges are directed along Eulerian trails, so that each host is master of half of its stores give or take one, and no host
/// takes over more than half of a pair's stores, rounded up.
/// </summary>
internal static class MasterChoice
{
    /// <summary>
    /// Returns the position of the slot that takes over from a store's first: the next at its site, else the next of all; null if there is none.
    /// </summary>
    public static int? NextOf(Board board, int store)
    {
        var hosts = board.At[store];
        for (var place = 1; place < hosts.Length; place++)
        {
            if (board.SiteOf[hosts[place]] == board.SiteOf[hosts[0]])
            {
                return place;
            }
        }

        return hosts.Length > 1 ? 1 : null;
    }

    /// <summary>Returns those of the given stores whose first slot should be swapped with the one that would take over from it.</summary>
    public static HashSet<int> Swapped(Board board, IReadOnlyCollection<int> stores)
    {
        var taken = new Dictionary<(int Master, int Next), int>();
        var masters = new int[board.Count];
        var pairOf = new int[board.Count];
        var free = new SortedDictionary<(int A, int B), List<int>>();
        var open = stores.ToHashSet();
        for (var store = 0; store < board.At.Count; store++)
        {
            if (NextOf(board, store) is not { } place || board.SiteOf[board.At[store][place]] != board.SiteOf[board.At[store][0]])
            {
                continue;
            }

            var (master, next) = (board.At[store][0], board.At[store][place]);
            pairOf[master]++;
            pairOf[next]++;
            if (open.Contains(store))
            {
                var pair = master < next ? (master, next) : (next, master);
                (free.TryGetValue(pair, out var shared) ? shared : free[pair] = []).Add(store);
            }
            else
            {
                Give(master, next);
            }
        }

        var chosen = new Dictionary<int, int>();
        var odd = new List<(int A, int B, int Store)>();
        foreach (var ((a, b), shared) in free)
        {
            for (var i = 0; i < shared.Count; i++)
            {
                var lead = taken.GetValueOrDefault((a, b)) - taken.GetValueOrDefault((b, a));
                if (lead == 0 && i == shared.Count - 1)
                {
                    odd.Add((a, b, shared[i]));
                    break;
                }

                Choose(shared[i], lead > 0 ? b : a, lead > 0 ? a : b);
            }
        }

        foreach (var (store, master, next) in Trails(board.Count, odd))
        {
            Choose(store, master, next);
        }

        // The existing choice may be unbalanced: reverse a leftover edge if that brings both hosts nearer to half.
        foreach (var (a, b, store) in odd)
        {
            var (master, next) = chosen[store] == a ? (a, b) : (b, a);
            if ((2 * masters[master]) - pairOf[master] - 2 >= (2 * masters[next]) - pairOf[next] + 2)
            {
                masters[master]--;
                masters[next]++;
                chosen[store] = next;
            }
        }

        return [.. stores.Where(store => chosen.TryGetValue(store, out var master) && master != board.At[store][0])];

        void Give(int master, int next)
        {
            taken[(master, next)] = taken.GetValueOrDefault((master, next)) + 1;
            masters[master]++;
        }

        void Choose(int store, int master, int next)
        {
            chosen[store] = master;
            Give(master, next);
        }
    }

    /// <summary>
    /// Directs edges along trails that begin at hosts of odd degree, then along closed ones: a host's in-degree and out-degree differ by at most one.
    /// </summary>
    private static IEnumerable<(int Store, int Master, int Next)> Trails(int hosts, List<(int A, int B, int Store)> edges)
    {
        var at = new List<int>[hosts];
        for (var edge = 0; edge < edges.Count; edge++)
        {
            (at[edges[edge].A] ??= []).Add(edge);
            (at[edges[edge].B] ??= []).Add(edge);
        }

        var done = new bool[edges.Count];
        var starts = Enumerable.Range(0, hosts).Where(host => at[host] is not null).OrderByDescending(host => at[host].Count % 2).ThenBy(static host => host)
            .ToList();

        // One open trail from each remaining host of odd degree leaves only even degrees; the rest are closed trails, which end where they began.
        foreach (var start in starts.Concat(starts))
        {
            for (var here = start; at[here].FindLastIndex(edge => !done[edge]) is >= 0 and var last;)
            {
                var edge = at[here][last];
                at[here].RemoveRange(last, at[here].Count - last);
                done[edge] = true;
                var next = edges[edge].A == here ? edges[edge].B : edges[edge].A;
                yield return (edges[edge].Store, here, next);
                here = next;
            }
        }
    }
}
