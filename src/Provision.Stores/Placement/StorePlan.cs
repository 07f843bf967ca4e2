using Provision.Inventory;

namespace Provision.Stores.Placement;

/// <summary>The kind of a step.</summary>
public enum StepKind
{
    /// <summary>Creates a store with its slots; the first is its master.</summary>
    Create,

    /// <summary>Adds a replica to a store.</summary>
    AddReplica,

    /// <summary>Waits until the slots have everything that the master has.</summary>
    WaitInSync,

    /// <summary>Makes the slot master; the old master becomes a replica.</summary>
    MakeMaster,

    /// <summary>Removes the slot from the store.</summary>
    DropReplica,
}

/// <summary>One step; each is completed before the next begins, and every rule holds after each.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Store">The store.</param>
/// <param name="Slots">The affected slots.</param>
public sealed record PlanStep(StepKind Kind, string Store, IReadOnlyList<string> Slots)
{
    /// <summary>The kind in words: <c>add replica</c>, <c>wait until in sync</c>, ...</summary>
    public string Word => Kind switch
    {
        StepKind.Create => "create store",
        StepKind.AddReplica => "add replica",
        StepKind.WaitInSync => "wait until in sync",
        StepKind.MakeMaster => "make master",
        _ => "drop replica",
    };
}

/// <summary>The minimum number of moves for a part of the request, whatever the plan.</summary>
/// <param name="Moves">The number.</param>
/// <param name="Why">How it is derived.</param>
public sealed record MovesBound(int Moves, string Why);

/// <summary>A change of placement, step by step, with its effect on the figures.</summary>
public sealed record StorePlan
{
    /// <summary>The steps, in order; none if the plan is refused or nothing has to be done.</summary>
    public required IReadOnlyList<PlanStep> Steps { get; init; }

    /// <summary>Why it is refused; empty if it is not.</summary>
    public required IReadOnlyList<Refusal> Refusals { get; init; }

    /// <summary>Undesirable results that are no reason to refuse.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>The placement after the steps; unchanged if the plan is refused.</summary>
    public required PlacedFleet After { get; init; }

    /// <summary>Figures of the current placement.</summary>
    public required PlacementFigures FiguresBefore { get; init; }

    /// <summary>Figures after the steps.</summary>
    public required PlacementFigures FiguresAfter { get; init; }

    /// <summary>Parts of the request with the minimum number of moves for each.</summary>
    public required IReadOnlyList<MovesBound> Bounds { get; init; }

    /// <summary>The final placement of the stores that the steps change.</summary>
    public IReadOnlyList<NewStore> Changed
    {
        get
        {
            var changed = Steps.Select(static step => step.Store).ToHashSet(StringComparer.Ordinal);
            return [.. After.Stores.Where(store => changed.Contains(store.Name))
                .Select(static store => new NewStore(store.Name, store.Class, [.. store.Slots.Select(static slot => slot.Name)]))];
        }
    }

    /// <summary>The number of copies that move.</summary>
    public int Moves => Steps.Count(static step => step.Kind == StepKind.DropReplica);

    /// <summary>The minimum number of moves for the request.</summary>
    public int LeastMoves => Bounds.Sum(static bound => bound.Moves);

    /// <summary>SHA-256 over the steps in order (<see cref="PlanHash"/>), in hexadecimal.</summary>
    public string Hash => HashOf(Steps);

    internal static string HashOf(IReadOnlyList<PlanStep> steps) =>
        PlanHash.Of(steps.Select(static step => $"{step.Word}\t{step.Store}\t{string.Join(' ', step.Slots)}").Prepend("provision stores plan 1"));
}
