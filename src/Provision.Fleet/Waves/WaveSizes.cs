using System.Globalization;

namespace Provision.FleetRuns.Waves;

/// <summary>The sizes of waves as written on the command line: <c>1,10%,rest</c>. The last one repeats until every host is in a wave.</summary>
public sealed class WaveSizes
{
    /// <summary>One canary, then tenths.</summary>
    public const string Default = "1,10%";

    /// <summary>Everything at once.</summary>
    public const string Rest = "rest";

    private const int Whole = 100;
    private readonly IReadOnlyList<(int Number, bool IsPercent)> sizes;

    private WaveSizes(string text, IReadOnlyList<(int Number, bool IsPercent)> sizes) => (Text, this.sizes) = (text, sizes);

    /// <summary>The sizes as written.</summary>
    public string Text { get; }

    /// <summary>Parses sizes; returns null with an error if they are none.</summary>
    public static WaveSizes? Parse(string text, Location where, DiagnosticBag found)
    {
        var words = text.Split(',', StringSplitOptions.TrimEntries);
        var all = new List<(int, bool)>();
        for (var i = 0; i < words.Length; i++)
        {
            var word = words[i];
            var isPercent = word.EndsWith('%');
            if (word == Rest && i == words.Length - 1)
            {
                all.Add((Whole, true));
            }
            else if (word != Rest && int.TryParse(word.AsSpan().TrimEnd('%'), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                && number >= 1 && (!isPercent || number <= Whole) && word.AsSpan().Count('%') <= 1)
            {
                all.Add((number, isPercent));
            }
            else
            {
                found.Error(
                    where,
                    word == Rest ? $"\"{Rest}\" in \"{text}\" can only be the last wave" : $"\"{word}\" in \"{text}\" is not the size of a wave",
                    "give numbers of hosts, percentages or \"rest\", such as 1,10%,rest; the last one repeats");
                return null;
            }
        }

        return new WaveSizes(text, all);
    }

    /// <summary>Returns the number of hosts in each wave.</summary>
    /// <param name="hosts">Number of hosts; percentages are of it, rounded up.</param>
    public IReadOnlyList<int> Of(int hosts)
    {
        var waves = new List<int>();
        for (var left = hosts; left > 0; left -= waves[^1])
        {
            var (number, isPercent) = sizes[Math.Min(waves.Count, sizes.Count - 1)];
            waves.Add((int)Math.Min(left, isPercent ? ((long)hosts * number + Whole - 1) / Whole : number));
        }

        return waves;
    }
}
