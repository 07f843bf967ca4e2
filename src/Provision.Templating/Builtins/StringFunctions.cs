using System.Text;

namespace Provision.Templating.Builtins;

/// <summary><c>string.*</c>: questions, parts and changes of a text.</summary>
internal static class StringFunctions
{
    internal static readonly DelegateFunction[] All =
    [
        new("string.append", "text with", static (c, a) => a.Bounded(c, (a.Text(0) ?? "") + a.Text(1))),
        new("string.prepend", "text by", static (c, a) => a.Bounded(c, (a.Text(1) ?? "") + a.Text(0))),
        new("string.capitalize", "text", static (_, a) => Capitalize(a.Text(0))),
        new("string.capitalizewords", "text", static (_, a) => CapitalizeWords(a.Text(0))),
        new("string.downcase", "text", static (_, a) => a.Text(0)?.ToLowerInvariant()),
        new("string.upcase", "text", static (_, a) => a.Text(0)?.ToUpperInvariant()),
        new("string.contains", "text value", static (_, a) => a.Text(0) is { } text && a.Text(1) is { } value && text.Contains(value, StringComparison.Ordinal)),
        new("string.starts_with", "text value", static (_, a) => a.Text(0) is { } text && a.Text(1) is { } value && text.StartsWith(value, StringComparison.Ordinal)),
        new("string.ends_with", "text value", static (_, a) => a.Text(0) is { } text && a.Text(1) is { } value && text.EndsWith(value, StringComparison.Ordinal)),
        new("string.equals_ignore_case", "text value", static (_, a) => a.Text(0) is { } text && a.Text(1) is { } value && text.Equals(value, StringComparison.OrdinalIgnoreCase)),
        new("string.empty", "text", static (_, a) => string.IsNullOrEmpty(a.Text(0))),
        new("string.whitespace", "text", static (_, a) => string.IsNullOrWhiteSpace(a.Text(0))),
        new("string.size", "text", static (_, a) => a.Text(0)?.Length ?? 0),
        new("string.index_of", "text search start_index? count? string_comparison?", static (_, a) => IndexOf(a)),
        new("string.remove", "text remove", static (_, a) => Replace(a.Text(0), a.Text(1), "")),
        new("string.remove_first", "text remove", static (_, a) => ReplaceOne(a.Text(0), a.Text(1), "", fromEnd: false)),
        new("string.remove_last", "text remove", static (_, a) => ReplaceOne(a.Text(0), a.Text(1), "", fromEnd: true)),
        new("string.replace", "text match replace", static (c, a) => ReplaceAll(c, a)),
        new("string.replace_first", "text match replace fromend?", static (c, a) => ReplaceOne(a.Text(0), a.Text(1), a.Text(2), a.Truth(3)) is { } text ? a.Bounded(c, text) : null),
        new("string.slice", "text start length?", static (_, a) => Slice(a.Text(0), a.Integer(1), a.Integer(2, int.MaxValue))),
        new("string.slice1", "text start length?", static (_, a) => Slice(a.Text(0), a.Integer(1), a.Integer(2, 1))),
        new("string.split", "text match", static (_, a) => Split(a.Text(0), a.Text(1))),
        new("string.strip", "text", static (_, a) => a.Text(0)?.Trim()),
        new("string.lstrip", "text", static (_, a) => a.Text(0)?.TrimStart()),
        new("string.rstrip", "text", static (_, a) => a.Text(0)?.TrimEnd()),
        new("string.strip_newlines", "text", static (_, a) => a.Text(0)?.Replace("\r", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal)),
    ];

    private static string? Capitalize(string? text) =>
        string.IsNullOrEmpty(text) || char.IsUpper(text[0]) ? text : char.ToUpperInvariant(text[0]) + text[1..];

    private static string? CapitalizeWords(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return text;
        }

        var result = new StringBuilder(text.Length);
        var atStart = true;
        foreach (var c in text)
        {
            result.Append(atStart ? char.ToUpperInvariant(c) : c);
            atStart = char.IsWhiteSpace(c);
        }

        return result.ToString();
    }

    private static object? IndexOf(ScriptArguments a)
    {
        var (text, search) = (a.Text(0), a.Text(1));
        if (text is null || search is null)
        {
            return -1;
        }

        var start = a.Integer(2);
        if (start < 0 || start > text.Length)
        {
            throw new ScriptArgumentException($"{start} is outside the text, which has {text.Length} characters", 2);
        }

        var count = Math.Min(a.Integer(3, text.Length - start), text.Length - start);
        if (count < 0)
        {
            throw new ScriptArgumentException("a count cannot be negative", 3);
        }

        var comparison = StringComparison.Ordinal;
        if (a.Text(4) is { } name && (!Enum.TryParse(name, ignoreCase: true, out comparison) || !Enum.IsDefined(comparison)))
        {
            throw new ScriptArgumentException($"\"{name}\" is no way to compare strings", 4, "Ordinal and OrdinalIgnoreCase are");
        }

        return text.IndexOf(search, start, count, comparison);
    }

    private static string? Replace(string? text, string? match, string replacement) =>
        string.IsNullOrEmpty(text) || string.IsNullOrEmpty(match) ? text : text.Replace(match, replacement, StringComparison.Ordinal);

    private static string? ReplaceAll(TemplateContext context, ScriptArguments a)
    {
        var (text, match, replacement) = (a.Text(0), a.Text(1), a.Text(2) ?? "");
        if (string.IsNullOrEmpty(text) || string.IsNullOrEmpty(match))
        {
            return text;
        }

        if (replacement.Length > match.Length)
        {
            long found = 0;
            for (var at = text.IndexOf(match, StringComparison.Ordinal); at >= 0; at = text.IndexOf(match, at + match.Length, StringComparison.Ordinal))
            {
                found++;
            }

            a.CheckLength(context, text.Length + (found * (replacement.Length - match.Length)));
        }

        return text.Replace(match, replacement, StringComparison.Ordinal);
    }

    private static string? ReplaceOne(string? text, string? match, string? replacement, bool fromEnd)
    {
        if (string.IsNullOrEmpty(text) || string.IsNullOrEmpty(match))
        {
            return text;
        }

        var at = fromEnd ? text.LastIndexOf(match, StringComparison.Ordinal) : text.IndexOf(match, StringComparison.Ordinal);
        return at < 0 ? text : string.Concat(text.AsSpan(0, at), replacement, text.AsSpan(at + match.Length));
    }

    private static string? Slice(string? text, int start, int length)
    {
        if (text is null)
        {
            return null;
        }

        var from = start < 0 ? (long)start + text.Length : start;
        var to = Math.Min(text.Length, from + Math.Min(length, text.Length));
        from = Math.Max(0, from);
        return to <= from ? "" : text[(int)from..(int)to];
    }

    private static ScriptArray Split(string? text, string? match) =>
        text is null ? [] : new ScriptArray(text.Split(match ?? "", StringSplitOptions.RemoveEmptyEntries));
}
