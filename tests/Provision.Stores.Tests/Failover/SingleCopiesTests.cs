using Provision.Inventory;

namespace Provision.Stores.Tests;

/// <summary>A fleet of one storage host: what one copy means is said, and a reinstall needs no other host to be seen.</summary>
public class SingleCopiesTests
{
    private static readonly Fleet Tiny = InventoryLoader.Load(InventoryFiles.ReadFrom(Path.Combine(TestRepository.Root, "examples/tiny"))).Fleet!;

    [Fact]
    public void Validation_says_what_one_copy_means() =>
        Assert.Equal(
            $"class share has {Tiny.Stores.Count} stores with one copy: out of service while its host is down or reinstalled, and lost with its drives " +
                $"unless you keep a backup",
            Assert.Single(SingleCopies.Notes(Tiny)));

    [Fact]
    public void A_fleet_with_copies_has_nothing_to_say() => Assert.Empty(SingleCopies.Notes(FailoverTargetsTests.Sample));

    [Fact]
    public void The_only_copy_is_named_and_needs_a_reason()
    {
        var objection = SingleCopies.Objection(Tiny, Tiny.FindHost("files1")!)!;
        Assert.StartsWith("files1 holds the only copy of ", objection.Message, StringComparison.Ordinal);
        Assert.All(Tiny.Stores, store => Assert.Contains(store.Name, objection.Message, StringComparison.Ordinal));
        Assert.Contains("--force REASON", objection.Hint, StringComparison.Ordinal);
        Assert.Null(SingleCopies.Objection(Tiny, Tiny.FindHost("web1")!));
        Assert.Null(SingleCopies.Objection(FailoverTargetsTests.Sample, FailoverTargetsTests.Sample.FindHost("imap33")!));
    }

    /// <summary>There is no database of masters in such a fleet, and nothing to compare.</summary>
    [Fact]
    public void Nothing_is_asked_about_a_store_with_one_copy()
    {
        Assert.Empty(StoreGates.Observe(
            Tiny, Tiny.FindHost("files1")!, Provision.Stores.Mastership.MastershipSnapshot.Empty, _ => false, (_, _) =>
            throw new InvalidOperationException("compared"), out var unknown));
        Assert.Null(unknown);
    }
}
