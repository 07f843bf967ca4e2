namespace Provision.Stores.Placement;

/// <summary>Related steps of a plan: one store's move from a slot to another, or the creation of a store.</summary>
/// <param name="Store">The store.</param>
/// <param name="Steps">The steps, in order.</param>
internal sealed record PlanPart(string Store, IReadOnlyList<PlanStep> Steps)
{
    /// <summary>The slot added to the store; null if none is.</summary>
    public string? Came => SlotOf(StepKind.AddReplica);

    /// <summary>The slot dropped from the store; null if none is.</summary>
    public string? Gone => SlotOf(StepKind.DropReplica);

    /// <summary>Splits a plan into its parts, in order: a part ends when its old slot is dropped, or when another store begins.</summary>
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
