namespace Provision.Inventory;

/// <summary>One file of the inventory.</summary>
/// <param name="Path">Path relative to the repository, with slashes.</param>
/// <param name="Content">Its bytes.</param>
public sealed record InventoryFile(string Path, ReadOnlyMemory<byte> Content);
