namespace Provision.Stores.Placement;

/// <summary>
/// Computes the minimum number of stores that the worst pair of hosts must share, whatever the placement. A store is an edge between each two of its hosts, so
/// the question is which multigraphs exist with given degrees and at most L parallel edges.
/// </summary>
internal static class PairBound
{
    /// <summary>
    /// Bounds the pairs among the hosts of one site: least L with, for all k and degrees in falling order, sum of the first k &lt;= L k (k-1) + sum over the
    /// others of min(d, L k). Erdős and Gallai (1960) for L = 1, Chungphaisan (1974) for more; exact for pairs. If a store has three slots at the site it is a
    /// lower bound. Uniform: ceil(u / (N-1)).
    /// </summary>
    /// <param name="degrees">For each host, the number of pairs its stores make with other hosts of the site.</param>
    /// <returns>0 if there are no pairs.</returns>
    public static int Local(IEnumerable<int> degrees)
    {
        var sorted = Falling(degrees);
        return Least(sorted.FirstOrDefault(), most => HoldsInside(sorted, most));
    }

    /// <summary>
    /// Bounds the pairs between the hosts of a site and all others: least L with, for all k, sum of the first k &lt;= sum over the others' hosts of min(d, what
    /// the first k may share with it), where two hosts may share L stores and no more than either has. Gale and Ryser (1957), for parallel edges. Uniform, two
    /// copies here and one there: max(ceil(u / N there), ceil(2 u there / N)).
    /// </summary>
    /// <param name="here">For each host of the site, the number of pairs its stores make with hosts elsewhere, and its number of stores.</param>
    /// <param name="elsewhere">The same for each host of the other sites, with hosts of this one.</param>
    public static int Cross(IEnumerable<(int Pairs, int Stores)> here, IEnumerable<(int Pairs, int Stores)> elsewhere)
    {
        var ours = here.Where(static host => host.Pairs > 0).OrderByDescending(static host => host.Pairs).ToArray();
        var theirs = elsewhere.Where(static host => host.Pairs > 0).ToArray();
        return Least(ours.Length == 0 ? 0 : ours.Max(static host => host.Stores), most => HoldsAcross(ours, theirs, most));
    }

    /// <summary>Returns the minimum that the busiest host's masters must add to another host: ceil(masters / hosts that can take over).</summary>
    public static int TakeOver(int masters, int others) => others <= 0 ? masters : (masters + others - 1) / others;

    private static int[] Falling(IEnumerable<int> degrees) => [.. degrees.Where(static degree => degree > 0).OrderDescending()];

    private static bool HoldsInside(int[] degrees, int most)
    {
        long first = 0;
        for (var k = 1; k <= degrees.Length; k++)
        {
            first += degrees[k - 1];
            var room = (long)most * k * (k - 1);
            for (var i = k; i < degrees.Length; i++)
            {
                room += Math.Min(degrees[i], (long)most * k);
            }

            if (first > room)
            {
                return false;
            }
        }

        return true;
    }

    private static bool HoldsAcross((int Pairs, int Stores)[] ours, (int Pairs, int Stores)[] theirs, int most)
    {
        long first = 0;
        var shared = new long[theirs.Length];
        foreach (var (pairs, stores) in ours)
        {
            first += pairs;
            long room = 0;
            for (var i = 0; i < theirs.Length; i++)
            {
                shared[i] += Math.Min(most, Math.Min(stores, theirs[i].Stores));
                room += Math.Min(theirs[i].Pairs, shared[i]);
            }

            if (first > room)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>
    /// Returns the least number up to <paramref name="top"/> that satisfies the predicate; <paramref name="top"/> itself if none does (no such graph).
    /// </summary>
    private static int Least(int top, Func<int, bool> willDo)
    {
        var (low, high) = (0, top);
        while (low < high)
        {
            var middle = low + ((high - low) / 2);
            (low, high) = willDo(middle) ? (low, middle) : (middle + 1, high);
        }

        return low;
    }
}
