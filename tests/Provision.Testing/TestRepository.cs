namespace Provision.Testing;

/// <summary>The repository that the tests were built from: its own inventory, roles and templates are test data too.</summary>
public static class TestRepository
{
    /// <summary>Its directory, without a slash at the end.</summary>
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    /// <summary>A path below it.</summary>
    public static string PathOf(string path) => Path.Combine(Root, path);

    /// <summary>The text of one of its files.</summary>
    public static string Read(string path) => File.ReadAllText(PathOf(path));

    private static string Find(string start)
    {
        var at = start;
        while (!File.Exists(Path.Combine(at, "Provision.sln")))
        {
            at = Path.GetDirectoryName(at) ?? throw new DirectoryNotFoundException($"no Provision.sln above {start}");
        }

        return at;
    }
}
