namespace Provision.Stores.Placement;

/// <summary>A slot of a store, by the store's number and the slot's position in it.</summary>
internal readonly record struct Replica(int Store, int Place);

/// <summary>
/// Brings pairs below their limit by exchanging the hosts of two replicas of one class and site, so that every host keeps its number of slots. Partners are
/// drawn by a generator with a fixed seed: the same placement produces the same result.
/// </summary>
internal static class PairRepair
{
    private const int Drawn = 48;
    private const int TriesForEach = 3_000;
    private const int MostTries = 4_000_000;
    private const int LeastTries = 300_000;

    /// <summary>Exchanges among the given replicas until none of their pairs is above its limit, or the attempts are used up.</summary>
    public static void Run(Board board, IReadOnlyList<Replica> movable)
    {
        var random = new Random(1);
        var partners = movable.GroupBy(replica => (board.ClassOf[replica.Store], board.SiteOf[board.At[replica.Store][replica.Place]]))
            .ToDictionary(static group => group.Key, static group => group.ToArray());
        var tries = Math.Clamp((long)movable.Count * TriesForEach, LeastTries, MostTries);
        while (tries > 0)
        {
            var bad = movable.Where(replica => board.IsInExcess(replica.Store, replica.Place)).ToArray();
            if (bad.Length == 0)
            {
                return;
            }

            random.Shuffle(bad);
            foreach (var replica in bad)
            {
                if (board.IsInExcess(replica.Store, replica.Place))
                {
                    tries -= Improve(board, replica, partners[(board.ClassOf[replica.Store], board.SiteOf[board.At[replica.Store][replica.Place]])], random);
                }
            }
        }
    }

    /// <summary>
    /// Exchanges with the first partner that reduces the excess, else with the best that does not increase it; returns the number of partners tried.
    /// </summary>
    private static int Improve(Board board, Replica one, Replica[] partners, Random random)
    {
        Replica? best = null;
        var least = Board.Excess / 2;
        var tried = 0;
        for (; tried < Drawn && least > -Board.Excess / 2; tried++)
        {
            var other = partners[random.Next(partners.Length)];
            if (MayExchange(board, one, other))
            {
                var change = Exchange(board, one, other);
                Exchange(board, one, other);
                if (change < least)
                {
                    (best, least) = (other, change);
                }
            }
        }

        if (best is { } found)
        {
            Exchange(board, one, found);
        }

        return tried;
    }

    /// <summary>Returns true if both stores can take the other's host.</summary>
    public static bool MayExchange(Board board, Replica one, Replica other) =>
        one.Store != other.Store
        && !board.Holds(one.Store, board.At[other.Store][other.Place])
        && !board.Holds(other.Store, board.At[one.Store][one.Place]);

    /// <summary>Exchanges two replicas' hosts; returns the change in cost. Exchanging them twice restores the original placement.</summary>
    public static long Exchange(Board board, Replica one, Replica other)
    {
        var (from, to) = (board.At[one.Store][one.Place], board.At[other.Store][other.Place]);
        return board.Lift(one.Store, one.Place) + board.Lift(other.Store, other.Place) + board.Put(one.Store, one.Place, to) +
            board.Put(other.Store, other.Place, from);
    }
}
