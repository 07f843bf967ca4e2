using System.Globalization;

namespace Provision.Inventory;

/// <summary>What a host's name says.</summary>
public static class HostName
{
    private const string MailStore = "imap";

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

    /// <summary><c>i33</c> for <c>imap33</c>: mail stores have always been shortened so in slot names; else the name.</summary>
    public static string ShortOf(string name) =>
        name.StartsWith(MailStore, StringComparison.Ordinal) && name.Length > MailStore.Length
            && !name.AsSpan(MailStore.Length).ContainsAnyExceptInRange('0', '9')
            ? "i" + name[MailStore.Length..]
            : name;

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
