namespace Provision.Core;

/// <summary>The change of a line between two texts.</summary>
public enum LineChange
{
    /// <summary>The line is in both texts.</summary>
    Same,

    /// <summary>The line is only in the old text.</summary>
    Removed,

    /// <summary>The line is only in the new text.</summary>
    Added,
}

/// <summary>One line of an edit script.</summary>
/// <param name="Change">Which text it is in.</param>
/// <param name="OldLine">1-based line in the old text; for an added line, of the next old line.</param>
/// <param name="NewLine">1-based line in the new text; for a removed line, of the next new line.</param>
/// <param name="Text">The line without its line end.</param>
public readonly record struct DiffLine(LineChange Change, int OldLine, int NewLine, string Text)
{
    /// <summary>True for the last line of a text that has no line end.</summary>
    public bool IsOpen { get; init; }

    /// <summary>The line with its marker as in a unified diff; in an open line, followed by the note that diff(1) writes.</summary>
    public string Marked => UnifiedDiff.Mark(Change) + Text + (IsOpen ? "\n\\ No newline at end of file" : "");
}

/// <summary>Computes the shortest edit script between two lists of lines: Eugene W. Myers, "An O(ND) Difference Algorithm and Its Variations" (1986), after
/// removing the common head and tail.</summary>
public static class LineDiff
{
    // Beyond this many edits the whole middle is shown as replaced: a limit on time and memory, not on correctness.
    private const int MaximumEdits = 1000;

    /// <summary>Splits a text into lines without their <c>\n</c>; a final line end does not begin another line.</summary>
    public static string[] SplitLines(string text)
    {
        if (text.Length == 0)
        {
            return [];
        }

        var lines = text.Split('\n');
        return lines[^1].Length == 0 ? lines[..^1] : lines;
    }

    /// <summary>Returns the edit script from <paramref name="oldLines"/> to <paramref name="newLines"/>, all lines in order.</summary>
    public static IReadOnlyList<DiffLine> Compute(IReadOnlyList<string> oldLines, IReadOnlyList<string> newLines)
    {
        var script = new List<DiffLine>(Math.Max(oldLines.Count, newLines.Count));
        var head = 0;
        while (head < oldLines.Count && head < newLines.Count && string.Equals(oldLines[head], newLines[head], StringComparison.Ordinal))
        {
            script.Add(new DiffLine(LineChange.Same, head + 1, head + 1, newLines[head]));
            head++;
        }

        var tail = 0;
        while (tail < oldLines.Count - head && tail < newLines.Count - head
            && string.Equals(oldLines[^(tail + 1)], newLines[^(tail + 1)], StringComparison.Ordinal))
        {
            tail++;
        }

        AddMiddle(script, oldLines, newLines, head, oldLines.Count - tail, newLines.Count - tail);
        for (var i = tail; i > 0; i--)
        {
            script.Add(new DiffLine(LineChange.Same, oldLines.Count - i + 1, newLines.Count - i + 1, newLines[^i]));
        }

        return script;
    }

    private static void AddMiddle(
        List<DiffLine> script, IReadOnlyList<string> oldLines, IReadOnlyList<string> newLines, int head, int oldEnd, int newEnd)
    {
        var trace = Trace(oldLines, newLines, head, oldEnd, newEnd);
        var (x, y) = (head, head);
        if (trace is null)
        {
            for (; x < oldEnd; x++)
            {
                script.Add(new DiffLine(LineChange.Removed, x + 1, y + 1, oldLines[x]));
            }

            for (; y < newEnd; y++)
            {
                script.Add(new DiffLine(LineChange.Added, x + 1, y + 1, newLines[y]));
            }

            return;
        }

        foreach (var step in Steps(trace, oldEnd - head, newEnd - head))
        {
            switch (step)
            {
                case LineChange.Same:
                    script.Add(new DiffLine(step, x + 1, y + 1, newLines[y]));
                    x++;
                    y++;
                    break;
                case LineChange.Removed:
                    script.Add(new DiffLine(step, x + 1, y + 1, oldLines[x]));
                    x++;
                    break;
                default:
                    script.Add(new DiffLine(step, x + 1, y + 1, newLines[y]));
                    y++;
                    break;
            }
        }
    }

    /// <summary>Returns the furthest-reaching rows for 0, 1, 2 ... edits, or null beyond the limit.</summary>
    private static List<int[]>? Trace(IReadOnlyList<string> oldLines, IReadOnlyList<string> newLines, int head, int oldEnd, int newEnd)
    {
        var (n, m) = (oldEnd - head, newEnd - head);
        var rows = new List<int[]>();
        var row = new int[3];
        for (var d = 0; d <= n + m; d++)
        {
            if (d > MaximumEdits)
            {
                return null;
            }

            // Row d holds x for the diagonals -d..d at index k + d.
            var next = new int[(2 * d) + 1];
            for (var k = -d; k <= d; k += 2)
            {
                int x;
                if (d == 0)
                {
                    x = 0;
                }
                else
                {
                    var down = k + 1 <= d - 1 ? row[k + 1 + d - 1] : -1;
                    var right = k - 1 >= -(d - 1) ? row[k - 1 + d - 1] + 1 : -1;
                    x = k == -d || (k != d && down >= right) ? down : right;
                }

                var y = x - k;
                while (x < n && y < m && string.Equals(oldLines[head + x], newLines[head + y], StringComparison.Ordinal))
                {
                    x++;
                    y++;
                }

                next[k + d] = x;
                if (x >= n && y >= m)
                {
                    rows.Add(next);
                    return rows;
                }
            }

            rows.Add(next);
            row = next;
        }

        return rows;
    }

    private static List<LineChange> Steps(List<int[]> rows, int n, int m)
    {
        var steps = new List<LineChange>();
        var (x, y) = (n, m);
        for (var d = rows.Count - 1; d > 0; d--)
        {
            var before = rows[d - 1];
            var k = x - y;
            var down = k + 1 <= d - 1 ? before[k + 1 + d - 1] : -1;
            var right = k - 1 >= -(d - 1) ? before[k - 1 + d - 1] + 1 : -1;
            var isDown = k == -d || (k != d && down >= right);
            var startX = isDown ? down : right - 1;
            var startY = isDown ? startX - (k + 1) : startX - (k - 1);
            var afterX = isDown ? startX : startX + 1;
            var afterY = isDown ? startY + 1 : startY;
            while (x > afterX && y > afterY)
            {
                steps.Add(LineChange.Same);
                x--;
                y--;
            }

            steps.Add(isDown ? LineChange.Added : LineChange.Removed);
            (x, y) = (startX, startY);
        }

        while (x > 0 && y > 0)
        {
            steps.Add(LineChange.Same);
            x--;
            y--;
        }

        steps.Reverse();
        return steps;
    }
}
