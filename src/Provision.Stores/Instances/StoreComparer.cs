namespace Provision.Stores.Instances;

/// <summary>
/// Compares a store's replicas with its master while mail keeps arriving: differences are checked again, and only those that persist in every round count. A
/// replica follows its master by seconds, so a constantly changing mailbox is never equal at one moment: it counts as equal if it matches the master in an
/// earlier round.
/// </summary>
/// <param name="digest">Creates the digest of a slot, of all mailboxes or of the named ones; called for several slots at once.</param>
/// <param name="rounds">Maximum number of rounds.</param>
/// <param name="pause">Time between two rounds, in which replication may catch up.</param>
internal sealed class StoreComparer(Func<string, IReadOnlyCollection<string>?, InstanceDigest> digest, int rounds, TimeSpan pause)
{
    /// <summary>With more names than this, a full digest is cheaper than naming them.</summary>
    private const int MostNames = 1000;

    /// <summary>Compares; exceptions of <c>digest</c> reach the caller.</summary>
    /// <returns>One comparison per replica, in their order.</returns>
    public IReadOnlyList<StoreComparison> Compare(string master, IReadOnlyList<string> replicas)
    {
        ArgumentNullException.ThrowIfNull(replicas);
        var past = new HashSet<MailboxDigest>();
        var found = Round(master, replicas, null, past);
        for (var round = 2; round <= rounds && found.Any(comparison => !comparison.IsEqual); round++)
        {
            Thread.Sleep(pause);
            var open = found.Where(comparison => !comparison.IsEqual).ToList();
            var names = open.SelectMany(comparison => comparison.Differences).Select(difference => difference.Name).ToHashSet(StringComparer.Ordinal);
            var again = Round(master, [.. open.Select(comparison => comparison.Replica)], names.Count > MostNames ? null : names, past)
                .ToDictionary(comparison => comparison.Replica, StringComparer.Ordinal);
            found = [.. found.Select(comparison => again.TryGetValue(comparison.Replica, out var later)
                ? comparison with { Differences = Still(comparison, later) } : comparison)];
        }

        return found;
    }

    /// <summary>Compares all slots once.</summary>
    /// <param name="master">The master.</param>
    /// <param name="replicas">Its replicas.</param>
    /// <param name="only">Mailboxes; null for all.</param>
    /// <param name="past">The master's mailboxes in the rounds for named mailboxes, which follow each other by seconds; a round over a whole store takes too
    /// long to count.</param>
    private List<StoreComparison> Round(string master, IReadOnlyList<string> replicas, IReadOnlyCollection<string>? only, HashSet<MailboxDigest> past)
    {
        var digests = replicas.Prepend(master).ConcurrentlyEach(replicas.Count + 1, slot => digest(slot, only));
        if (only is not null)
        {
            past.UnionWith(digests[0].Mailboxes.Where(mailbox => mailbox.Unreadable is null));
        }

        return [.. digests.Skip(1).Select(replica =>
        {
            var copies = replica.Mailboxes.Where(past.Contains).Select(mailbox => mailbox.Name).ToHashSet(StringComparer.Ordinal);
            var comparison = StoreComparison.Of(digests[0], replica);
            return comparison with { Differences = [.. comparison.Differences.Where(difference => !copies.Contains(difference.Name))] };
        })];
    }

    /// <summary>Returns the differences that persist, as they are now.</summary>
    private static List<MailboxDifference> Still(StoreComparison before, StoreComparison now)
    {
        var names = before.Differences.Select(difference => difference.Name).ToHashSet(StringComparer.Ordinal);
        return [.. now.Differences.Where(difference => names.Contains(difference.Name))];
    }
}
