using System.Globalization;

namespace Provision.Inventory;

/// <summary>What a host's name says.</summary>
public static class HostName
{
    /// <summary>The digits at the end as a number; null when there are none or more than nine.</summary>
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

    /// <summary>The short form of a name: a prefix that the fleet abbreviates, before nothing but digits, is replaced; else the name.</summary>
    /// <param name="name">The host's name.</param>
    /// <param name="prefixes">What the fleet abbreviates, by prefix (<c>short_names</c>).</param>
    public static string ShortOf(string name, IReadOnlyDictionary<string, string> prefixes)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(prefixes);
        var prefix = name.TrimEnd('0', '1', '2', '3', '4', '5', '6', '7', '8', '9');
        return prefix.Length < name.Length && prefixes.GetValueOrDefault(prefix) is { } shortened ? shortened + name[prefix.Length..] : name;
    }

    /// <summary>Lower-case letters, digits and hyphens, beginning with a letter, ending in a letter or digit, at most 63.</summary>
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
