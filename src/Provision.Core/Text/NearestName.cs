namespace Provision.Core;

/// <summary>Finds the name that the user probably meant.</summary>
public static class NearestName
{
    /// <summary>Returns the candidate with the smallest edit distance (insert, delete, replace, swap of neighbours; case ignored), or null if none is near: no
    /// edit for one or two letters, one for up to four, otherwise a third of the length. Ties go to the first in ordinal order, so messages do not depend on
    /// the order of a dictionary.</summary>
    public static string? Of(string name, IEnumerable<string> candidates)
    {
        var limit = name.Length <= 2 ? 0 : name.Length <= 4 ? 1 : name.Length / 3;
        string? best = null;
        var bestDistance = limit + 1;
        foreach (var candidate in candidates)
        {
            if (Math.Abs(candidate.Length - name.Length) > bestDistance && best is not null)
            {
                continue;
            }

            var distance = Distance(name, candidate);
            if (distance < bestDistance || (distance == bestDistance && best is not null && string.CompareOrdinal(candidate, best) < 0))
            {
                (best, bestDistance) = (candidate, distance);
            }
        }

        return bestDistance <= limit ? best : null;
    }

    /// <summary>Returns the hint <c>did you mean "x"?</c>, or null if nothing is near.</summary>
    public static string? Hint(string name, IEnumerable<string> candidates) =>
        Of(name, candidates) is { } nearest ? $"did you mean \"{nearest}\"?" : null;

    private static int Distance(string left, string right)
    {
        // Optimal string alignment over three rolling rows.
        var beforeLast = new int[right.Length + 1];
        var last = new int[right.Length + 1];
        var row = new int[right.Length + 1];
        for (var j = 0; j <= right.Length; j++)
        {
            last[j] = j;
        }

        for (var i = 1; i <= left.Length; i++)
        {
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var cost = Same(left[i - 1], right[j - 1]) ? 0 : 1;
                row[j] = Math.Min(Math.Min(row[j - 1] + 1, last[j] + 1), last[j - 1] + cost);
                if (i > 1 && j > 1 && Same(left[i - 1], right[j - 2]) && Same(left[i - 2], right[j - 1]))
                {
                    row[j] = Math.Min(row[j], beforeLast[j - 2] + 1);
                }
            }

            (beforeLast, last, row) = (last, row, beforeLast);
        }

        return last[right.Length];

        static bool Same(char a, char b) => char.ToLowerInvariant(a) == char.ToLowerInvariant(b);
    }
}
