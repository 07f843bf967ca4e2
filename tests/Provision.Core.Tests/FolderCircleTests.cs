namespace Provision.Core.Tests;

/// <summary>Directories inside a project are layers: none uses another that uses it.</summary>
public class FolderCircleTests
{
    [Fact]
    public void Directories_of_a_project_have_no_circles() => Assert.Empty(
        SourceTypes.Files.Select(file => file.Project).Distinct()
            .SelectMany(project => Circles(project).Select(circle => $"{project}: {string.Join(", ", circle)}"))
            .Order(StringComparer.Ordinal));

    private static IEnumerable<IReadOnlyList<string>> Circles(string project)
    {
        var folderOf = SourceTypes.Types.Where(type => type.Project == project)
            .ToLookup(type => type.Name, type => type.Folder, StringComparer.Ordinal);
        var uses = SourceTypes.Files.Where(file => file.Project == project).GroupBy(file => file.Folder, StringComparer.Ordinal).ToDictionary(
            folder => folder.Key,
            folder => folder.SelectMany(file => file.Words).SelectMany(word => folderOf[word].Take(1)).Where(used => used != folder.Key)
                .ToHashSet(StringComparer.Ordinal),
            StringComparer.Ordinal);
        var reached = uses.Keys.ToDictionary(folder => folder, folder => Reached(folder, uses), StringComparer.Ordinal);
        return uses.Keys.Where(folder => reached[folder].Contains(folder))
            .GroupBy(folder => string.Join(',', uses.Keys.Where(other => reached[folder].Contains(other) && reached[other].Contains(folder))
                .Order(StringComparer.Ordinal)))
            .Select(circle => (IReadOnlyList<string>)[.. circle.Order(StringComparer.Ordinal)]);
    }

    private static HashSet<string> Reached(string from, Dictionary<string, HashSet<string>> uses)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<string>([from]);
        while (open.TryPop(out var folder))
        {
            foreach (var next in uses.GetValueOrDefault(folder, []).Where(seen.Add))
            {
                open.Push(next);
            }
        }

        return seen;
    }
}
