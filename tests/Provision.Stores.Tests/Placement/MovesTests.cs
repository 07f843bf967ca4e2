using Provision.Inventory;

namespace Provision.Stores.Tests;

/// <summary>Hosts emptied and filled: as few moves as possible, and pairs near their bounds.</summary>
public class MovesTests
{
    private static readonly PlacedFleet Sample = PlacedFleet.Of(Some.Sample);

    [Fact]
    public void The_sample_fleet_is_at_its_bounds_and_nothing_moves()
    {
        var figures = PlacementFigures.Of(Sample);
        Assert.Equal(
            ["half at nyi 6/6", "half across sites 6/6", "nvme at nyi 26/26", "nvme across sites 26/26", "tera at nyi 6/6", "tera across sites 8/8"],
            figures.Groups.SelectMany(static group => group.Pairs.Select(pair => $"{group.Classes.Single()} {pair.Between} {pair.Most}/{pair.Bound}")));
        Assert.Empty(figures.Lost);
        Assert.Empty(PlacementRules.Check(Sample));
        var plan = Sample.Plan(new());
        Assert.Empty(plan.Steps);
        Assert.Empty(plan.Refusals);
    }

    [Theory]
    [InlineData("imap14", 12)]
    [InlineData("imap18", 12)]
    [InlineData("imap33", 32)]
    [InlineData("imap50", 52)]
    [InlineData("imap43", 24)]
    [InlineData("imap53", 39)]
    public void Emptying_a_host_moves_each_of_its_copies_once(string host, int copies)
    {
        var plan = Sample.Plan(new() { Evacuate = [host] });
        Assert.Empty(plan.Refusals);
        Assert.Equal((copies, copies), (plan.Moves, plan.LeastMoves));
        Assert.DoesNotContain(plan.After.Stores, store => store.Slots.Any(slot => slot.Host.Name == host));
        Assert.All(plan.FiguresAfter.Groups.SelectMany(static group => group.Pairs), static pair => Assert.InRange(pair.Most, pair.Bound, pair.Bound + 1));
    }

    [Fact]
    public void Two_hosts_are_emptied_together()
    {
        var plan = Sample.Plan(new() { Evacuate = ["imap14", "imap43"] });
        Assert.Equal((36, 36), (plan.Moves, plan.LeastMoves));
        Assert.DoesNotContain(plan.After.Stores, static store => store.Slots.Any(static slot => slot.Host.Name is "imap14" or "imap43"));
    }

    [Fact]
    public void A_new_host_gets_its_share_and_no_more_moves()
    {
        // 188 slots of class tera in use at nyi; 40 of then 275 slots are imap37's: 27.3.
        var plan = Sample.Plan(new() { AddHosts = ["imap37"] });
        Assert.Equal((27, 27), (plan.Moves, plan.LeastMoves));
        Assert.Equal(27, plan.After.Stores.Count(static store => store.Slots.Any(static slot => slot.Host.Name == "imap37")));
        Assert.All(plan.FiguresAfter.Groups.SelectMany(static group => group.Pairs), static pair => Assert.InRange(pair.Most, pair.Bound, pair.Bound + 1));
        Assert.Empty(plan.FiguresAfter.Lost);
    }

    [Theory]
    [InlineData(12, 6, 192, 29)]
    [InlineData(6, 3, 48, 13)]
    [InlineData(5, 3, 50, 16)]
    public void A_host_added_to_a_uniform_site_takes_as_many_as_the_mean(int hosts, int remote, int stores, int moves)
    {
        var fleet = Some.Uniform(hosts + 1, remote, 40).With($"a{hosts + 1}", HostUse.Waiting).Filled(stores);
        var plan = fleet.Plan(new() { AddHosts = [$"a{hosts + 1}"] });
        Assert.Equal(2 * stores / (hosts + 1), moves);
        Assert.Equal((moves, moves), (plan.Moves, plan.LeastMoves));
        Assert.All(plan.FiguresAfter.Groups.Single().Pairs, static pair => Assert.InRange(pair.Most, pair.Bound, pair.Bound + 1));
        var used = plan.After.Stores.SelectMany(static store => store.Slots).Where(static slot => slot.Host.Site == "a").GroupBy(static slot => slot.Host.Name)
            .Select(static group => group.Count()).ToList();
        Assert.InRange(used.Max() - used.Min(), 0, 2);
    }

    [Fact]
    public void A_host_that_is_filled_takes_what_another_leaves()
    {
        var plan = Sample.Plan(new() { Evacuate = ["imap33"], AddHosts = ["imap37"] });
        Assert.Equal(32, plan.Moves);
        Assert.Empty(plan.FiguresAfter.Lost);
    }

    [Fact]
    public void Pairs_above_their_bound_are_spread()
    {
        // Two mirrored pairs of hosts: the death of one doubles the load of the other.
        var fleet = Some.Uniform(4, 2, 12).With(
            [.. Enumerable.Range(1, 6).Select(static i => new[] { $"a1.{i}", $"a2.{i}", $"b1.{i}" }), .. Enumerable.Range(1, 6)
                .Select(static i => new[] { $"a3.{i}", $"a4.{i}", $"b2.{i}" })]);
        Assert.Equal(6, fleet.Pairs().First().Most);
        var plan = fleet.Plan(new());
        Assert.NotEmpty(plan.Steps);
        Assert.All(plan.FiguresAfter.Groups.Single().Pairs, static pair => Assert.InRange(pair.Most, pair.Bound, pair.Bound + 1));
    }

    [Fact]
    public void A_large_fleet_of_mirrored_hosts_is_spread()
    {
        // 200 + 100 hosts; each host shares all its 16 stores with one other.
        var fleet = Some.Uniform(200, 100, 20);
        fleet = fleet.With([.. Enumerable.Range(0, 1600)
            .Select(static i => new[] { $"a{1 + (i / 16 * 2)}.{1 + (i % 16)}", $"a{2 + (i / 16 * 2)}.{1 + (i % 16)}", $"b{1 + (i / 16)}.{1 + (i % 16)}" })]);
        Assert.Equal([16, 16], fleet.Pairs().Select(static pair => pair.Most));
        var pairs = fleet.Plan(new()).FiguresAfter.Groups.Single().Pairs;
        Assert.All(pairs, static pair => Assert.InRange(pair.Most, 1, 2));
    }

    [Fact]
    public void A_master_hands_over_before_it_is_dropped()
    {
        var store = Sample.Stores.First(static store => store.Slots[1].Host.Name == "imap33");
        var masters = new Masters(7, [new(store.Name, store.Slots[1].Name)]);
        var steps = StorePlanner.Of(Sample, new() { Evacuate = ["imap33"] }, masters).Steps.Where(step => step.Store == store.Name).ToList();
        var handover = steps.FindIndex(static step => step.Kind == StepKind.MakeMaster);
        Assert.InRange(handover, 2, steps.FindIndex(step => step.Kind == StepKind.DropReplica && step.Slots.Single() == store.Slots[1].Name) - 1);
    }
}
