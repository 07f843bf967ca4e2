using System.Globalization;
using Provision.Inventory;

namespace Provision.Storage.Map;

/// <summary>Bays as the chassis' file writes them: <c>front 1-12</c>, <c>rear 4,7,10</c>.</summary>
public static class BayText
{
    /// <summary>The bays, runs as ranges.</summary>
    public static string Of(IReadOnlyList<Bay> bays)
    {
        var parts = new List<string>();
        for (var i = 0; i < bays.Count;)
        {
            var panel = bays[i].Panel;
            var numbers = new List<string>();
            while (i < bays.Count && bays[i].Panel == panel)
            {
                var end = i;
                while (end + 1 < bays.Count && bays[end + 1].Panel == panel && bays[end + 1].Number == bays[end].Number + 1)
                {
                    end++;
                }

                var first = bays[i].Number.ToString(CultureInfo.InvariantCulture);
                numbers.Add(end == i ? first : string.Create(CultureInfo.InvariantCulture, $"{first}-{bays[end].Number}"));
                i = end == i ? i + 1 : end + 1;
            }

            parts.Add($"{panel} {string.Join(",", numbers)}");
        }

        return string.Join(" ", parts);
    }
}
