using System.Text.Json;
using Provision.Inventory;

namespace Provision.Stores.Placement;

/// <summary>A saved plan as printed by <c>provision stores plan -o json</c>, with everything needed to execute it.</summary>
/// <param name="Hash">The plan's hash (<see cref="StorePlan.Hash"/>).</param>
/// <param name="Steps">The steps, in order.</param>
/// <param name="Stores">The final placement of the stores that change.</param>
public sealed record StorePlanFile(string Hash, IReadOnlyList<PlanStep> Steps, IReadOnlyList<NewStore> Stores)
{
    /// <summary>Returns the final placement of a store.</summary>
    public NewStore After(string store) => Stores.First(one => one.Name == store);

    /// <summary>Reads a saved plan and reports its errors.</summary>
    public static StorePlanFile? Read(string path, ReadOnlyMemory<byte> json, DiagnosticBag problems)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            var steps = root.GetProperty("steps").EnumerateArray().Select(step => new PlanStep(KindOf(Text(step, "step")), Text(step, "store"), Names(step)))
                .ToList();
            var stores = root.GetProperty("placement").EnumerateArray().Select(store => new NewStore(Text(store, "store"), Text(store, "class"), Names(store)))
                .ToList();
            var plan = new StorePlanFile(Text(root, "hash"), steps, stores);
            if (steps.Any(step => step.Slots.Count == 0) || steps.Any(step => stores.All(store => store.Name != step.Store))
                || plan.Hash != StorePlan.HashOf(steps))
            {
                problems.Error(Location.OfFile(path), "the steps are not those that the plan's hash was made of",
                    "a plan is not edited: make another one (provision stores plan)");
                return null;
            }

            return plan;
        }
        catch (Exception wrong) when (wrong is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            problems.Error(Location.OfFile(path), $"this is no plan: {wrong.Message}", "provision stores plan ... -o json > FILE");
            return null;
        }

        static string Text(JsonElement element, string name) => element.GetProperty(name).GetString() ?? throw new KeyNotFoundException(name);
        static IReadOnlyList<string> Names(JsonElement element) => [.. element.GetProperty("slots").EnumerateArray().Select(slot => slot.GetString()!)];
    }

    private static StepKind KindOf(string word) =>
        Enum.GetValues<StepKind>().Cast<StepKind?>().FirstOrDefault(kind => new PlanStep(kind!.Value, "", []).Word == word)
            ?? throw new KeyNotFoundException($"no step is called \"{word}\"");
}
