namespace Provision.Inventory;

/// <summary>Data that is kept as one, in several slots of one class; one of them is master.</summary>
public sealed record Store : Fact
{
    /// <summary>The class of its slots.</summary>
    public required string Class { get; init; }

    /// <summary>Names of its slots; the first is the preferred master.</summary>
    public required IReadOnlyList<string> Slots { get; init; }
}
