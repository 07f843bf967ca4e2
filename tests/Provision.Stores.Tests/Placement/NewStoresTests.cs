using Provision.Inventory;

namespace Provision.Stores.Tests;

/// <summary>Stores placed on empty fleets: pairs, masters, takeovers.</summary>
public class NewStoresTests
{
    [Theory]
    [InlineData(12, 6, 40, 192, 3, 6)]
    [InlineData(4, 2, 26, 24, 4, 6)]
    [InlineData(6, 3, 16, 30, 2, 4)]
    [InlineData(8, 4, 20, 56, 2, 4)]
    [InlineData(3, 3, 80, 78, 26, 18)]
    [InlineData(10, 5, 14, 45, 1, 2)]
    [InlineData(5, 3, 24, 40, 4, 6)]
    [InlineData(20, 10, 24, 190, 1, 2)]
    [InlineData(30, 15, 32, 435, 1, 2)]
    [InlineData(666, 333, 40, 10_656, 1, 1)]
    public void On_a_uniform_fleet_the_worst_pairs_are_at_the_bound(int home, int remote, int slots, int stores, int local, int cross)
    {
        var pairs = Some.Uniform(home, remote, slots).Filled(stores).Pairs().ToList();
        Assert.Equal(["at a", "across sites"], pairs.Select(static pair => pair.Between));
        Assert.Equal([(local, local), (cross, cross)], pairs.Select(static pair => (pair.Most, pair.Bound)));
    }

    public static TheoryData<int[], int[], int> Mixed() => new()
    {
        { [20, 20, 40, 40, 40, 40, 15, 15, 15, 15, 15], [40, 40, 40, 40], 94 },
        { [15, 15, 15, 15, 15, 40, 40, 40, 40], [40, 40, 40, 40], 94 },
        { [10, 20, 30, 40], [40, 60], 30 },
        { [80, 40, 40, 20, 20], [40, 80, 40], 60 },
        { [12, 12, 12, 12, 12, 12, 12, 12, 48], [48, 24, 24], 40 },
    };

    [Theory]
    [MemberData(nameof(Mixed))]
    public void On_a_mixed_fleet_they_are_at_most_one_above(int[] home, int[] remote, int stores)
    {
        var pairs = Some.Empty(home, remote).Filled(stores).Pairs().ToList();
        Assert.Equal(2, pairs.Count);
        Assert.All(pairs, static pair => Assert.InRange(pair.Most, pair.Bound, pair.Bound + 1));
    }

    [Theory]
    [InlineData(12, 6, 40, 192)]
    [InlineData(8, 4, 20, 56)]
    [InlineData(20, 10, 24, 190)]
    [InlineData(3, 2, 80, 78)]
    public void Every_host_is_master_of_half_and_takes_over_half_a_pair_at_most(int home, int remote, int slots, int stores)
    {
        var fleet = Some.Uniform(home, remote, slots).Filled(stores);
        var used = 2 * stores / home;
        var masters = fleet.Stores.GroupBy(static store => store.Slots[0].Host.Name).ToDictionary(static group => group.Key, static group => group.Count());
        Assert.Equal(home, masters.Count);
        Assert.All(masters.Values, count => Assert.InRange(count, (used / 2) - 1, ((used + 1) / 2) + 1));
        var (pair, failover) = (fleet.Pairs().First(), PlacementFigures.Of(fleet).Groups[0].Failover);
        Assert.InRange(failover.Most, failover.Bound, (pair.Most + 1) / 2);
        Assert.True(failover.Skew < 2 || home == 2, $"skew {failover.Skew}");
    }

    [Fact]
    public void At_the_only_site_a_store_has_three_copies_there()
    {
        var fleet = Some.Empty([20, 20, 20, 20, 20, 20, 20], []).Filled(35);
        Assert.All(fleet.Stores, static store => Assert.Equal(3, store.Slots.Select(static slot => slot.Host.Name).Distinct().Count()));
        Assert.InRange(fleet.Pairs().Single().Most, 5, 6); // 35 triples, 15 a host, 30 pairs over 6 others
        Assert.Equal(5, fleet.Pairs().Single().Bound);
    }

    [Fact]
    public void A_host_with_most_of_the_free_slots_is_filled_with_every_store()
    {
        // Three small hosts and a large one: each of six stores needs the large one.
        var fleet = Some.Empty([4, 4, 4, 40], [20, 20]).Filled(6);
        Assert.Empty(PlacementRules.Check(fleet));
        Assert.Equal(6, fleet.Stores.Count(static store => store.Slots.Any(static slot => slot.Host.Name == "a4")));
    }

    [Fact]
    public void The_same_request_gives_the_same_plan()
    {
        var (one, other) = (Some.Uniform(12, 6, 40).Plan(new() { AddStores = 150 }), Some.Uniform(12, 6, 40).Plan(new() { AddStores = 150 }));
        Assert.Equal(one.Hash, other.Hash);
        Assert.Equal(one.Steps.Select(static step => $"{step.Word} {step.Store} {string.Join(' ', step.Slots)}"),
            other.Steps.Select(static step => $"{step.Word} {step.Store} {string.Join(' ', step.Slots)}"));
        Assert.NotEqual(one.Hash, Some.Uniform(12, 6, 40).Plan(new() { AddStores = 149 }).Hash);
    }

    [Fact]
    public void New_stores_follow_the_names_that_there_are() =>
        Assert.Equal(["store191", "store192"], PlacedFleet.Of(Some.Sample)
            .Plan(new() { AddStores = 2, Class = "tera" }).Steps.Where(static step => step.Kind == StepKind.Create).Select(static step => step.Store));
}
