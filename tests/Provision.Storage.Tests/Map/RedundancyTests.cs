using Provision.Storage.Map;

namespace Provision.Storage.Tests.Map;

/// <summary>How many more drives may fail, for every level and every combination of states of up to seven members.</summary>
public class RedundancyTests
{
    private static readonly MemberState[] States = Enum.GetValues<MemberState>();

    // What each level survives by itself, by the number of members.
    private static readonly Dictionary<string, Func<int, int>> Levels = new(StringComparer.Ordinal)
    {
        ["raid0"] = _ => 0,
        ["linear"] = _ => 0,
        ["raid1"] = members => members - 1,
        ["raid4"] = _ => 1,
        ["raid5"] = _ => 1,
        ["raid6"] = _ => 2,
        ["raid10"] = _ => 1,
        ["mirror-0"] = members => members - 1,
        ["raidz1-0"] = _ => 1,
        ["raidz2-3"] = _ => 2,
        ["raidz3-1"] = _ => 3,
        ["draid1:4d:7c:1s-0"] = _ => 1,
        ["draid2:8d:24c:2s-0"] = _ => 2,
        ["draid3:8d:24c:0s-0"] = _ => 3,
        ["Raid1"] = _ => 1,
        ["Raid1+0"] = _ => 1,
        ["Raid3"] = _ => 1,
        ["Raid5"] = _ => 1,
        ["Raid6"] = _ => 2,
        ["Raid50"] = _ => 1,
        ["Raid60"] = _ => 2,
    };

    public static TheoryData<string> Names => [.. Levels.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Never_more_than_the_level_minus_the_members_that_are_not_whole(string level)
    {
        var redundancy = Redundancy.Of(level)!;
        foreach (var members in Combinations(redundancy.InPairs))
        {
            var left = redundancy.Left(members);
            var lost = members.Count(state => state is not (MemberState.Whole or MemberState.Unseen));

            // Of pairs only the worst one counts: each lost drive of another pair leaves no more than the next failure allows.
            var most = redundancy.InPairs ? lost == 0 ? 1 : 0 : Levels[level](members.Length) - lost;
            Assert.True(left is null || left <= most, $"{level} {string.Join(' ', members)}: {left}");
            Assert.True(members.Contains(MemberState.Unseen) || left is not null);
            if (lost == 0 && !members.Contains(MemberState.Unseen))
            {
                Assert.Equal(Levels[level](members.Length), left);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_member_that_is_not_whole_never_makes_it_better(string level)
    {
        var redundancy = Redundancy.Of(level)!;
        foreach (var members in Combinations(redundancy.InPairs).Where(members => !members.Contains(MemberState.Unseen)))
        {
            for (var place = 0; place < members.Length; place++)
            {
                var worse = members.ToArray();
                worse[place] = MemberState.Failed;
                Assert.True(redundancy.Left(worse) <= redundancy.Left(members));

                // Rebuilding, failed, missing: as long as the data is not there it does not matter why.
                if (members[place] != MemberState.Whole)
                {
                    Assert.Equal(redundancy.Left(members), redundancy.Left(worse));
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void An_unseen_member_is_neither_counted_as_whole_nor_as_lost(string level)
    {
        var redundancy = Redundancy.Of(level)!;
        foreach (var members in Combinations(redundancy.InPairs).Where(members => members.Count(state => state == MemberState.Unseen) == 1))
        {
            var place = Array.IndexOf(members, MemberState.Unseen);
            var (whole, lost) = (members.ToArray(), members.ToArray());
            (whole[place], lost[place]) = (MemberState.Whole, MemberState.Missing);
            Assert.Equal(redundancy.Left(whole) == redundancy.Left(lost) ? redundancy.Left(whole) : null, redundancy.Left(members));
        }
    }

    [Fact]
    public void A_raid10_dies_with_two_neighbours_and_not_with_two_others()
    {
        var pairs = Redundancy.Of("raid10")!;
        Assert.Equal(-1, pairs.Left([MemberState.Failed, MemberState.Failed, MemberState.Whole, MemberState.Whole]));
        Assert.Equal(0, pairs.Left([MemberState.Failed, MemberState.Whole, MemberState.Missing, MemberState.Whole]));
        Assert.Equal(-1, pairs.Left([MemberState.Failed, MemberState.Whole, MemberState.Rebuilding])); // three form a ring
    }

    [Theory]
    [InlineData("raid7")]
    [InlineData("raidz4-0")]
    [InlineData("container")]
    [InlineData("")]
    public void A_level_that_is_not_known_has_no_redundancy_of_its_own(string level) => Assert.Null(Redundancy.Of(level));

    /// <summary>Every combination of states of 2 to 5 members; of 4 to 6 for pairs.</summary>
    private static IEnumerable<MemberState[]> Combinations(bool inPairs)
    {
        for (var count = inPairs ? 3 : 2; count <= (inPairs ? 6 : 5); count++)
        {
            for (var number = 0; number < Math.Pow(States.Length, count); number++)
            {
                var members = new MemberState[count];
                for (var (place, rest) = (0, number); place < count; place++, rest /= States.Length)
                {
                    members[place] = States[rest % States.Length];
                }

                yield return members;
            }
        }
    }
}
