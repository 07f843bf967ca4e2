namespace Provision.FleetRuns.Answers;

/// <summary>A difference that some hosts share.</summary>
/// <param name="File">The difference, as the first of them reported it.</param>
/// <param name="Hosts">The hosts, in the order of the run.</param>
public sealed record FoldedFile(FileAnswer File, IReadOnlyList<string> Hosts);

/// <summary>Folds equal answers of hosts into one.</summary>
public static class AnswerFolding
{
    /// <summary>Groups the differences of hosts. Two are equal if they differ in nothing but the host's own name. Those of few hosts come first, because
    /// they are the unexpected ones.</summary>
    public static IReadOnlyList<FoldedFile> Files(IEnumerable<PlanAnswer> answers)
    {
        var groups = new Dictionary<string, (FileAnswer File, List<string> Hosts)>(StringComparer.Ordinal);
        foreach (var answer in answers)
        {
            foreach (var file in answer.Files)
            {
                var key = KeyOf(file, answer.Host);
                if (groups.TryGetValue(key, out var group))
                {
                    group.Hosts.Add(answer.Host);
                }
                else
                {
                    groups.Add(key, (file, [answer.Host]));
                }
            }
        }

        return
        [
            .. groups.Values.Select(group => new FoldedFile(group.File, group.Hosts))
                .OrderBy(group => group.Hosts.Count).ThenBy(group => group.File.Path, StringComparer.Ordinal),
        ];
    }

    /// <summary>Groups hosts with the same line of text, in the order of their first host.</summary>
    public static IReadOnlyList<(string Line, IReadOnlyList<string> Hosts)> Lines(IEnumerable<(string Host, string Line)> lines) =>
        [.. lines.GroupBy(one => one.Line.Replace(one.Host, "*", StringComparison.Ordinal), StringComparer.Ordinal)
            .Select(group => (group.First().Line, (IReadOnlyList<string>)[.. group.Select(one => one.Host)]))];

    private static string KeyOf(FileAnswer file, string host) => string.Join('\n',
        [
            file.Verdict, file.Path, .. file.Reasons,

            // The numbers in a hunk's head depend on lines that do not differ.
            .. file.Lines.Where(line => !line.StartsWith("@@", StringComparison.Ordinal)),
        ]).Replace(host, "*", StringComparison.Ordinal);
}
