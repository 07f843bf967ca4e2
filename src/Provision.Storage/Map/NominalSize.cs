using System.Globalization;

namespace Provision.Storage.Map;

/// <summary>Sizes of drives as their makers name them.</summary>
public static class NominalSize
{
    private const string Units = "KMGTP";

    /// <summary>Three digits and a decimal unit: 500107862016 bytes are <c>500G</c>, 2000398934016 are <c>2T</c>, 3840755982336 are <c>3.84T</c>.</summary>
    public static string Of(long bytes)
    {
        decimal value = bytes;
        var unit = -1;
        while (Rounded(value) >= 1000 && unit < Units.Length - 1)
        {
            value /= 1000;
            unit++;
        }

        var text = Rounded(value).ToString("0.##", CultureInfo.InvariantCulture);
        return unit < 0 ? text : text + Units[unit];
    }

    /// <summary>True if a drive of this size is sold under a nominal size: at least as much, and at most a fiftieth more.</summary>
    public static bool IsSoldAs(long bytes, long nominal) => bytes >= nominal - (nominal / 1000) && bytes <= nominal + (nominal / 50);

    private static decimal Rounded(decimal value) => Math.Round(value, value < 10 ? 2 : value < 100 ? 1 : 0);
}
