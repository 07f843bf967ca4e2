using System.Globalization;

namespace Provision.Inventory;

/// <summary>Parses bays of one panel in the notation <c>front 1-12</c> or <c>rear 4,7,10</c>.</summary>
internal static class BayList
{
    private const int MostBays = 1000;

    /// <summary>Parses a panel name and numbers with ranges; the bays keep the order in which they are written.</summary>
    public static bool TryParse(string text, out string panel, out IReadOnlyList<Bay> bays)
    {
        var list = new List<Bay>();
        bays = list;
        var space = text.IndexOf(' ', StringComparison.Ordinal);
        panel = space < 0 ? "" : text[..space];
        if (space < 0 || !Formats.IsName(panel))
        {
            return false;
        }

        var numbers = text.AsSpan(space + 1);
        foreach (var range in numbers.Split(','))
        {
            var part = numbers[range].Trim();
            var dash = part.IndexOf('-');
            if (!TryNumber(dash < 0 ? part : part[..dash], out var first)
                || !TryNumber(dash < 0 ? part : part[(dash + 1)..], out var last)
                || last < first || list.Count + last - first >= MostBays)
            {
                return false;
            }

            for (var number = first; number <= last; number++)
            {
                list.Add(new Bay(panel, number));
            }
        }

        return true;

        static bool TryNumber(ReadOnlySpan<char> text, out int number) =>
            int.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out number) && number is > 0 and < 10_000;
    }
}
