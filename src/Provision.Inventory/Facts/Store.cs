namespace Provision.Inventory;

/// <summary>A replicated data set, held in several slots of one class; one of them is master.</summary>
public sealed record Store : Fact
{
    /// <summary>The class of its slots.</summary>
    public required string Class { get; init; }

    /// <summary>Names of its slots; the first is the preferred master.</summary>
    public required IReadOnlyList<string> Slots { get; init; }
}
