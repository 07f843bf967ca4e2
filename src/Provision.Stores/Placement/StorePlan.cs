using Provision.Inventory;

namespace Provision.Stores.Placement;

/// <summary>What one step does.</summary>
public enum StepKind
{
    /// <summary>A new store gets its slots; the first is its master.</summary>
    Create,

    /// <summary>A store gets one more replica.</summary>
    AddReplica,

    /// <summary>Nothing is done until the slots have everything that the master has.</summary>
    WaitInSync,

    /// <summary>The slot becomes master; the old one becomes a replica.</summary>
    MakeMaster,

    /// <summary>The store leaves the slot.</summary>
    DropReplica,
}

/// <summary>One step; each is done before the next begins, and after each every rule holds.</summary>
/// <param name="Kind">What it does.</param>
/// <param name="Store">The store.</param>
/// <param name="Slots">The slots that it is about.</param>
public sealed record PlanStep(StepKind Kind, string Store, IReadOnlyList<string> Slots)
{
    /// <summary>What it does in words: <c>add replica</c>, <c>wait until in sync</c>, ...</summary>
    public string Word => Kind switch
    {
        StepKind.Create => "create store",
        StepKind.AddReplica => "add replica",
        StepKind.WaitInSync => "wait until in sync",
        StepKind.MakeMaster => "make master",
        _ => "drop replica",
    };
}

/// <summary>The least number of moves that a part of the request takes, whatever the plan.</summary>
/// <param name="Moves">The number.</param>
/// <param name="Why">Where it comes from.</param>
public sealed record MovesBound(int Moves, string Why);

/// <summary>A change of placement, step by step, with what it makes better and worse.</summary>
public sealed record StorePlan
{
    /// <summary>The steps, in order; none where the plan is refused or nothing has to be done.</summary>
    public required IReadOnlyList<PlanStep> Steps { get; init; }

    /// <summary>Why it is refused; empty is good.</summary>
    public required IReadOnlyList<Refusal> Refusals { get; init; }

    /// <summary>What is not as one would wish, but no reason to refuse.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>Where everything is when the steps are done; as it was where the plan is refused.</summary>
    public required PlacedFleet After { get; init; }

    /// <summary>Figures as it is.</summary>
    public required PlacementFigures FiguresBefore { get; init; }

    /// <summary>Figures when the steps are done.</summary>
    public required PlacementFigures FiguresAfter { get; init; }

    /// <summary>Parts of the request with the least number of moves that each takes.</summary>
    public required IReadOnlyList<MovesBound> Bounds { get; init; }

    /// <summary>Where the stores are that the steps are about when all are done.</summary>
    public IReadOnlyList<NewStore> Changed
    {
        get
        {
            var changed = Steps.Select(static step => step.Store).ToHashSet(StringComparer.Ordinal);
            return [.. After.Stores.Where(store => changed.Contains(store.Name)).Select(static store => new NewStore(store.Name, store.Class, [.. store.Slots.Select(static slot => slot.Name)]))];
        }
    }

    /// <summary>How many copies move.</summary>
    public int Moves => Steps.Count(static step => step.Kind == StepKind.DropReplica);

    /// <summary>The least number of moves that the request takes.</summary>
    public int LeastMoves => Bounds.Sum(static bound => bound.Moves);

    /// <summary>SHA-256 over the steps in their order (<see cref="PlanHash"/>), in hexadecimal.</summary>
    public string Hash => HashOf(Steps);

    internal static string HashOf(IReadOnlyList<PlanStep> steps) =>
        PlanHash.Of(steps.Select(static step => $"{step.Word}\t{step.Store}\t{string.Join(' ', step.Slots)}").Prepend("provision stores plan 1"));
}
