using System.Globalization;
using System.Text;

namespace Provision.Inventory;

/// <summary>Writes single YAML values so that every reader parses them as the same text.</summary>
internal static class YamlText
{
    /// <summary>Returns the text plain if no reader can misread it, else in double quotes with special characters escaped.</summary>
    public static string Of(string text) => IsPlain(text) ? text : Quoted(text);

    private static bool IsPlain(string text)
    {
        if (text.Length == 0 || !char.IsAsciiLetterOrDigit(text[0]) || text[^1] == ' ' || text.StartsWith("0x", StringComparison.Ordinal))
        {
            return false;
        }

        foreach (var c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '.' or '_' or '/' or ' '))
            {
                return false;
            }
        }

        // Older readers accept more boolean words and number forms than ours.
        return new YamlScalar(default, text, quoted: false).Value is string && !text.All(static c => char.IsAsciiDigit(c) || c is '_' or '.' or '-')
            && text.ToUpperInvariant() is not ("YES" or "NO" or "ON" or "OFF" or "Y" or "N");
    }

    private static string Quoted(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value is '"' or '\\')
            {
                quoted.Append('\\').Append((char)rune.Value);
            }
            else if (rune.Value is >= ' ' and < 0x7F || Rune.IsLetterOrDigit(rune))
            {
                quoted.Append(rune.ToString());
            }
            else
            {
                quoted.Append("\\U").Append(rune.Value.ToString("X8", CultureInfo.InvariantCulture));
            }
        }

        return quoted.Append('"').ToString();
    }
}
