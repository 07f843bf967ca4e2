using System.Reflection;
using System.Text;
using Provision.Inventory;

namespace Provision.Configuration.Seeds;

/// <summary>The fleets that the program carries, and the smallest one, which is cut out of one of them.</summary>
public static class SeedLibrary
{
    private const string Prefix = "Seeds/";
    private const string Source = "tiny";
    private static readonly string[] PlainRoles = ["base", "web"];
    private static readonly string[] PlainConfigs = ["apt", "firewall", "network", "ssh", "system", "time", "web"];

    /// <summary>Names of the complete fleets, in ordinal order.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        .. Carrier.GetManifestResourceNames().Select(name => name.Split('/')).Where(parts => parts is ["Seeds", _, _, ..])
            .Select(parts => parts[1]).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal),
    ];

    private static Assembly Carrier => typeof(SeedLibrary).Assembly;

    /// <summary>Returns the files of a complete fleet as they are in the repository of this program.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    public static IReadOnlyList<SeedFile> Example(string name) =>
    [
        .. Carrier.GetManifestResourceNames().Where(resource => resource.StartsWith($"{Prefix}{name}/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(resource => new SeedFile(resource[(Prefix.Length + name.Length + 1)..], "")).Select(file => file with
            {
                Text = file.Secret is null ? Read($"{name}/{file.Path}") : "",
            }),
    ];

    /// <summary>Returns the fleet of a complete example.</summary>
    public static Fleet FleetOf(IReadOnlyList<SeedFile> files)
    {
        var loaded = InventoryLoader.Load(InventoryFiles.Of(files.Where(file => file.Path.EndsWith(".yaml", StringComparison.Ordinal)
            && file.Path.Split('/')[0] is "hosts" or "roles").Select(file => (file.Path, file.Text))));
        return loaded.Fleet ?? throw new InvalidDataException(string.Join('\n', loaded.Diagnostics));
    }

    /// <summary>Returns the roles and templates that every fleet needs, and one role more, with a site without hosts.</summary>
    public static IReadOnlyList<SeedFile> Plain(SeedAnswers answers)
    {
        ArgumentNullException.ThrowIfNull(answers);
        var site = answers.Sites[0];
        var source = Example(Source);
        var replacement = new SeedReplacement(FleetOf(source), answers);
        return
        [
            .. source.Where(file => file.Path.Split('/') is ["roles", var role] ? PlainRoles.Contains(role.Split('.')[0])
                : file.Path.Split('/') is ["templates", var config, ..] && PlainConfigs.Contains(config)).Select(replacement.Apply),
            new SeedFile("hosts/fleet.yaml", $$"""
                fleet:
                  name: {{answers.Name}}
                  domain: {{answers.Domain}}
                  release: {{answers.Release}}                       # of Debian
                  time_servers: [{{string.Join(", ", answers.TimeServers)}}]
                  settings: { web: { title: {{answers.Name}} } }

                sites:
                  {{site.Name}}:
                    networks: [{{string.Join(", ", site.Networks)}}]
                    gateway: {{site.Gateway}}
                    resolvers: [{{string.Join(", ", answers.Resolvers)}}]

                """),
            new SeedFile($"hosts/{site.Name}.yaml", $"site: {site.Name}\nhosts: {{}}\n"),
        ];
    }

    /// <summary>Returns the README of a new repository.</summary>
    public static SeedFile Readme(SeedAnswers answers)
    {
        ArgumentNullException.ThrowIfNull(answers);
        return new("README.md", Read("README.md").Replace("FLEET", answers.Name, StringComparison.Ordinal)
            .Replace("SITE", answers.Sites[0].Name, StringComparison.Ordinal));
    }

    private static string Read(string name)
    {
        using var stream = Carrier.GetManifestResourceStream(Prefix + name) ?? throw new InvalidDataException($"the program lacks its file {name}");
        using var reader = new StreamReader(stream, new UTF8Encoding(false, throwOnInvalidBytes: true));
        return reader.ReadToEnd();
    }
}
