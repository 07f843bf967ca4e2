using System.Globalization;

namespace Provision.Core;

/// <summary>Folds consecutively numbered names: <c>i33d1t01</c> to <c>i33d1t20</c> become <c>i33d1t01..20</c>.</summary>
public static class NameRuns
{
    /// <summary>Returns the names in their order, each run of at least three as its first name, two dots and the last number.</summary>
    public static IReadOnlyList<string> Fold(IReadOnlyList<string> names)
    {
        var folded = new List<string>();
        for (var i = 0; i < names.Count;)
        {
            var end = i;
            while (end + 1 < names.Count && Follows(names[end], names[end + 1]))
            {
                end++;
            }

            if (end - i < 2)
            {
                folded.Add(names[i++]);
                continue;
            }

            folded.Add($"{names[i]}..{names[end][DigitsFrom(names[end])..]}");
            i = end + 1;
        }

        return folded;
    }

    private static bool Follows(string first, string second)
    {
        int a = DigitsFrom(first), b = DigitsFrom(second);
        return a == b && a < first.Length && b < second.Length && first.AsSpan(0, a).SequenceEqual(second.AsSpan(0, b))
            && (first.Length == second.Length || first[a] != '0')
            && int.TryParse(first.AsSpan(a), NumberStyles.None, CultureInfo.InvariantCulture, out var one)
            && int.TryParse(second.AsSpan(b), NumberStyles.None, CultureInfo.InvariantCulture, out var two)
            && two == one + 1;
    }

    private static int DigitsFrom(string name)
    {
        var at = name.Length;
        while (at > 0 && char.IsAsciiDigit(name[at - 1]))
        {
            at--;
        }

        return at;
    }
}
