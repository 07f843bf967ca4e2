using System.Text;

namespace Provision.Core;

/// <summary>A run of changes with the surrounding lines.</summary>
/// <param name="Lines">Changed and context lines in order; never empty.</param>
public sealed record Hunk(IReadOnlyList<DiffLine> Lines)
{
    /// <summary>The lines that differ, without context.</summary>
    public IEnumerable<DiffLine> Changes => Lines.Where(line => line.Change != LineChange.Same);

    /// <summary>The <c>@@ -old,count +new,count @@</c> line.</summary>
    public string Header
    {
        get
        {
            var oldCount = Lines.Count(line => line.Change != LineChange.Added);
            var newCount = Lines.Count(line => line.Change != LineChange.Removed);

            // diff(1) names the line before the change if a side is empty.
            var oldStart = Lines[0].OldLine - (oldCount == 0 ? 1 : 0);
            var newStart = Lines[0].NewLine - (newCount == 0 ? 1 : 0);
            return $"@@ -{Range(oldStart, oldCount)} +{Range(newStart, newCount)} @@";

            static string Range(int start, int count) => count == 1 ? $"{start}" : $"{start},{count}";
        }
    }
}

/// <summary>Produces hunks in the format of <c>diff -u</c>.</summary>
public static class UnifiedDiff
{
    /// <summary>Number of context lines around a change, as in diff(1).</summary>
    public const int DefaultContext = 3;

    /// <summary>Stands for the missing line end of the last line while lines are compared; no character of any text.</summary>
    private const char NoEnd = '\uFFFF';

    /// <summary>Returns the hunks between two texts; empty only if they are equal.</summary>
    public static IReadOnlyList<Hunk> Hunks(string oldText, string newText, int context = DefaultContext) =>
    [
        .. Hunks(LineDiff.Compute(Lines(oldText), Lines(newText)), context)
            .Select(hunk => new Hunk([.. hunk.Lines.Select(line => line.Text is [.., NoEnd] ? line with { Text = line.Text[..^1], IsOpen = true } : line)])),
    ];

    private static string[] Lines(string text) => LineDiff.SplitLines(text.Length == 0 || text[^1] == '\n' ? text : text + NoEnd);

    /// <summary>Cuts an edit script into hunks; changes less than two contexts apart share one.</summary>
    public static IReadOnlyList<Hunk> Hunks(IReadOnlyList<DiffLine> script, int context = DefaultContext)
    {
        var hunks = new List<Hunk>();
        var i = 0;
        while (true)
        {
            while (i < script.Count && script[i].Change == LineChange.Same)
            {
                i++;
            }

            if (i == script.Count)
            {
                return hunks;
            }

            var start = Math.Max(0, i - context);
            var end = i;
            for (var same = 0; i < script.Count && same <= 2 * context; i++)
            {
                same = script[i].Change == LineChange.Same ? same + 1 : 0;
                end = same == 0 ? i + 1 : end;
            }

            var stop = Math.Min(script.Count, end + context);
            hunks.Add(new Hunk([.. script.Skip(start).Take(stop - start)]));
            i = stop;
        }
    }

    /// <summary>Writes hunks as text, each line with its marker and a <c>\n</c>.</summary>
    public static void Write(StringBuilder output, IEnumerable<Hunk> hunks)
    {
        foreach (var hunk in hunks)
        {
            output.Append(hunk.Header).Append('\n');
            foreach (var line in hunk.Lines)
            {
                output.Append(line.Marked).Append('\n');
            }
        }
    }

    /// <summary>The marker of a line: <c>' '</c>, <c>'-'</c> or <c>'+'</c>.</summary>
    public static char Mark(LineChange change) => change switch
    {
        LineChange.Same => ' ',
        LineChange.Removed => '-',
        _ => '+',
    };
}
