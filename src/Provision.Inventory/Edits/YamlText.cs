using System.Globalization;
using System.Text;

namespace Provision.Inventory;

/// <summary>Writes single values of YAML so that every reader takes them for the text they are.</summary>
internal static class YamlText
{
    /// <summary>The text plain where no reader could mistake it, else in double quotes with everything unusual escaped.</summary>
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

        // Older readers know more words for truth and more forms of numbers than ours.
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
