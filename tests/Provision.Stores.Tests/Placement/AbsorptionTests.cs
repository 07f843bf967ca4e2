using FsCheck;
using FsCheck.Fluent;

namespace Provision.Stores.Tests;

/// <summary>The proof that a loss can be absorbed, beside every way of trying it.</summary>
public class AbsorptionTests
{
    [Fact]
    public void It_says_what_trying_every_way_says() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(150),
        Prop.ForAll(Gen.Choose(0, 1_000_000).ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            var fleet = StepLawTests.Drawn(random, random.Next(3, 6), random.Next(2, 4));
            var lost = PlacementFigures.Of(fleet).Lost;
            foreach (var host in fleet.Hosts)
            {
                var free = fleet.Hosts.Where(other => other != host && other.Host.Site == host.Host.Site)
                    .ToDictionary(static other => other.Host.Name, other =>
                        other.Slots.Count - fleet.Stores.Count(store => store.Slots.Any(slot => slot.Host == other.Host)), StringComparer.Ordinal);
                var stores = fleet.Stores.Where(store => store.Slots.Any(slot => slot.Host == host.Host)).ToList();
                Assert.Equal(Fits(stores, 0, free), !lost.Any(known => known.Host == host.Host.Name));
            }

            // What is said to lack room does lack it.
            Assert.All(lost, static host => Assert.True(host.Stores.Count > host.Hosts.Sum(static other => other.Free)));
        }));

    [Fact]
    public void The_hosts_that_could_take_a_loss_are_named()
    {
        var fleet = Some.Empty([4, 4, 2], [9, 9]).With(["a1.1", "a2.1", "b1.1"], ["a1.2", "a2.2", "b2.1"], ["a1.3", "a2.3", "b1.2"]);
        var lost = PlacementFigures.Of(fleet).Lost;
        Assert.Equal(["a1", "a2"], lost.Select(static host => host.Host));
        Assert.Equal("if a1 is lost, store3, store1, store2 of class tera can only go to a3 (2 free): 3 copies, 2 free slots", lost[0].Why);
    }

    private static bool Fits(List<PlacedStore> stores, int from, Dictionary<string, int> free)
    {
        if (from == stores.Count)
        {
            return true;
        }

        foreach (var (host, room) in free.ToList())
        {
            if (room > 0 && !stores[from].Slots.Any(slot => slot.Host.Name == host))
            {
                free[host]--;
                var fits = Fits(stores, from + 1, free);
                free[host]++;
                if (fits)
                {
                    return true;
                }
            }
        }

        return false;
    }
}
