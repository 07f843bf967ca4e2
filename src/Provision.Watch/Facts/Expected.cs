namespace Provision.Watch.Facts;

/// <summary>Conditions that somebody has arranged: what follows from them is said, and not cried about.</summary>
public sealed record Expected
{
    /// <summary>Nothing is.</summary>
    public static Expected Nothing { get; } = new();

    /// <summary>Why each store is moving, by store.</summary>
    public IReadOnlyDictionary<string, string> MovingStores { get; init; } = new Dictionary<string, string>();

    /// <summary>Why each slot is fenced and so does not start, by slot.</summary>
    public IReadOnlyDictionary<string, string> FencedSlots { get; init; } = new Dictionary<string, string>();
}
