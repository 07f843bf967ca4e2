using Provision.Inventory;

namespace Provision.Stores.Placement;

/// <summary>Plans changes of placement; the same fleet and request produce the same plan.</summary>
public static class StorePlanner
{
    /// <summary>
    /// Evacuates hosts, fills hosts and creates stores, in this order; for an empty request, spreads pairs that are above their bound. Every step keeps the
    /// hard rules; a request that cannot be met is refused with the rule and the hosts.
    /// </summary>
    /// <param name="fleet">The current placement.</param>
    /// <param name="request">The goal.</param>
    /// <param name="masters">The current masters.</param>
    public static StorePlan Of(PlacedFleet fleet, PlanRequest request, Masters masters)
    {
        var before = PlacementFigures.Of(fleet);
        var start = WithUses(fleet, request);
        if (Unplannable(fleet, start, request) is { Count: > 0 } unplannable)
        {
            return Refused(fleet, before, unplannable);
        }

        var board = new Board(start);
        var moved = new List<Replica>();
        var bounds = new List<MovesBound>();
        if (request.Evacuate.Count > 0)
        {
            var (left, refusal) = Evacuation.Run(board);
            if (refusal is not null)
            {
                return Refused(fleet, before, [refusal]);
            }

            moved.AddRange(left);
            bounds.Add(new(left.Count, $"every copy on {string.Join(", ", request.Evacuate)} moves once"));
        }

        foreach (var host in request.AddHosts)
        {
            var (filled, least) = HostFilling.Run(board, board.NumberOf(host), moved.ToHashSet());
            moved.AddRange(filled);
            bounds.AddRange(least);
        }

        IReadOnlyList<int> created = [];
        if (request.AddStores > 0)
        {
            (created, var refusal) = NewStores.Place(board, request);
            if (refusal is not null)
            {
                return Refused(fleet, before, [refusal]);
            }
        }

        if (request is { Evacuate.Count: 0, AddHosts.Count: 0, AddStores: 0 })
        {
            moved.AddRange(Spreading.Run(board));
        }

        return Finished(start, before, request, masters, board, moved, created, bounds);
    }

    private static PlacedFleet WithUses(PlacedFleet fleet, PlanRequest request)
    {
        foreach (var host in request.AddHosts)
        {
            fleet = fleet.With(host, HostUse.InService);
        }

        foreach (var host in request.Evacuate)
        {
            fleet = fleet.With(host, HostUse.Leaving);
        }

        return fleet;
    }

    private static List<Refusal> Unplannable(PlacedFleet fleet, PlacedFleet start, PlanRequest request)
    {
        var refusals = new List<Refusal>();
        foreach (var host in request.AddHosts.Concat(request.Evacuate).Where(host => !fleet.Hosts.Any(known => known.Host.Name == host)))
        {
            refusals.Add(new("in-service", $"{host} has no slots, or is retired", "name hosts that \"provision slots\" shows"));
        }

        foreach (var host in request.AddHosts.Intersect(request.Evacuate, StringComparer.Ordinal))
        {
            refusals.Add(new("in-service", $"{host} is to be filled and to be emptied", null));
        }

        // Stores on hosts to be evacuated do not break a rule yet.
        refusals.AddRange(PlacementRules.Check(request.Evacuate.Aggregate(start, static (now, host) => now.With(host, HostUse.InService)))
            .Select(static breach => new Refusal(
                breach.Rule, "as it is, " + breach.Message, breach.Rule == "in-service"
                ? "take the host into service with --add-host, or empty it with --evacuate" : "mend the inventory first")));
        return refusals;
    }

    private static StorePlan Finished(
        PlacedFleet start, PlacementFigures before, PlanRequest request, Masters masters, Board board, List<Replica> moved, IReadOnlyList<int> created,
        List<MovesBound> bounds)
    {
        // The preferred master is chosen again only if one of the two slots that share the mastership moves.
        var touched = moved.Where(replica => replica.Place == 0 || replica.Place == MasterChoice.NextOf(board, replica.Store))
            .Select(static replica => replica.Store).Concat(created).Distinct().ToList();
        var swapped = MasterChoice.Swapped(board, touched);
        int SwapOf(int store) => swapped.Contains(store) ? MasterChoice.NextOf(board, store) ?? 0 : 0;

        var steps = new StepList(start, masters);
        var stores = start.Stores.ToList();
        // In the order in which the moves were found: a slot may be free only because another store's copy has left it.
        var pending = moved.GroupBy(static replica => replica.Store)
            .ToDictionary(static group => group.Key, static group => group.Select(static replica => replica.Place).ToHashSet());
        foreach (var (store, place) in moved)
        {
            var preferred = SwapOf(store);
            // A master hands over to its final successor, or, if that slot does not exist yet, to the new one.
            stores[store] = steps.Move(stores[store], place, board.Name(board.At[store][place]), pending[store].Contains(preferred) ? place : preferred);
            if (pending[store].Remove(place) && pending[store].Count == 0)
            {
                stores[store] = steps.Prefer(stores[store], preferred);
            }
        }

        var number = start.Stores.Select(static store => NumberOf(store.Name)).DefaultIfEmpty(0).Max();
        foreach (var store in created)
        {
            var hosts = board.At[store].ToArray();
            (hosts[0], hosts[SwapOf(store)]) = (hosts[SwapOf(store)], hosts[0]);
            stores.Add(steps.Create($"store{++number}", board.Classes[board.ClassOf[store]], hosts.Select(board.Name)));
        }

        var after = start with { Stores = stores };
        var figures = PlacementFigures.Of(after);
        var lost = figures.Lost.Where(host => !before.Lost.Any(known => known.Host == host.Host && known.Class == host.Class)).ToList();
        if (request.AddStores > 0 && request.Evacuate.Count == 0 && lost.Count > 0)
        {
            return Refused(start, before, [.. LostHost.Summary(lost)
                .Select(static why => new Refusal("absorption", "with the new stores, " + why, "make fewer stores, or add a host"))]);
        }

        return new StorePlan
        {
            Steps = steps.Steps,
            Refusals = [],
            After = after,
            FiguresBefore = before,
            FiguresAfter = figures,
            Bounds = bounds,
            Warnings = [.. LostHost.Summary(lost).Select(static why => "afterwards, " + why)],
        };
    }

    private static int NumberOf(string store) => store.StartsWith("store", StringComparison.Ordinal) && int.TryParse(store.AsSpan(5), out var number) ? number
        : 0;

    private static StorePlan Refused(PlacedFleet fleet, PlacementFigures figures, IReadOnlyList<Refusal> refusals) =>
        new() { Steps = [], Refusals = refusals, Warnings = [], After = fleet, FiguresBefore = figures, FiguresAfter = figures, Bounds = [] };
}
