namespace Provision.Inventory;

/// <summary>The number of copies and sites for the stores of a class.</summary>
public sealed record StoreClass : Fact
{
    /// <summary>Slots that a store needs if the inventory does not configure its class: two at its home site and a remote one.</summary>
    public const int DefaultCopies = 3;

    /// <summary>Number of sites for a class that the inventory does not configure.</summary>
    public const int DefaultSites = 2;

    /// <summary>Slots that each store of the class needs.</summary>
    public required int Copies { get; init; }

    /// <summary>Number of sites they are spread over, if the fleet has slots at that many.</summary>
    public required int Sites { get; init; }
}
