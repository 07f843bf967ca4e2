namespace Provision.Stores.Placement;

/// <summary>Spreads pairs that are above their bound: each copy in such a pair moves to where it helps most.</summary>
internal static class Spreading
{
    private const int MostRounds = 20;

    /// <summary>Moves copies, each at most once, until no pair is above its bound or no single move helps.</summary>
    public static IReadOnlyList<Replica> Run(Board board)
    {
        var moved = new List<Replica>();
        var done = new HashSet<Replica>();
        var left = new HashSet<(int Store, int Host)>();
        var before = -1;
        for (var round = 0; round < MostRounds && moved.Count > before; round++)
        {
            before = moved.Count;
            board.SetLimits();
            for (var store = 0; store < board.At.Count; store++)
            {
                for (var place = 0; place < board.At[store].Length; place++)
                {
                    var replica = new Replica(store, place);
                    if (board.IsInExcess(store, place) && !done.Contains(replica) && Best(board, replica, left) is { } host)
                    {
                        left.Add((store, board.At[store][place]));
                        board.Move(store, place, host);
                        done.Add(replica);
                        moved.Add(replica);
                    }
                }
            }
        }

        return moved;
    }

    private static int? Best(Board board, Replica replica, HashSet<(int Store, int Host)> left)
    {
        int? best = null;
        var least = -Board.Excess / 2;
        var (store, place) = replica;
        var from = board.At[store][place];
        foreach (var host in board.HostsFor(board.ClassOf[store], board.SiteOf[from]))
        {
            // Nor a host that the store has just left: a resumed plan could not tell whether that copy has left yet.
            if (board.Room(board.ClassOf[store], host) > 0 && !board.Holds(store, host) && !left.Contains((store, host)))
            {
                var change = board.Move(store, place, host);
                board.Move(store, place, from);
                if (change < least)
                {
                    (best, least) = (host, change);
                }
            }
        }

        return best;
    }
}
