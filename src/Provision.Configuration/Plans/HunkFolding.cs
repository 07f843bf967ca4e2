using System.Text;
using Provision.Configuration.Differences;

namespace Provision.Configuration.Plans;

/// <summary>Files with the same change except for the name of their slot.</summary>
/// <param name="First">The file to show.</param>
/// <param name="Hunks">Its hunks, with secrets masked.</param>
/// <param name="Others">The other files.</param>
public sealed record FoldedDifference(FileDifference First, IReadOnlyList<Hunk> Hunks, IReadOnlyList<FileDifference> Others)
{
    /// <summary>Number of files that share the change.</summary>
    public int Count => Others.Count + 1;
}

/// <summary>Folds a change that many slots share into one; changes in few files come first, because they are the unexpected ones.</summary>
public static class HunkFolding
{
    /// <summary>Folds the differences of a plan.</summary>
    /// <param name="differences">The files that differ.</param>
    /// <param name="redaction">Masks secrets; folding compares only masked text.</param>
    public static IReadOnlyList<FoldedDifference> Fold(IEnumerable<FileDifference> differences, Redaction redaction)
    {
        var groups = new Dictionary<string, (FileDifference First, IReadOnlyList<Hunk> Hunks, List<FileDifference> Others)>(StringComparer.Ordinal);
        foreach (var difference in differences)
        {
            var hunks = redaction.Shown(difference);
            var key = KeyOf(difference, hunks);
            if (groups.TryGetValue(key, out var group))
            {
                group.Others.Add(difference);
            }
            else
            {
                groups[key] = (difference, hunks, []);
            }
        }

        return
        [
            .. groups.Values.Select(group => new FoldedDifference(group.First, group.Hunks, group.Others))
                .OrderBy(group => group.Count).ThenBy(group => group.First.Path, StringComparer.Ordinal),
        ];
    }

    private static string KeyOf(FileDifference difference, IReadOnlyList<Hunk> hunks)
    {
        if (difference.Instance is not { } instance)
        {
            return difference.Path;
        }

        var key = new StringBuilder();
        key.Append(difference.Verdict).Append('\n')
            .Append(difference.Path.Replace(instance, "*", StringComparison.Ordinal)).Append('\n')
            .AppendJoin('\n', difference.Reasons);
        foreach (var line in hunks.SelectMany(hunk => hunk.Changes))
        {
            key.Append('\n').Append(UnifiedDiff.Mark(line.Change)).Append(line.Text.Replace(instance, "*", StringComparison.Ordinal));
        }

        return key.ToString();
    }
}
