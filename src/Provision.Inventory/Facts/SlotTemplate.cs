namespace Provision.Inventory;

/// <summary>A run of instances of one class, as a chassis has them.</summary>
public sealed record SlotTemplate : Fact
{
    /// <summary>The class: the instances of a store are all of one.</summary>
    public required string Class { get; init; }

    /// <summary>How many there are.</summary>
    public required int Repeat { get; init; }

    /// <summary>Pattern of an instance's name.</summary>
    public required NamePattern NamePattern { get; init; }

    /// <summary>Patterns of the mounts that hold its data, by the name of the tier; the first is its main tier.</summary>
    public required IReadOnlyList<KeyValuePair<string, NamePattern>> Tiers { get; init; }
}
