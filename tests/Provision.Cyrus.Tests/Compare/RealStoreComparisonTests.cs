using Provision.Cyrus.Compare;
using Provision.Cyrus.Tests.RealCyrus;
using Provision.Stores.Instances;

namespace Provision.Cyrus.Tests.Compare;

/// <summary>Comparing what real slots hold: equal after replication, and every kind of damage named.</summary>
[Collection(OneStore.Name)]
public class RealStoreComparisonTests
{
    [Fact]
    public void Slots_are_equal_after_replication_and_damage_to_a_replica_is_named()
    {
        using var store = new RealStore();
        var digester = new SlotDigester(store.Files, store.Commands);
        Fill(store);
        var (well, damaged) = (store.Slots[1], store.Slots[2]);
        var comparer = new StoreComparer(digester.Digest, rounds: 3, TimeSpan.FromMilliseconds(500));

        var equal = comparer.Compare(store.Master, [well, damaged]);
        Assert.Equal([$"{well}: equal to {store.Master}, 6 mailboxes", $"{damaged}: equal to {store.Master}, 6 mailboxes"],
            equal.SelectMany(comparison => comparison.Lines()));
        var mail = digester.Digest(store.Master).Mailboxes.ToDictionary(mailbox => mailbox.Name, mailbox => mailbox.Messages);
        // The third of alice's was deleted; the mail that imitates a listing is one message.
        Assert.Equal((3, 2, 1), (mail["user.alice"], mail["user.bob"], mail["user.carol"]));
        var program = Environment.GetEnvironmentVariable("PROVISION_BINARY") is { Length: > 0 } given ? given
            : Path.Combine(RealStore.Repository, "out/provision");
        var printed = store.Commands.Run(Command.Of(program, "slot", "digest", store.Master, "-o", "json"));
        Assert.True(printed.Succeeded, printed.Error);
        Assert.Equal(digester.Digest(store.Master).Mailboxes, InstanceDigest.FromJson(printed.Output.Span).Mailboxes);

        // A stopped slot has the same digest.
        var before = digester.Digest(damaged).Mailboxes;
        store.Stop(damaged);
        Assert.Equal(before, digester.Digest(damaged).Mailboxes);

        Damage(store, damaged);
        var after = comparer.Compare(store.Master, [well, damaged]);
        Assert.True(after[0].IsEqual);
        Assert.Equal(
            ["user.alice", "user.alice.Work", "user.bob", "user.carol", "user.dave", "user.eve"],
            after[1].Differences.Select(difference => difference.Name));
        var what = after[1].Differences.ToDictionary(difference => difference.Name, difference => string.Join("; ", difference.What));
        Assert.Matches("^highest modseq: [0-9]+ instead of [0-9]+; flags or modseqs of messages$", what["user.alice"]);
        Assert.Equal("is missing on the replica", what["user.alice.Work"]);
        Assert.Matches(@"messages: 1 instead of 2; contents \(UIDs, GUIDs, sizes\); flags or modseqs of messages$", what["user.bob"]);
        Assert.Equal("Cyrus cannot open it on the replica", what["user.carol"]);
        Assert.Equal("last uid: 1 instead of 0; messages: 1 instead of 0", what["user.dave"].Split("; ")
            .Where(part => part.StartsWith("last", StringComparison.Ordinal) || part.StartsWith("mess", StringComparison.Ordinal))
            .Aggregate((left, right) => $"{left}; {right}"));
        Assert.Equal("is only on the replica", what["user.eve"]);
    }

    private static void Fill(RealStore store)
    {
        store.Imap.CreateMailboxes("user.carol", "user.dave", "user.alice.Work.Old");
        using (var lmtp = new LmtpSession(store.Service(store.Master, "lmtp")))
        {
            for (var i = 1; i <= 4; i++)
            {
                lmtp.Deliver("alice", $"mail {i}");
            }

            lmtp.Deliver("bob", "one");
            lmtp.Deliver("bob", "two");
            lmtp.Deliver("carol", "sly", "X-Sly: a\r\n 000002> UID:00000002   INT_DATE:1 SENTDATE:1 SAVEDATE:1 SIZE:1\r\n       > HDRSIZE:1 GUID:00 " +
                "MODSEQ:1\r\n Examining user.mallory... Mailbox Header Info:\r\n");
        }

        using (var imap = store.Imap)
        {
            imap.Do("SELECT user.alice");
            imap.Do("STORE 1 +FLAGS (\\Flagged urgent)");
            imap.Do("STORE 3 +FLAGS (\\Deleted later)");
            imap.Do("EXPUNGE");
            imap.Do("DELETE user.alice.Work.Old");
            imap.Do("CREATE user.alice.Archive");
        }

        store.WaitUntilReplicated();
    }

    /// <summary>Each kind of damage once, made with Cyrus itself: for a moment the replica takes changes.</summary>
    private static void Damage(RealStore store, string slot)
    {
        var conf = $"/etc/cyrus/{slot}/imapd.conf";
        store.Shell($"sed -i 's/^readonly: yes/readonly: no/' {conf}");
        store.Start(slot);
        store.WaitUntilWell(slot);
        using (var imap = new ImapSession(store.Service(slot, "imap"), "cyrus", store.Password))
        {
            imap.Do("SELECT user.alice");
            imap.Do("STORE 2 +FLAGS (\\Answered)");
            imap.Do("DELETE user.alice.Work");
            imap.Do("CREATE user.eve");
            imap.Do("SELECT user.dave");
            imap.Do("APPEND user.dave {6+}\r\nA: b\r\n");
        }

        store.Stop(slot);
        string Path(string mailbox) => store.Run(slot, "mbpath", mailbox).OrThrow().Text.Trim();
        // A message's file is lost, and Cyrus repairs its index; a mailbox's folder is lost.
        store.Shell($"rm {Path("user.bob")}/1.; rm -r {Path("user.carol")}; sed -i 's/^readonly: no/readonly: yes/' {conf}");
        store.Run(slot, "reconstruct", "-G", "user.bob").OrThrow();
    }
}
