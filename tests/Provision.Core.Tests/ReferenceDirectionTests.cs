using System.Runtime.CompilerServices;
using System.Xml.Linq;

namespace Provision.Core.Tests;

/// <summary>References between the projects point one way, as the table of docs/design.md says; a project that is not in the table is an error too.</summary>
public class ReferenceDirectionTests
{
    private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["Provision.Core"] = [],
        ["Provision.Inventory"] = ["Provision.Core"],
        ["Provision.Templating"] = ["Provision.Core"],
        ["Provision.Configuration"] = ["Provision.Inventory", "Provision.Templating"],
        ["Provision.Storage"] = ["Provision.Inventory"],
        ["Provision.Boot"] = ["Provision.Configuration", "Provision.Storage"],
        ["Provision.Stores"] = ["Provision.Inventory", "Provision.Configuration"],
        ["Provision.Cyrus"] = ["Provision.Stores", "Provision.Storage"],
        ["Provision.Cli"] = ["Provision.Boot", "Provision.Cyrus"],
    };

    [Fact]
    public void Projects_refer_only_to_what_is_below_them()
    {
        var projects = Directory.GetFiles(Source(), "*.csproj", SearchOption.AllDirectories).Where(path => !path.Contains("/obj/", StringComparison.Ordinal)).ToList();
        Assert.Equal(Allowed.Keys.Order(StringComparer.Ordinal), projects.Select(path => Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal));
        foreach (var project in projects)
        {
            var references = XDocument.Load(project).Descendants("ProjectReference").Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value)).ToList();
            Assert.Equal([], references.Except(Allowed[Path.GetFileNameWithoutExtension(project)]));
        }
    }

    [Fact]
    public void Only_the_two_doors_touch_a_machine()
    {
        // Starting processes is Machine's; files of a machine are reached through it. What reads the repository is named here.
        string[] processes = ["Provision.Core/"];
        foreach (var file in Directory.GetFiles(Source(), "*.cs", SearchOption.AllDirectories).Where(path => !path.Contains("/obj/", StringComparison.Ordinal)))
        {
            var text = File.ReadAllText(file);
            var name = Path.GetRelativePath(Source(), file);
            Assert.True(!text.Contains("Process.Start", StringComparison.Ordinal) || processes.Any(door => name.StartsWith(door, StringComparison.Ordinal)), $"{name} starts processes by itself");
            Assert.True(!text.Contains("LibraryImport", StringComparison.Ordinal) || name.StartsWith("Provision.Core/", StringComparison.Ordinal), $"{name} calls the system by itself");
        }
    }

    private static string Source([CallerFilePath] string path = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "../../src"));
}
