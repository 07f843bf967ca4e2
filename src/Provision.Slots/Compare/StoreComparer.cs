namespace Provision.Slots.Compare;

/// <summary>
/// Compares a store's replicas with its master while mail goes on coming: what differs is looked at again, and only what differs every time counts.
/// </summary>
/// <param name="digest">Makes the digest of a slot, of all mailboxes or of the named ones; called for several slots at once.</param>
/// <param name="rounds">How often is compared at most.</param>
/// <param name="pause">Time between two rounds, in which replication may catch up.</param>
public sealed class StoreComparer(Func<string, IReadOnlyCollection<string>?, SlotDigest> digest, int rounds, TimeSpan pause)
{
    /// <summary>With so many names a whole digest is less work than to name them.</summary>
    private const int MostNames = 1000;

    /// <summary>Compares; what <c>digest</c> throws reaches the caller.</summary>
    /// <returns>One comparison a replica, in their order.</returns>
    public IReadOnlyList<StoreComparison> Compare(string master, IReadOnlyList<string> replicas)
    {
        ArgumentNullException.ThrowIfNull(replicas);
        var found = Round(master, replicas, null);
        for (var round = 2; round <= rounds && found.Any(comparison => !comparison.IsEqual); round++)
        {
            Thread.Sleep(pause);
            var open = found.Where(comparison => !comparison.IsEqual).ToList();
            var names = open.SelectMany(comparison => comparison.Differences).Select(difference => difference.Name).ToHashSet(StringComparer.Ordinal);
            var again = Round(master, [.. open.Select(comparison => comparison.Replica)], names.Count > MostNames ? null : names).ToDictionary(comparison => comparison.Replica, StringComparer.Ordinal);
            found = [.. found.Select(comparison => again.TryGetValue(comparison.Replica, out var later) ? comparison with { Differences = Still(comparison, later) } : comparison)];
        }

        return found;
    }

    private List<StoreComparison> Round(string master, IReadOnlyList<string> replicas, IReadOnlyCollection<string>? only)
    {
        var digests = replicas.Prepend(master).AsParallel().AsOrdered().WithDegreeOfParallelism(replicas.Count + 1).Select(slot => digest(slot, only)).ToList();
        return [.. digests.Skip(1).Select(replica => StoreComparison.Of(digests[0], replica))];
    }

    /// <summary>What differed before and differs now, as it differs now.</summary>
    private static List<MailboxDifference> Still(StoreComparison before, StoreComparison now)
    {
        var names = before.Differences.Select(difference => difference.Name).ToHashSet(StringComparer.Ordinal);
        return [.. now.Differences.Where(difference => names.Contains(difference.Name))];
    }
}
