using Provision.Cyrus.Compare;
using Provision.Stores.Instances;

namespace Provision.Cyrus.Tests.Compare;

/// <summary>What a comparison names, and how often it looks.</summary>
public class StoreComparisonTests
{
    private static readonly MailboxDigest Inbox = new()
    {
        Name = "user.alice",
        UniqueId = "u1",
        UidValidity = 7,
        HighestModSeq = 12,
        LastUid = 4,
        Messages = 4,
        Contents = "c",
        Flags = "f"
    };

    public static TheoryData<MailboxDigest, string> OneOff() => new()
    {
        { Inbox with { UniqueId = "u2" }, "unique id: u2 instead of u1" },
        { Inbox with { UidValidity = 8 }, "uidvalidity: 8 instead of 7" },
        { Inbox with { HighestModSeq = 11 }, "highest modseq: 11 instead of 12" },
        { Inbox with { LastUid = 3, Messages = 3 }, "last uid: 3 instead of 4; messages: 3 instead of 4" },
        { Inbox with { Contents = "d" }, "contents (UIDs, GUIDs, sizes)" },
        { Inbox with { Flags = "g" }, "flags or modseqs of messages" },
        { new MailboxDigest { Name = "user.alice", Unreadable = "Cyrus cannot open it" }, "Cyrus cannot open it on the replica" },
    };

    [Theory]
    [MemberData(nameof(OneOff))]
    public void A_mailbox_that_differs_says_in_what(MailboxDigest copy, string expected) =>
        Assert.Equal([$"user.alice: {expected}"],
            StoreComparison.Of(new("a", [Inbox]), new("b", [copy])).Differences.Select(difference => difference.ToString()));

    [Fact]
    public void Missing_and_extra_mailboxes_are_named()
    {
        var comparison = StoreComparison.Of(new("a", [Inbox, Inbox with { Name = "user.bob" }]), new("b", [Inbox, Inbox with { Name = "user.eve" }]));
        Assert.Equal(["b: 2 of 3 mailboxes differ from a", "  user.bob: is missing on the replica", "  user.eve: is only on the replica"], comparison.Lines());
    }

    /// <summary>A mailbox gets a message between any two looks. A replica one message behind follows; one that stands still where the first look found
    /// the master does not.</summary>
    [Fact]
    public void What_is_always_in_change_is_equal_where_the_replica_follows()
    {
        var looks = new Dictionary<string, int>();
        var comparer = new StoreComparer((slot, _) =>
        {
            int look;
            lock (looks)
            {
                look = looks[slot] = looks.GetValueOrDefault(slot) + 1;
            }

            return new(slot, [Inbox with { HighestModSeq = slot switch { "master" => 100 + look, "follows" => 99 + look, _ => look == 1 ? 100 : 101 } }]);
        }, rounds: 4, TimeSpan.Zero);
        var found = comparer.Compare("master", ["follows", "stands"]);
        Assert.True(found[0].IsEqual);
        Assert.Equal(["user.alice: highest modseq: 101 instead of 104"], found[1].Differences.Select(difference => difference.ToString()));
    }

    [Fact]
    public void Only_what_differs_is_looked_at_again_and_only_what_goes_on_differing_counts()
    {
        var busy = Inbox with { Name = "user.busy" };
        var asked = new List<string>();
        var round = 0;
        var comparer = new StoreComparer((slot, only) =>
        {
            lock (asked)
            {
                asked.Add($"{slot}: {(only is null ? "all" : string.Join(' ', only.Order(StringComparer.Ordinal)))}");
                round = asked.Count;
            }

            MailboxDigest[] all = slot switch
            {
                "master" => [Inbox, busy],
                "late" when round <= 3 => [Inbox with { Flags = "g" }, busy with { HighestModSeq = 1 }],
                "late" => [Inbox with { Flags = "g" }, busy],
                _ => [Inbox, busy],
            };
            return new InstanceDigest(slot, [.. all.Where(mailbox => only?.Contains(mailbox.Name) != false)]);
        }, rounds: 3, TimeSpan.Zero);
        var found = comparer.Compare("master", ["well", "late"]);
        Assert.Equal(["well: equal to master, 2 mailboxes", "late: 1 of 2 mailboxes differ from master", "  user.alice: flags or modseqs of messages"],
            found.SelectMany(comparison => comparison.Lines()));
        Assert.Equal(["late: all", "master: all", "well: all"], asked.Take(3).Order(StringComparer.Ordinal));
        Assert.Equal(["late: user.alice user.busy", "master: user.alice user.busy"], asked.Skip(3).Take(2).Order(StringComparer.Ordinal));
        Assert.Equal(["late: user.alice", "master: user.alice"], asked.Skip(5).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_digest_is_the_same_when_it_was_sent()
    {
        var digest = new InstanceDigest("a", [Inbox, new MailboxDigest { Name = "user.ä", Unreadable = "x" }]);
        Assert.Equal(digest.Mailboxes, InstanceDigest.FromJson(digest.ToJson()).Mailboxes);
        Assert.Throws<InvalidDataException>(() => InstanceDigest.FromJson("[]"u8));
    }
}
