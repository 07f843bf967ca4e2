namespace Provision.Core.Tests;

/// <summary>A type is public only if another project names it, or if a public member of such a type shows it. What is left is listed, and the list only
/// shrinks.</summary>
public class PublicTypeTests
{
    private static readonly Dictionary<string, string[]> Left = new(StringComparer.Ordinal)
    {
        ["Provision.Boot"] = ["ImageInputs", "ImagePackage"],
        ["Provision.Storage"] = ["FindingCodes", "VolumeMarker"],
    };

    [Fact]
    public void A_public_type_is_used_by_another_project()
    {
        var needed = Needed();
        var found = SourceTypes.Types.Where(type => type.IsPublic && !needed.Contains((type.Project, type.Name)))
            .Select(type => $"{type.Project} {type.Name}").ToHashSet(StringComparer.Ordinal);
        var listed = Left.SelectMany(project => project.Value.Select(name => $"{project.Key} {name}")).ToList();
        var wrong = found.Except(listed).Select(name => $"make it internal: {name}")
            .Concat(listed.Except(found).Select(name => $"is mended, remove it from the list: {name}")).ToList();
        Assert.True(wrong.Count == 0, string.Join('\n', wrong.Order(StringComparer.Ordinal)));
    }

    private static HashSet<(string Project, string Name)> Needed()
    {
        var named = SourceTypes.Files.GroupBy(file => file.Project, StringComparer.Ordinal)
            .ToDictionary(project => project.Key, project => project.SelectMany(file => file.Words).ToHashSet(StringComparer.Ordinal), StringComparer.Ordinal);
        var types = SourceTypes.Types.Where(type => type.IsPublic).ToLookup(type => (type.Project, type.Name));
        var needed = new HashSet<(string, string)>();
        var open = new Queue<(string Project, string Name)>(types.Select(type => type.Key)
            .Where(type => named.Any(project => project.Key != type.Project && project.Value.Contains(type.Name))));
        while (open.TryDequeue(out var next))
        {
            if (needed.Add(next))
            {
                types[next].SelectMany(type => type.Shown).Select(name => (next.Project, name)).Where(types.Contains).ToList().ForEach(open.Enqueue);
            }
        }

        return needed;
    }
}
