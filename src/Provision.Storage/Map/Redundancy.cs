using System.Globalization;
using Provision.Inventory;

namespace Provision.Storage.Map;

/// <summary>The state of one member of a redundant set.</summary>
public enum MemberState
{
    /// <summary>It holds all its data and works.</summary>
    Whole,

    /// <summary>It is being written by a rebuild or resilver.</summary>
    Rebuilding,

    /// <summary>It failed, or it is there and not used.</summary>
    Failed,

    /// <summary>It is not there.</summary>
    Missing,

    /// <summary>Its state could not be seen.</summary>
    Unseen,
}

/// <summary>How a set keeps its data when drives fail.</summary>
/// <param name="Parity">How many members of a group may be lost; null if all but one may (a mirror).</param>
/// <param name="InPairs">True if each member's copy is on a neighbour (RAID10): two lost neighbours are lost data, two others are not.</param>
public sealed record Redundancy(int? Parity, bool InPairs = false)
{
    private static readonly Redundancy None = new(0);
    private static readonly Redundancy Mirror = new((int?)null);
    private static readonly Redundancy Pairs = new(1, InPairs: true);

    /// <summary>The redundancy of a level of the inventory.</summary>
    public static Redundancy Of(RaidLevel level) => level switch
    {
        RaidLevel.ArecaRaid6 or RaidLevel.ZfsRaidz2 => new Redundancy(2),
        RaidLevel.MdRaid1 => Mirror,
        RaidLevel.MdRaid10 => Pairs,
        RaidLevel.ArecaRaid1 => new Redundancy(1), // of more than two drives the controller makes a RAID1E
        _ => None,
    };

    /// <summary>
    /// The redundancy of a level as Linux md (<c>raid6</c>), ZFS (<c>raidz2-0</c>, <c>draid2:8d:24c:2s-0</c>, <c>mirror-0</c>) or an Areca controller
    /// (<c>Raid6</c>, <c>Raid1+0</c>) writes it; null for a word that is not known.
    /// </summary>
    public static Redundancy? Of(string level)
    {
        var word = level.ToUpperInvariant().Replace(" ", "", StringComparison.Ordinal);
        if (word.StartsWith("DRAID", StringComparison.Ordinal) || word.StartsWith("RAIDZ", StringComparison.Ordinal))
        {
            var digits = word[5..].TakeWhile(char.IsAsciiDigit).ToArray();
            return digits.Length == 0 ? new Redundancy(1) : int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var parity)
                && parity is >= 1 and <= 3 ? new Redundancy(parity) : null;
        }

        return word.StartsWith("MIRROR", StringComparison.Ordinal) ? Mirror : word switch
        {
            "RAID1" => level == "Raid1" ? Of(RaidLevel.ArecaRaid1) : Mirror,
            "RAID10" or "RAID1+0" or "RAID10(1E)" or "RAID1E" => Pairs,
            "RAID3" or "RAID4" or "RAID5" or "RAID30" or "RAID50" => new Redundancy(1),
            "RAID6" or "RAID60" => new Redundancy(2),
            "RAID0" or "LINEAR" or "SINGLEDISK" or "DISK" => None,
            _ => null,
        };
    }

    /// <summary>
    /// Computes how many more members may fail, whichever they are, without a loss of data; negative if more are not whole than may be. Null if that
    /// depends on a member whose state could not be seen.
    /// </summary>
    /// <param name="members">Every place of the set, in order.</param>
    /// <remarks>
    /// A member that is being rebuilt does not count as one that is there: six drives of a RAID6, one failed and one being written, have 2 - 2 = 0 left.
    /// A RAID10 of four with the first and third lost still works (0 left), with the first and second it does not (-1).
    /// </remarks>
    public int? Left(IReadOnlyList<MemberState> members)
    {
        int? worst = null;
        foreach (var group in Groups(members))
        {
            var left = (Parity ?? group.Count - 1) - group.Count(state => state != MemberState.Whole);
            worst = left < worst || worst is null ? left : worst;
        }

        var known = members.Select(state => state == MemberState.Unseen ? MemberState.Whole : state).ToList();
        return known.SequenceEqual(members) || worst == Left(known) ? worst : null;
    }

    /// <summary>Members that hold each other's copies: all, or pairs of neighbours. An odd number of members of a RAID10 forms a ring.</summary>
    private IEnumerable<IReadOnlyList<MemberState>> Groups(IReadOnlyList<MemberState> members)
    {
        if (!InPairs || members.Count < 3)
        {
            return [members];
        }

        return members.Count % 2 == 0
            ? Enumerable.Range(0, members.Count / 2).Select(pair => (IReadOnlyList<MemberState>)[members[2 * pair], members[(2 * pair) + 1]])
            : Enumerable.Range(0, members.Count).Select(first => (IReadOnlyList<MemberState>)[members[first], members[(first + 1) % members.Count]]);
    }
}
