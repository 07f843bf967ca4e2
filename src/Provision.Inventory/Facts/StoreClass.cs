namespace Provision.Inventory;

/// <summary>How many copies the stores of a class have, and at how many sites.</summary>
public sealed record StoreClass : Fact
{
    /// <summary>Slots that a store needs if the inventory says nothing of its class: two at its home site and a remote one.</summary>
    public const int DefaultCopies = 3;

    /// <summary>Sites that they lie at if the inventory says nothing of the class.</summary>
    public const int DefaultSites = 2;

    /// <summary>Slots that each store of the class needs.</summary>
    public required int Copies { get; init; }

    /// <summary>Sites that they lie at, in a fleet with slots at that many.</summary>
    public required int Sites { get; init; }
}
