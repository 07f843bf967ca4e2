namespace Provision.Inventory;

/// <summary>A run of instances of one class, as defined by a chassis.</summary>
public sealed record SlotTemplate : Fact
{
    /// <summary>The class; a store's instances are all of one class.</summary>
    public required string Class { get; init; }

    /// <summary>The number of instances.</summary>
    public required int Repeat { get; init; }

    /// <summary>Pattern of an instance's name.</summary>
    public required NamePattern NamePattern { get; init; }

    /// <summary>Patterns of the mounts that hold its data, by tier name; the first is its main tier.</summary>
    public required IReadOnlyList<KeyValuePair<string, NamePattern>> Tiers { get; init; }
}
