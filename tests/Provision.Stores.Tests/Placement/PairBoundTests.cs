using FsCheck;
using FsCheck.Fluent;

namespace Provision.Stores.Tests;

/// <summary>The bounds of pairs: the figures that are known, and the least of all multigraphs where these can be counted.</summary>
public class PairBoundTests
{
    [Theory]
    [InlineData(12, 32, 3)]
    [InlineData(12, 33, 3)]
    [InlineData(12, 34, 4)]
    [InlineData(666, 32, 1)]
    [InlineData(666, 40, 1)]
    [InlineData(3, 52, 26)]
    [InlineData(2, 5, 5)]
    public void A_uniform_site_has_the_bound_of_used_over_others(int hosts, int used, int bound) =>
        Assert.Equal(bound, PairBound.Local(Enumerable.Repeat(used, hosts)));

    [Theory]
    [InlineData(12, 32, 6, 64, 6)]
    [InlineData(666, 32, 333, 64, 1)]
    [InlineData(3, 52, 2, 78, 26)]
    public void Uniform_sites_have_the_bound_of_used_over_hosts_elsewhere(int here, int used, int there, int usedThere, int bound)
    {
        Assert.Equal(bound, PairBound.Cross(Enumerable.Repeat((used, used), here), Enumerable.Repeat((usedThere, usedThere / 2), there)));
        Assert.Equal(bound, PairBound.Cross(Enumerable.Repeat((usedThere, usedThere / 2), there), Enumerable.Repeat((used, used), here)));
    }

    /// <summary>A large host shares with a small one no more stores than the small one has, so others must take more.</summary>
    [Fact]
    public void Small_hosts_elsewhere_raise_the_bound() =>
        Assert.Equal(18, PairBound.Cross([(48, 48), (24, 24), (24, 24), (12, 12), (12, 12)], [(30, 15), (60, 30), (30, 15)]));

    [Fact]
    public void A_mixed_site_has_the_bound_that_its_largest_hosts_force()
    {
        int[] nyi = [32, 32, 32, 32, 12, 12, 12, 12, 12];
        Assert.Equal(6, PairBound.Local(nyi));
        Assert.Equal(8, PairBound.Cross(nyi.Select(static used => (used, used)), [(48, 24), (48, 24), (46, 23), (46, 23)]));
    }

    /// <summary>For every multigraph of up to five hosts: no other with its degrees has fewer parallel edges than the bound, and one has as many.</summary>
    [Fact]
    public void The_bound_is_the_least_of_all_multigraphs() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(150),
        Prop.ForAll(Gen.Choose(0, 3).ArrayOf(10).ToArbitrary(), edges =>
        {
            var degrees = new int[5];
            var i = 0;
            for (var a = 0; a < 5; a++)
            {
                for (var b = a + 1; b < 5; b++, i++)
                {
                    degrees[a] += edges[i];
                    degrees[b] += edges[i];
                }
            }

            var bound = PairBound.Local(degrees);
            return Exists(degrees, 0, 1, bound) && (bound == 0 || !Exists(degrees, 0, 1, bound - 1));
        }));

    private static bool Exists(int[] left, int a, int b, int most)
    {
        if (a == left.Length - 1)
        {
            return left[a] == 0;
        }

        if (b == left.Length)
        {
            return left[a] == 0 && Exists(left, a + 1, a + 2, most);
        }

        for (var edges = 0; edges <= Math.Min(most, Math.Min(left[a], left[b])); edges++)
        {
            left[a] -= edges;
            left[b] -= edges;
            var exists = Exists(left, a, b + 1, most);
            left[a] += edges;
            left[b] += edges;
            if (exists)
            {
                return true;
            }
        }

        return false;
    }
}
