using Provision.Stores.Mastership;

namespace Provision.Stores.Tests;

/// <summary>What the chain of changes proves.</summary>
public class ChainTests
{
    /// <summary>Links by letters: a capital is a restore, a digit 9 a link that does not follow the one before.</summary>
    [Theory]
    [InlineData("a", true)]
    [InlineData("abc", true)]
    [InlineData("R", true)]
    [InlineData("9aR", true)]
    [InlineData("aR9", false)]
    [InlineData("9", false)]
    [InlineData("a9b", false)]
    [InlineData("9Ra9", false)]
    [InlineData("", false)]
    public void Masters_follow_if_every_change_follows_or_a_restore_replaced_all(string links, bool follows)
    {
        var known = MastershipLink.Next(10, null, restored: false);
        var chain = new List<MastershipLink>();
        foreach (var kind in links)
        {
            var before = kind == '9' ? "other" : chain.Count == 0 ? (kind == 'R' ? "elsewhere" : known.Hash) : chain[^1].Hash;
            chain.Add(MastershipLink.Next(11 + chain.Count, before, kind == 'R'));
        }

        var read = MastershipSnapshot.Empty with { Serial = 20, Head = chain.Count > 0 ? chain[^1].Hash : "made up" };
        var why = MastershipLink.WhyNot(MastershipSnapshot.Empty with { Serial = 10, Head = known.Hash }, read, chain);
        Assert.Equal(follows, why is null);
    }

    [Fact]
    public void The_same_serial_with_another_head_is_another_branch()
    {
        var (one, other) = (MastershipSnapshot.Empty with { Serial = 4, Head = "a" }, MastershipSnapshot.Empty with { Serial = 4, Head = "b" });
        Assert.Equal("the masters of serial 4 are not those that were seen here with this serial", MastershipLink.WhyNot(one, other, []));
        Assert.Null(MastershipLink.WhyNot(one, one, []));
    }

    [Fact]
    public void A_head_binds_every_field_of_every_link()
    {
        var link = MastershipLink.Next(4, "before", restored: false);
        MastershipLink[] others = [link with { Serial = 5 }, link with { Id = new string('0', 32) }, link with { Before = "" }, link with { Restored = true }];
        Assert.DoesNotContain(link.Hash, others.Select(other => other.Hash));
        Assert.NotEqual(link.Id, MastershipLink.Next(4, "before", restored: false).Id);
    }
}
