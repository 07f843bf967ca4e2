namespace Provision.Inventory.Tests;

/// <summary>The small fleet of the folder Sample.</summary>
internal static class SampleFleet
{
    public static InventoryFiles Files { get; } = Read();

    public static Fleet Fleet => Load(Files);

    public static Fleet Load(InventoryFiles files)
    {
        var result = InventoryLoader.Load(files);
        Assert.Empty(result.Diagnostics);
        return result.Fleet!;
    }

    /// <summary>The files with one of them replaced or added.</summary>
    public static InventoryFiles With(string path, string text) => With(path, System.Text.Encoding.UTF8.GetBytes(text));

    public static InventoryFiles With(string path, byte[] bytes) => Files with
    {
        Files = [.. Files.Files.Where(f => f.Path != path).Append(new InventoryFile(path, bytes)).OrderBy(f => f.Path, StringComparer.Ordinal)],
    };

    public static string TextOf(string path) => System.Text.Encoding.UTF8.GetString(Files.Find(path)!.Content.Span);

    private static InventoryFiles Read()
    {
        var own = InventoryFiles.ReadFrom(Path.Combine(TestRepository.Root, "tests/Provision.Inventory.Tests/Sample"));
        return own with { Configs = ["apt", "cyrus"] };
    }
}
