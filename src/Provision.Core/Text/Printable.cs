using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace Provision.Core;

/// <summary>Makes text from a machine safe to print: a drive's model or serial may contain anything, including terminal escape sequences, characters that
/// change the writing direction, and line breaks.</summary>
public static class Printable
{
    /// <summary>Returns a line with everything visible that a terminal would obey, hide or confuse: control characters in caret notation, other invisible
    /// characters and bytes that are no text by their number. Letters of every language stay as they are.</summary>
    /// <param name="text">The line; line ends and tabs in it stay.</param>
    /// <param name="blanks">Whether tabs and trailing blanks are made visible too, because they are what matters.</param>
    public static string Line(string text, bool blanks = false)
    {
        var end = blanks ? text.TrimEnd(' ', '\t', '\r').Length : text.Length;
        if (!text.Any(IsHidden) && (!blanks || (end == text.Length && !text.Contains('\t', StringComparison.Ordinal))))
        {
            return text;
        }

        var shown = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            shown.Append(c switch
            {
                '\n' => "\n",
                '\t' => blanks ? "→" : "\t",
                ' ' => i < end ? " " : "·",
                < ' ' => $"^{(char)(c + '@')}",
                '\x7f' => "^?",
                >= NoText and <= LastNoText => $"<{c - NoText:X2}>",
                _ => IsHidden(c) ? $"<U+{(int)c:X4}>" : c.ToString(),
            });
        }

        return shown.ToString();
    }

    /// <summary>Decodes UTF-8; a byte that is no text becomes a character of its own, so that different bytes stay different.</summary>
    public static string Decode(ReadOnlySpan<byte> bytes)
    {
        if (Utf8.IsValid(bytes))
        {
            return Encoding.UTF8.GetString(bytes);
        }

        var text = new StringBuilder(bytes.Length);
        while (bytes.Length > 0)
        {
            var isText = Rune.DecodeFromUtf8(bytes, out var rune, out var length) == OperationStatus.Done;
            text.Append(isText ? rune.ToString() : string.Concat(bytes[..length].ToArray().Select(one => (char)(NoText + one))));
            bytes = bytes[length..];
        }

        return text.ToString();
    }

    /// <summary>Bytes that are no text become these lone surrogates, which no text contains.</summary>
    private const char NoText = '\uDC00';

    private const char LastNoText = '\uDCFF';

    private static bool IsHidden(char c) => c is not ('\n' or '\t' or ' ') && (c is >= NoText and <= LastNoText || char.GetUnicodeCategory(c) is
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator
        or UnicodeCategory.ParagraphSeparator);

    /// <summary>Returns the text with everything but printable ASCII replaced by <c>?</c>, truncated to <paramref name="most"/> characters.</summary>
    public static string Of(string text, int most = 80)
    {
        var safe = true;
        foreach (var c in text)
        {
            safe &= c is >= ' ' and <= '~';
        }

        if (safe && text.Length <= most)
        {
            return text;
        }

        var shown = text.Length <= most ? text : text[..(most - 3)];
        return string.Create(shown.Length, shown, static (span, source) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = source[i] is >= ' ' and <= '~' ? source[i] : '?';
            }
        }) + (text.Length <= most ? "" : "...");
    }
}
