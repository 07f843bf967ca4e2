namespace Provision.Stores.Instances;

/// <summary>A mailbox that differs between a replica and its master.</summary>
/// <param name="Name">Its name.</param>
/// <param name="What">The differences, each as <c>WHAT: the replica's instead of the master's</c>; or that the mailbox is missing or extra on the
/// replica.</param>
public sealed record MailboxDifference(string Name, IReadOnlyList<string> What)
{
    /// <summary>Returns <c>user.alice: messages: 3 instead of 4; contents</c>.</summary>
    public override string ToString() => $"{Name}: {string.Join("; ", What)}";
}

/// <summary>The comparison of a replica with its master. Pure.</summary>
/// <param name="Master">The master's slot.</param>
/// <param name="Replica">The replica's slot.</param>
/// <param name="Mailboxes">The number of mailboxes in the union of the two.</param>
/// <param name="Differences">The differing mailboxes, in ordinal order of their names.</param>
public sealed record StoreComparison(string Master, string Replica, int Mailboxes, IReadOnlyList<MailboxDifference> Differences)
{
    /// <summary>True if the replica holds exactly what the master holds.</summary>
    public bool IsEqual => Differences.Count == 0;

    /// <summary>Compares two digests; a mailbox that Cyrus cannot open on either side counts as different.</summary>
    public static StoreComparison Of(InstanceDigest master, InstanceDigest replica)
    {
        ArgumentNullException.ThrowIfNull(master);
        ArgumentNullException.ThrowIfNull(replica);
        var there = replica.Mailboxes.ToDictionary(mailbox => mailbox.Name, StringComparer.Ordinal);
        var differences = new List<MailboxDifference>();
        foreach (var mailbox in master.Mailboxes)
        {
            IReadOnlyList<string> what = there.Remove(mailbox.Name, out var copy) ? [.. Between(mailbox, copy)] : ["is missing on the replica"];
            if (what.Count > 0)
            {
                differences.Add(new MailboxDifference(mailbox.Name, what));
            }
        }

        differences.AddRange(there.Keys.Select(name => new MailboxDifference(name, ["is only on the replica"])));
        differences.Sort((left, right) => string.CompareOrdinal(left.Name, right.Name));
        return new StoreComparison(master.Slot, replica.Slot, master.Mailboxes.Count + there.Count, differences);
    }

    /// <summary>Returns the comparison as text: one line, and one more per difference.</summary>
    public IEnumerable<string> Lines() => Differences.Select(difference => $"  {difference}")
        .Prepend(IsEqual ? $"{Replica}: equal to {Master}, {Mailboxes} mailboxes"
            : $"{Replica}: {Differences.Count} of {Mailboxes} mailboxes differ from {Master}");

    private static IEnumerable<string> Between(MailboxDigest master, MailboxDigest replica)
    {
        if (master.Unreadable is not null || replica.Unreadable is not null)
        {
            if (master.Unreadable is { } here)
            {
                yield return $"{here} on the master";
            }

            if (replica.Unreadable is { } there)
            {
                yield return $"{there} on the replica";
            }

            yield break;
        }

        (string Name, object Master, object Replica)[] facts =
        [
            ("unique id", master.UniqueId, replica.UniqueId),
            ("uidvalidity", master.UidValidity, replica.UidValidity),
            ("highest modseq", master.HighestModSeq, replica.HighestModSeq),
            ("last uid", master.LastUid, replica.LastUid),
            ("messages", master.Messages, replica.Messages),
        ];
        foreach (var (name, right, found) in facts)
        {
            if (!right.Equals(found))
            {
                yield return FormattableString.Invariant($"{name}: {found} instead of {right}");
            }
        }

        if (master.Contents != replica.Contents)
        {
            yield return "contents (UIDs, GUIDs, sizes)";
        }

        if (master.Flags != replica.Flags)
        {
            yield return "flags or modseqs of messages";
        }
    }
}
