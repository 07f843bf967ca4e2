namespace Provision.Stores.Placement;

/// <summary>Steps of a plan that belong together: one store's move from a slot to another, or what a new store needs.</summary>
/// <param name="Store">The store.</param>
/// <param name="Steps">The steps, in order.</param>
public sealed record PlanPart(string Store, IReadOnlyList<PlanStep> Steps)
{
    /// <summary>The slot that the store gets; null if it gets none.</summary>
    public string? Came => SlotOf(StepKind.AddReplica);

    /// <summary>The slot that the store leaves; null if it leaves none.</summary>
    public string? Gone => SlotOf(StepKind.DropReplica);

    /// <summary>The parts of a plan, in order: a part ends where its old slot is dropped, or where another store begins.</summary>
    public static IReadOnlyList<PlanPart> Of(IReadOnlyList<PlanStep> steps)
    {
        var parts = new List<PlanPart>();
        var first = 0;
        for (var index = 0; index < steps.Count; index++)
        {
            if (index + 1 == steps.Count || steps[index].Kind == StepKind.DropReplica || steps[index + 1].Store != steps[index].Store)
            {
                parts.Add(new PlanPart(steps[index].Store, [.. steps.Skip(first).Take(index + 1 - first)]));
                first = index + 1;
            }
        }

        return parts;
    }

    private string? SlotOf(StepKind kind) => Steps.FirstOrDefault(step => step.Kind == kind)?.Slots[0];
}
