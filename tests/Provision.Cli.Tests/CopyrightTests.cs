using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Provision.Cli.Tests;

/// <summary>The package's copyright file names each component that ends up in the published program, with the licence that the component declares.</summary>
public partial class CopyrightTests
{
    private static readonly string Repository = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Here())!, "../.."));

    [Fact]
    public void Every_component_is_named_with_its_licence() => Assert.Equal(Shipped().Order(StringComparer.Ordinal), Named().Order(StringComparer.Ordinal));

    [Fact]
    public void Every_licence_has_its_text()
    {
        var licences = Copyright().Split("\n\n").Where(paragraph => paragraph.StartsWith("License: ", StringComparison.Ordinal)
            && paragraph.Contains('\n', StringComparison.Ordinal))
            .Select(paragraph => paragraph.Split('\n')[0]["License: ".Length..]);
        Assert.Equal([], Named().Select(line => line.Split(": ")[1]).Except(licences));
    }

    private static IEnumerable<string> Named() => Line().Matches(Copyright()).Select(line => line.Groups["named"].Value);

    /// <summary>What restoring the program for its publication resolved: packages with code for it, and the runtime's packs.</summary>
    private static IEnumerable<string> Shipped()
    {
        var assets = Path.Combine(Repository, "src/Provision.Cli/obj/project.assets.json");
        Assert.True(File.Exists(assets), $"{assets} is not there: publish the program first (make)");
        using var json = JsonDocument.Parse(File.ReadAllBytes(assets));
        var root = json.RootElement;
        var folders = root.GetProperty("packageFolders").EnumerateObject().Select(folder => folder.Name).ToList();
        foreach (var library in root.GetProperty("targets").GetProperty("net10.0/linux-x64").EnumerateObject())
        {
            if (library.Value.GetProperty("type").GetString() == "package" && (HasCode(library.Value, "runtime") || HasCode(library.Value, "native")))
            {
                var (name, version) = (library.Name.Split('/')[0], library.Name.Split('/')[1]);
                yield return $"{name}: {LicenceOf(folders, name, version)}";
            }
        }

        foreach (var pack in root.GetProperty("project").GetProperty("frameworks").GetProperty("net10.0").GetProperty("downloadDependencies").EnumerateArray())
        {
            var name = pack.GetProperty("name").GetString()!;
            if (name.Contains(".App.Runtime.", StringComparison.Ordinal))
            {
                yield return $"{name}: {LicenceOf(folders, name, pack.GetProperty("version").GetString()!.Trim('[', ']').Split(',')[0])}";
            }
        }
    }

    private static bool HasCode(JsonElement library, string kind) =>
        library.TryGetProperty(kind, out var files) && files.EnumerateObject().Any(file => !file.Name.EndsWith("/_._", StringComparison.Ordinal));

    /// <summary>The licence of a package in Debian's words; the only ones that bring a text of their own are SQLite's.</summary>
    private static string LicenceOf(IEnumerable<string> folders, string name, string version)
    {
        var folder = folders.Select(root => Path.Combine(root, name.ToLowerInvariant(), version)).First(Directory.Exists);
        var licence = XDocument.Load(Path.Combine(folder, name.ToLowerInvariant() + ".nuspec")).Descendants().First(element =>
            element.Name.LocalName == "license");
        return licence.Attribute("type")!.Value == "expression"
            ? licence.Value.Replace("MIT", "Expat", StringComparison.Ordinal)
            : File.ReadAllText(Path.Combine(folder, licence.Value)).Contains("SQLite is Public Domain", StringComparison.Ordinal) ? "public-domain"
                : licence.Value;
    }

    private static string Copyright() => File.ReadAllText(Path.Combine(Repository, "packaging/copyright"));

    private static string Here([CallerFilePath] string path = "") => path;

    [GeneratedRegex(@"^ (?<named>\w[\w.-]*: [\w.-]+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Line();
}
