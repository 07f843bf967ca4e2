namespace Provision.Stores.Tests;

/// <summary>Every broken rule and every request that cannot be met says which rule and which hosts.</summary>
public class RefusalTests
{
    private static readonly PlacedFleet Fleet = Some.Uniform(4, 2, 12);

    [Theory]
    [InlineData("distinct-hosts", "store1 has two slots on a1: a1t01 and a1t02", "a1.1 a1.2 b1.1")]
    [InlineData("copies", "store1 has 2 of the 3 slots that a store of class tera needs", "a1.1 a2.1")]
    [InlineData("remote-copy", "store1 has no remote copy: all its slots are at site a", "a1.1 a2.1 a3.1")]
    [InlineData("home-pair", "store1 has no two slots at one site, so a failover would leave its site", "a1.1 b1.1 c1.1")]
    [InlineData("one-class", "the slot n1t01 is of class nvme; store1 is of class tera", "n1.1 a1.1 b1.1")]
    [InlineData("in-service", "store1 has the slot w1t01, but w1 is not in service yet (status new)", "w1.1 a1.1 b1.1")]
    [InlineData("in-service", "store1 has the slot l1t01, but l1 is being emptied", "l1.1 a1.1 b1.1")]
    [InlineData("one-store", "the slot a1t01 holds store1 and store2", "a1.1 a2.1 b1.1", "a1.1 a3.1 b2.1")]
    public void A_broken_rule_is_named(string rule, string message, params string[] stores)
    {
        var fleet = Fleet with
        {
            Hosts = [.. Fleet.Hosts, Some.Host("c1", "c", 4), Some.Host("n1", "a", 4, "nvme"), Some.Host("w1", "a", 4, use: HostUse.Waiting),
                Some.Host("l1", "a", 4, use: HostUse.Leaving)],
        };
        var breach = Assert.Single(PlacementRules.Check(fleet.With([.. stores.Select(static store => store.Split(' '))])));
        Assert.Equal((rule, message), (breach.Rule, breach.Message));
    }

    [Fact]
    public void A_slot_of_a_host_that_is_gone_is_named()
    {
        var fleet = Fleet.With(["a1.1", "a2.1", "b1.1"]);
        var breach = Assert.Single(PlacementRules.Check(fleet with { Hosts = [.. fleet.Hosts.Where(static host => host.Host.Name != "a2")] }));
        Assert.Equal(("in-service", "store1 has the slot a2t01, but a2 is not a host of this fleet, or retired"), (breach.Rule, breach.Message));
    }

    [Fact]
    public void Nothing_is_planned_on_a_placement_that_breaks_a_rule()
    {
        var fleet = Fleet.With(["a1.1", "a2.1", "b1.1"]).With("a2", HostUse.Waiting);
        Assert.Equal(
            "refused (in-service): as it is, store1 has the slot a2t01, but a2 is not in service yet (status new); take the host into service with " +
                "--add-host, or empty it with --evacuate",
            Assert.Single(fleet.Plan(new() { AddStores = 1 }).Refusals).ToString());
        Assert.Empty(fleet.Plan(new() { Evacuate = ["a2"] }).Refusals);
    }

    [Fact]
    public void Too_many_stores_are_refused_with_what_there_is_room_for() => Refused(
        Fleet.Plan(new() { AddStores = 30 }),
        "refused (distinct-hosts): 30 stores need 2 free slots of class tera each on different hosts at site a; there is room for 24: a1 (12), a2 (12), a3 " +
            "(12), a4 (12); ask for fewer, or add a host");

    [Fact]
    public void A_number_beyond_all_slots_is_refused_at_once() => Refused(
        Fleet.Plan(new() { AddStores = int.MaxValue }),
        "refused (distinct-hosts): 2147483647 stores need 2 free slots of class tera each on different hosts at site a; there is room for 24: a1 (12), a2 " +
            "(12), a3 (12), a4 (12); ask for fewer, or add a host");

    [Fact]
    public void Stores_that_leave_no_room_for_a_loss_are_refused() => Refused(
        Some.Uniform(3, 2, 4).Plan(new() { AddStores = 5 }),
        "refused (absorption): with the new stores, if a1 is lost, store3, store1 of class tera can only go to a3 (1 free): 2 copies, 1 free slots; make " +
            "fewer stores, or add a host");

    [Fact]
    public void A_host_whose_stores_have_nowhere_to_go_is_not_emptied() => Refused(
        Some.Uniform(2, 2, 4).With(["a1.1", "a2.1", "b1.1"]).Plan(new() { Evacuate = ["a1"] }),
        "refused (free-slot): a1 cannot be emptied: no other host in service at its site could take store1 of class tera; add a host with slots of class " +
            "tera at a");

    [Fact]
    public void The_moves_that_would_free_a_slot_are_named() => Refused(
        Some.Empty([4, 4, 2, 4], [8, 8]).With(["a1.1", "a2.1", "b1.1"], ["a1.2", "a2.2", "b1.2"], ["a3.1", "a1.3", "b1.3"], ["a3.2", "a4.1", "b2.1"])
            .With("a4", HostUse.InService).Plan(new() { Evacuate = ["a1", "a4"] }),
        refusal => refusal.Rule == "free-slot" && refusal.Hint is not null);

    [Theory]
    [InlineData(null, null, "refused (one-class): a store's slots are of one class, and this fleet has nvme, tera; name it with --class")]
    [InlineData("half", null, "refused (one-class): no host has slots of class half; there are nvme, tera")]
    [InlineData("nvme", null, "refused (home-pair): two copies are at a store's home, and no site has two hosts in service with slots of class nvme; name " +
        "another site with --home, or add a host")]
    [InlineData("nvme", "a", "refused (home-pair): two copies are at a store's home, and a has fewer than two hosts in service with slots of class nvme; " +
        "name another site with --home, or add a host")]
    public void A_class_that_cannot_be_placed_is_named(string? @class, string? home, string message) => Refused(
        (Fleet with { Hosts = [.. Fleet.Hosts, Some.Host("n1", "a", 4, "nvme")] }).Plan(new() { AddStores = 1, Class = @class, Home = home }), message);

    [Fact]
    public void A_class_without_another_site_is_named() => Refused(
        (Fleet with { Hosts = [.. Fleet.Hosts, Some.Host("n1", "a", 4, "nvme"), Some.Host("n2", "a", 4, "nvme")] })
            .Plan(new() { AddStores = 1, Class = "nvme" }),
        "refused (remote-copy): a store needs a copy at another site than a, and no host there has slots of class nvme; add one there");

    [Fact]
    public void Hosts_without_slots_and_hosts_named_twice_are_refused()
    {
        Refused(Fleet.Plan(new() { Evacuate = ["web1"] }), "refused (in-service): web1 has no slots, or is retired; name hosts that \"provision slots\" shows");
        Refused(Fleet.Plan(new() { Evacuate = ["a1"], AddHosts = ["a1"] }), "refused (in-service): a1 is to be filled and to be emptied");
    }

    private static void Refused(StorePlan plan, string message) =>
        Refused(plan, refusal => refusal.ToString() == message ? true : throw new InvalidOperationException(refusal.ToString()));

    private static void Refused(StorePlan plan, Func<Refusal, bool> isMeant)
    {
        Assert.NotEmpty(plan.Refusals);
        Assert.True(isMeant(plan.Refusals[0]), plan.Refusals[0].ToString());
        Assert.Empty(plan.Steps);
    }
}
