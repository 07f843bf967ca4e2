using Provision.Cyrus.Observe;

namespace Provision.Cyrus.Tests.RealCyrus;

/// <summary>Slots with one tier, and the newest part of their search index in memory of their own.</summary>
public sealed class NvmeStoreTests
{
    [Fact]
    public void A_store_on_nvme_takes_mail_has_it_on_all_three_and_finds_it()
    {
        using var store = new RealStore(["sloti51t01", "sloti52t01", "sloti53t01"]);
        using (var lmtp = new LmtpSession(store.Service(store.Master, "lmtp")))
        {
            lmtp.Deliver("alice", "herring");
        }

        store.WaitUntilReplicated();
        foreach (var slot in store.Slots)
        {
            using var imap = new ImapSession(store.Service(slot, "imap"), "alice", store.Password);
            imap.Do("SELECT INBOX");
            Assert.Contains(imap.Do("FETCH 1 (BODY[HEADER.FIELDS (SUBJECT)])"), line => line.Contains("herring", StringComparison.Ordinal));

            // squatter follows the log; its first part lies on the slot's memory.
            Assert.True(RealStore.Wait(() => imap.Do("SEARCH FUZZY SUBJECT herring").Any(line => line.StartsWith("* SEARCH 1", StringComparison.Ordinal)),
                TimeSpan.FromMinutes(5)), $"{slot} does not find it");
            var options = SlotConfiguration.Read(store.Files, slot)!.Options;
            Assert.StartsWith("/mnt/ram", options["tempsearchpartition-default"], StringComparison.Ordinal);
            Assert.False(options.ContainsKey("archivepartition-default"));
            store.Shell($"find {options["tempsearchpartition-default"]} -type f | grep -q .; find {options["partition-default"]} -name '1.' | grep -q .");
        }
    }
}
