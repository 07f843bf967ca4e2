using System.Net;
using System.Text;

namespace Provision.Templating.Builtins;

/// <summary><c>html.*</c>.</summary>
internal static class HtmlFunctions
{
    internal static readonly DelegateFunction[] All =
    [
        new("html.escape", "text", static (c, a) => a.Text(0) is { } text ? a.Bounded(c, WebUtility.HtmlEncode(text)) : null),
        new("html.newline_to_br", "text", static (c, a) => a.Text(0) is { } text ? a.Bounded(c, NewLineToBr(text)) : null),
        new("html.strip", "text", static (_, a) => Strip(a.Text(0))),
        new("html.url_encode", "text", static (c, a) => a.Text(0) is { } text ? a.Bounded(c, Uri.EscapeDataString(text)) : null),
        new("html.url_escape", "text", static (c, a) => a.Text(0) is { } text ? a.Bounded(c, UrlEscape(text)) : null),
    ];

    private static string NewLineToBr(string text) =>
        text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace("\n", "<br />\n", StringComparison.Ordinal);

    private static string? Strip(string? text)
    {
        if (text is null)
        {
            return null;
        }

        var result = new StringBuilder(text.Length);
        var at = 0;
        while (at < text.Length)
        {
            var open = text.IndexOf('<', at);
            var close = open < 0 ? -1 : text.IndexOf('>', open);
            if (close < 0)
            {
                break;
            }

            result.Append(text, at, open - at);
            at = close + 1;
        }

        return result.Append(text, at, text.Length - at).ToString();
    }

    /// <summary>Escapes what no part of an address may contain, leaving its punctuation.</summary>
    private static string UrlEscape(string text)
    {
        var result = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.IsAscii && (char.IsAsciiLetterOrDigit((char)rune.Value) || "-_.!~*'();/?:@&=+$,#[]%".Contains((char)rune.Value, StringComparison.Ordinal)))
            {
                result.Append((char)rune.Value);
            }
            else
            {
                result.Append(Uri.EscapeDataString(rune.ToString()));
            }
        }

        return result.ToString();
    }
}
