using System.Globalization;
using System.Text;
using Provision.Templating.Runtime;

namespace Provision.Templating.Builtins;

/// <summary><c>string.*</c>: lengths, quoting and numbers.</summary>
internal static class TextFunctions
{
    internal static readonly DelegateFunction[] All =
    [
        new("string.escape", "text", static (c, a) => a.Text(0) is { } text ? a.Bounded(c, Escape(text)) : null),
        new("string.literal", "text", static (c, a) => a.Text(0) is { } text ? a.Bounded(c, $"\"{Escape(text)}\"") : null),
        new("string.handleize", "text", static (_, a) => Handleize(a.Text(0))),
        new("string.pad_left", "text width", static (c, a) => Pad(c, a, left: true)),
        new("string.pad_right", "text width", static (c, a) => Pad(c, a, left: false)),
        new("string.pluralize", "number singular plural", static (_, a) => a.Integer(0) == 1 ? a.Text(1) : a.Text(2)),
        new("string.truncate", "text length ellipsis?", static (_, a) => Truncate(a.Text(0), a.Integer(1), a.Text(2) ?? "...")),
        new("string.truncatewords", "text count ellipsis?", static (_, a) => TruncateWords(a.Text(0), a.Integer(1), a.Text(2) ?? "...")),
        new("string.to_int", "text", static (_, a) => int.TryParse(a.Text(0), NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? Boxes.Of(number) : null),
        new("string.to_long", "text", static (_, a) => long.TryParse(a.Text(0), NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? number : null),
        new("string.to_float", "text", static (_, a) => float.TryParse(a.Text(0), NumberStyles.Float | NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out var number) ? number : null),
        new("string.to_double", "text", static (_, a) => double.TryParse(a.Text(0), NumberStyles.Float | NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out var number) ? number : null),
        new("string.base64_encode", "text", static (c, a) => a.Bounded(c, Convert.ToBase64String(Encoding.UTF8.GetBytes(a.Text(0) ?? "")))),
        new("string.base64_decode", "text", static (_, a) => Decode(a.Text(0) ?? "")),
    ];

    private static string Escape(string text)
    {
        var result = new StringBuilder(text.Length + 8);
        foreach (var c in text)
        {
            _ = c switch
            {
                '"' => result.Append("\\\""),
                '\\' => result.Append("\\\\"),
                '\n' => result.Append("\\n"),
                '\r' => result.Append("\\r"),
                '\t' => result.Append("\\t"),
                '\b' => result.Append("\\b"),
                '\f' => result.Append("\\f"),
                '\v' => result.Append("\\v"),
                '\0' => result.Append("\\0"),
                < ' ' or '\x7F' => result.Append(CultureInfo.InvariantCulture, $"\\x{(int)c:x2}"),
                _ => result.Append(c),
            };
        }

        return result.ToString();
    }

    private static string? Handleize(string? text)
    {
        if (text is null)
        {
            return null;
        }

        var result = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (char.IsLetterOrDigit(c))
            {
                result.Append(char.ToLowerInvariant(c));
            }
            else if (result.Length > 0 && result[^1] != '-')
            {
                result.Append('-');
            }
        }

        return result.ToString().TrimEnd('-');
    }

    private static string Pad(TemplateContext context, ScriptArguments a, bool left)
    {
        var (text, width) = (a.Text(0) ?? "", Math.Max(0, a.Integer(1)));
        a.CheckLength(context, width, 1);
        return left ? text.PadLeft(width) : text.PadRight(width);
    }

    private static string? Truncate(string? text, int length, string ellipsis)
    {
        if (text is null || length < 0)
        {
            return text is null ? null : ellipsis;
        }

        return text.Length <= length ? text : string.Concat(text.AsSpan(0, Math.Max(0, length - ellipsis.Length)), ellipsis);
    }

    private static string? TruncateWords(string? text, int count, string ellipsis)
    {
        if (string.IsNullOrEmpty(text))
        {
            return text;
        }

        var words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        var kept = string.Join(' ', words.Take(Math.Max(0, count)));
        return words.Length > count ? kept + ellipsis : kept;
    }

    private static string Decode(string text)
    {
        try
        {
            return Encoding.UTF8.GetString(Convert.FromBase64String(text));
        }
        catch (FormatException)
        {
            throw new ScriptArgumentException("this is not base64", 0);
        }
    }
}
