namespace Provision.Inventory;

/// <summary>Turns files into a checked fleet.</summary>
public static class InventoryLoader
{
    /// <summary>Reads and checks everything; reports all problems at once and never throws for what is in the files.</summary>
    public static InventoryResult Load(InventoryFiles files) => throw new NotSupportedException();
}
