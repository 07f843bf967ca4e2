namespace Provision.Stores.Placement;

/// <summary>What a plan is to reach. With nothing in it, pairs above their bound are spread with few moves.</summary>
public sealed record PlanRequest
{
    /// <summary>How many stores are to be made.</summary>
    public int AddStores { get; init; }

    /// <summary>Their class; null if the fleet has only one.</summary>
    public string? Class { get; init; }

    /// <summary>Their home site, where two of three copies lie; null for the site with most slots of the class in use.</summary>
    public string? Home { get; init; }

    /// <summary>Hosts that come into service or have too little: each gets its even share.</summary>
    public IReadOnlyList<string> AddHosts { get; init; } = [];

    /// <summary>Hosts that are to be emptied.</summary>
    public IReadOnlyList<string> Evacuate { get; init; } = [];
}

/// <summary>Why there is no plan.</summary>
/// <param name="Rule">The rule that would be broken.</param>
/// <param name="Message">What would break it, with hosts and stores.</param>
/// <param name="Hint">What to do; null if nothing is known.</param>
public sealed record Refusal(string Rule, string Message, string? Hint)
{
    /// <summary>One line.</summary>
    public override string ToString() => $"refused ({Rule}): {Message}{(Hint is null ? "" : "; " + Hint)}";
}
