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
        ["Provision.Configuration"] = ["Provision.Inventory"],
        ["Provision.Storage"] = ["Provision.Inventory"],
        ["Provision.Boot"] = ["Provision.Configuration", "Provision.Storage"],
        ["Provision.Stores"] = ["Provision.Inventory", "Provision.Configuration"],
        ["Provision.Cyrus"] = ["Provision.Stores"],
        ["Provision.Fleet"] = ["Provision.Configuration", "Provision.Stores"],
        ["Provision.Cli"] = ["Provision.Boot", "Provision.Cyrus", "Provision.Fleet"],
    };

    [Fact]
    public void Projects_refer_only_to_what_is_below_them()
    {
        var projects = Directory.GetFiles(Source(), "*.csproj", SearchOption.AllDirectories).Where(path =>
            !path.Contains("/obj/", StringComparison.Ordinal)).ToList();
        Assert.Equal(Allowed.Keys.Order(StringComparer.Ordinal), projects.Select(path => Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal));
        foreach (var project in projects)
        {
            var references = XDocument.Load(project).Descendants("ProjectReference").Select(reference =>
                Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value)).ToList();
            Assert.Equal([], references.Except(Allowed[Path.GetFileNameWithoutExtension(project)]));
        }
    }

    internal static string Source([CallerFilePath] string path = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "../../src"));
}
