using System.Globalization;

namespace Provision.Inventory;

/// <summary>Parses and validates host names.</summary>
public static class HostName
{
    /// <summary>Returns the trailing digits as a number; null if there are none or more than nine.</summary>
    public static int? NumberOf(string name)
    {
        var start = name.Length;
        while (start > 0 && char.IsAsciiDigit(name[start - 1]))
        {
            start--;
        }

        return name.Length - start is > 0 and < 10
            ? int.Parse(name.AsSpan(start), NumberStyles.None, CultureInfo.InvariantCulture)
            : null;
    }

    /// <summary>The name without the digits at its end.</summary>
    internal static string PrefixOf(string name) => name.TrimEnd('0', '1', '2', '3', '4', '5', '6', '7', '8', '9');

    /// <summary>Returns the short form of a name: an abbreviated prefix followed only by digits is replaced, else the name is unchanged.</summary>
    /// <param name="name">The host's name.</param>
    /// <param name="prefixes">The fleet's abbreviations by prefix (<c>short_names</c>).</param>
    public static string ShortOf(string name, IReadOnlyDictionary<string, string> prefixes)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(prefixes);
        var prefix = PrefixOf(name);
        return prefix.Length < name.Length && prefixes.GetValueOrDefault(prefix) is { } shortened ? shortened + name[prefix.Length..] : name;
    }

    /// <summary>
    /// Returns true for lower-case letters, digits and hyphens, starting with a letter and ending in a letter or digit, at most 63 characters.
    /// </summary>
    public static bool IsValid(string name)
    {
        if (name.Length is 0 or > 63 || !char.IsAsciiLetterLower(name[0]) || name[^1] == '-')
        {
            return false;
        }

        foreach (var c in name)
        {
            if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '-')
            {
                return false;
            }
        }

        return true;
    }
}
