using System.Runtime.CompilerServices;
using System.Xml.Linq;

namespace Provision.Text.Tests;

/// <summary>References between the projects point one way, as the README's table says; a project that is not in the table is an error too.</summary>
public class ReferenceDirectionTests
{
    private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["Provision.Text"] = [],
        ["Provision.Templating"] = ["Provision.Text"],
        ["Provision.Inventory"] = ["Provision.Text"],
        ["Provision.Machine"] = ["Provision.Text"],
        ["Provision.Host"] = ["Provision.Inventory", "Provision.Templating", "Provision.Machine"],
        ["Provision.Storage"] = ["Provision.Inventory", "Provision.Machine"],
        // Pure: where stores are and should be.
        ["Provision.Placement"] = ["Provision.Inventory", "Provision.Text"],
        // Pure: what a reinstall job is, and what boot server and installer say to each other. The installer needs no database for it.
        ["Provision.Jobs"] = ["Provision.Text"],
        ["Provision.State"] = ["Provision.Inventory", "Provision.Machine", "Provision.Jobs"],
        // What an image must hold is the installer's to say.
        ["Provision.Netboot"] = ["Provision.State", "Provision.Host", "Provision.Storage", "Provision.Installer"],
        ["Provision.Installer"] = ["Provision.Host", "Provision.Storage", "Provision.Jobs"],
        // A host's own Cyrus slots: what they are, what role they may start in, what is in them.
        ["Provision.Slots"] = ["Provision.Host", "Provision.Inventory", "Provision.Machine", "Provision.State"],
        // Whether a host is well, in the forms that monitoring takes.
        ["Provision.Watch"] = ["Provision.Slots", "Provision.Host", "Provision.Storage", "Provision.State"],
        // A store's master moves between hosts.
        ["Provision.Failover"] = ["Provision.Placement", "Provision.Slots", "Provision.State"],
        ["Provision.Cli"] = ["Provision.Host", "Provision.Storage", "Provision.Installer", "Provision.Netboot", "Provision.Placement", "Provision.Watch", "Provision.Failover"],
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
        string[] processes = ["Provision.Machine/"];
        foreach (var file in Directory.GetFiles(Source(), "*.cs", SearchOption.AllDirectories).Where(path => !path.Contains("/obj/", StringComparison.Ordinal)))
        {
            var text = File.ReadAllText(file);
            var name = Path.GetRelativePath(Source(), file);
            Assert.True(!text.Contains("Process.Start", StringComparison.Ordinal) || processes.Any(door => name.StartsWith(door, StringComparison.Ordinal)), $"{name} starts processes by itself");
            Assert.True(!text.Contains("LibraryImport", StringComparison.Ordinal) || name.StartsWith("Provision.Machine/", StringComparison.Ordinal), $"{name} calls the system by itself");
        }
    }

    private static string Source([CallerFilePath] string path = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "../../src"));
}
