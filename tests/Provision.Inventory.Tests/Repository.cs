using System.Runtime.CompilerServices;

namespace Provision.Inventory.Tests;

/// <summary>Where the repository is, so that tests can use its own hosts and roles.</summary>
internal static class Repository
{
    public static string Root { get; } = Path.GetFullPath(Path.Combine(SourceFolder(), "..", ".."));

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    private static string SourceFolder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
