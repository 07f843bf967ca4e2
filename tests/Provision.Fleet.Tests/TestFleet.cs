namespace Provision.Fleet.Tests;

/// <summary>A fleet of twelve hosts with stores: six at east, three at west, and more as the generator makes them.</summary>
internal static class TestFleet
{
    public static Inventory.Fleet Sample { get; } = Load(ScaleFleet.Generate(12, 7));

    public static IReadOnlyList<Host> Hosts { get; } = [.. Sample.Hosts];

    private static Inventory.Fleet Load(IEnumerable<(string Path, string Text)> files)
    {
        var own = InventoryFiles.ReadFrom(TestRepository.Root).Files
            .Where(file => file.Path.StartsWith("hosts/chassis/", StringComparison.Ordinal) || file.Path.StartsWith("roles/", StringComparison.Ordinal));
        var all = InventoryFiles.Of(files);
        var loaded = InventoryLoader.Load(all with { Files = [.. all.Files.Concat(own).OrderBy(file => file.Path, StringComparer.Ordinal)] });
        return loaded.Fleet ?? throw new InvalidDataException(string.Join('\n', loaded.Diagnostics));
    }
}
