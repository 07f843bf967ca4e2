using Provision.Inventory;
using Provision.Stores.Mastership;

namespace Provision.Stores.Tests;

public class FailoverTargetsTests
{
    internal static readonly Fleet Sample = InventoryLoader.Load(InventoryFiles.ReadFrom(TestRepository.Root)).Fleet!;

    [Fact]
    public void All_masters_of_every_host_of_the_sample_fleet_go_to_their_own_site_and_spread()
    {
        var now = Enrolled();
        foreach (var host in Sample.Hosts.Where(host => FailoverTargets.OnHost(Sample, now, host).Count > 0))
        {
            var problems = new DiagnosticBag();
            var requests = FailoverTargets.AwayFrom(Sample, now, host, problems);
            Assert.False(problems.HasErrors);
            Assert.Equal(FailoverTargets.OnHost(Sample, now, host).Select(store => store.Name).Order(StringComparer.Ordinal),
                requests.Select(request => request.Store.Name).Order(StringComparer.Ordinal));
            Assert.All(requests, request => Assert.Equal(host.Site, request.Target.Host.Site));
            Assert.All(requests, request => Assert.Contains(request.Target.Name, request.Store.Slots));
            Assert.DoesNotContain(host.Name, requests.Select(request => request.Target.Host.Name));

            // There is one other slot at the site: what a host takes over at most is what the placement's own bound allows (8 shared stores for a pair of
            // half, 26 for nvme).
            Assert.InRange(requests.GroupBy(request => request.Target.Host.Name, StringComparer.Ordinal).Max(group => group.Count()), 1, 13);
        }
    }

    [Fact]
    public void A_fenced_slot_is_no_target_and_the_other_site_takes_over()
    {
        var now = Enrolled();
        var store = Sample.FindStore("store1")!;
        var fence = new FencedInstance(store.Slots[1], store.Name, 1, DateTimeOffset.UnixEpoch, "x", "y");
        var fenced = now with { Fenced = new Dictionary<string, FencedInstance>(StringComparer.Ordinal) { [fence.Slot] = fence } };
        var target = FailoverTargets.AwayFrom(Sample, fenced, Sample.FindHost("imap33")!, new DiagnosticBag())
            .First(request => request.Store.Name == "store1").Target;
        Assert.Equal(store.Slots[2], target.Name);
    }

    [Fact]
    public void The_return_trip_is_what_prefers_the_host_and_is_elsewhere()
    {
        var now = Enrolled();
        Assert.Empty(FailoverTargets.BackTo(Sample, now, Sample.FindHost("imap33")!));
        var store = Sample.FindStore("store1")!;
        var moved = now with
        {
            Stores = new Dictionary<string, StoreMastership>(
            now.Stores, StringComparer.Ordinal)
            { ["store1"] = now.Stores["store1"] with { Master = store.Slots[1] } }
        };
        Assert.Equal([(store.Name, store.Slots[0])], FailoverTargets.BackTo(Sample, moved, Sample.FindHost("imap33")!)
            .Select(request => (request.Store.Name, request.Target.Name)));
    }

    private static MastershipSnapshot Enrolled() => MastershipSnapshot.Empty with
    {
        Stores = Sample.Stores.ToDictionary(
            store => store.Name, store => new StoreMastership(store.Name, store.Slots[0], 1, StoreMode.Up, null, DateTimeOffset.UnixEpoch, "test"),
            StringComparer.Ordinal),
    };
}
