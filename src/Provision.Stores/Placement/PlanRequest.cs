namespace Provision.Stores.Placement;

/// <summary>The goal of a plan. If it is empty, pairs above their bound are spread with few moves.</summary>
public sealed record PlanRequest
{
    /// <summary>The number of stores to create.</summary>
    public int AddStores { get; init; }

    /// <summary>Their class; null if the fleet has only one.</summary>
    public string? Class { get; init; }

    /// <summary>Their home site, which holds two of three copies; null for the site with the most slots of the class in use.</summary>
    public string? Home { get; init; }

    /// <summary>Hosts that come into service or are underused: each gets its even share.</summary>
    public IReadOnlyList<string> AddHosts { get; init; } = [];

    /// <summary>Hosts to be evacuated.</summary>
    public IReadOnlyList<string> Evacuate { get; init; } = [];
}

/// <summary>Why there is no plan.</summary>
/// <param name="Rule">The rule that would be broken.</param>
/// <param name="Message">The cause, with hosts and stores.</param>
/// <param name="Hint">What to do; null if unknown.</param>
public sealed record Refusal(string Rule, string Message, string? Hint)
{
    /// <summary>Returns the refusal as one line.</summary>
    public override string ToString() => $"refused ({Rule}): {Message}{(Hint is null ? "" : "; " + Hint)}";
}
