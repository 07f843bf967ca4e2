using System.Globalization;

namespace Provision.Inventory;

/// <summary>Parses and formats sizes as drive makers write them: an integer with K, M, G, T or P for powers of 1000, or plain bytes.</summary>
public static class ByteSize
{
    private const string Units = "KMGTP";

    /// <summary>Parses <c>2000G</c>, <c>400G</c>, <c>2T</c> or <c>4096</c> into bytes; returns false if the text is malformed or above 2^63.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out long bytes)
    {
        bytes = 0;
        if (text.IsEmpty)
        {
            return false;
        }

        long factor = 1;
        var unit = Units.IndexOf(text[^1], StringComparison.Ordinal);
        if (unit >= 0)
        {
            text = text[..^1];
            for (var i = 0; i <= unit; i++)
            {
                factor *= 1000;
            }
        }

        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count > long.MaxValue / factor)
        {
            return false;
        }

        bytes = count * factor;
        return true;
    }

    /// <summary>Returns the shortest exact form: <c>2000G</c> becomes <c>2T</c>; other counts stay in bytes.</summary>
    public static string Format(long bytes)
    {
        var unit = -1;
        while (bytes != 0 && bytes % 1000 == 0 && unit < Units.Length - 1)
        {
            bytes /= 1000;
            unit++;
        }

        var count = bytes.ToString(CultureInfo.InvariantCulture);
        return unit < 0 ? count : count + Units[unit];
    }

    /// <summary>Formats the size as <c>df -h</c> does: powers of 1024, rounded up, one decimal below ten (<c>917G</c>, <c>1.8T</c>).</summary>
    public static string FormatLikeDf(long bytes)
    {
        double value = bytes;
        var unit = -1;
        while (value >= 1024 && unit < Units.Length - 1)
        {
            value /= 1024;
            unit++;
        }

        var tenths = Math.Ceiling(value * 10) / 10;
        var number = unit >= 0 && tenths < 10
            ? tenths.ToString("0.0", CultureInfo.InvariantCulture)
            : Math.Ceiling(value).ToString("0", CultureInfo.InvariantCulture);
        return unit < 0 ? number : number + Units[unit];
    }
}
