using System.Globalization;
using System.Text;

namespace Provision.Templating.Lexing;

/// <summary>Strings of the four kinds.</summary>
internal sealed partial class Lexer
{
    private bool inScript;

    private void LexString(char quote, bool spaceBefore)
    {
        var start = position++;
        StringBuilder? decoded = null;
        var chunk = position;
        while (position < text.Length && text[position] != quote)
        {
            if (text[position] == '\\')
            {
                decoded ??= new StringBuilder();
                decoded.Append(text, chunk, position - chunk);
                LexEscapeSequence(decoded, start, interpolated: false);
                chunk = position;
            }
            else
            {
                position++;
            }
        }

        if (position >= text.Length)
        {
            Unclosed(start, quote.ToString());
            return;
        }

        var value = decoded is null ? text[chunk..position] : decoded.Append(text, chunk, position - chunk).ToString();
        position++;
        Add(TokenKind.String, start, position, spaceBefore, value);
    }

    private void LexVerbatim(bool spaceBefore)
    {
        var start = position++;
        var doubled = false;
        while (true)
        {
            var end = text.IndexOf('`', position);
            if (end < 0)
            {
                Unclosed(start, "`");
                return;
            }

            position = end + 1;
            if (Current != '`')
            {
                break;
            }

            doubled = true;
            position++;
        }

        var value = text[(start + 1)..(position - 1)];
        Add(TokenKind.String, start, position, spaceBefore, doubled ? value.Replace("``", "`", StringComparison.Ordinal) : value);
    }

    /// <summary>Reads the verbatim part of an interpolated string, from after its quote or after <c>}</c> to the next <c>{</c> or the closing quote.</summary>
    private void LexInterpolatedText(char quote)
    {
        var outer = interpolations.TryPeek(out var open) && tokens[^1].Kind == TokenKind.InterpolationClose ? open.Start : tokens[^1].Start;
        var resumed = tokens[^1].Kind == TokenKind.InterpolationClose;
        var start = position;
        var decoded = new StringBuilder();
        while (position < text.Length)
        {
            var c = text[position];
            if (c == quote)
            {
                AddInterpolatedText(start, decoded);
                position++;
                Add(TokenKind.InterpolationEnd, position - 1, position);
                if (resumed)
                {
                    interpolations.Pop();
                }

                return;
            }

            if (c == '{')
            {
                AddInterpolatedText(start, decoded);
                Add(TokenKind.InterpolationOpen, position, position + 1);
                position++;
                if (!resumed)
                {
                    interpolations.Push(new Interpolation(quote, braceDepth, outer));
                }

                return;
            }

            if (c == '\\')
            {
                LexEscapeSequence(decoded, outer, interpolated: true);
            }
            else
            {
                decoded.Append(c);
                position++;
            }
        }

        Unclosed(outer, quote.ToString());
    }

    private void AddInterpolatedText(int start, StringBuilder decoded)
    {
        if (decoded.Length > 0)
        {
            Add(TokenKind.InterpolationText, start, position, spaceBefore: false, decoded.ToString());
        }
    }

    private void Unclosed(int start, string quote)
    {
        position = text.Length;
        if (interpolations.Count > 0)
        {
            var outermost = interpolations.Last();
            (start, quote) = (outermost.Start, outermost.Quote.ToString());
            interpolations.Clear();
        }

        Error(start, $"this string is never closed with {quote}");
        Add(TokenKind.Invalid, start, position);
    }

    private void LexEscapeSequence(StringBuilder decoded, int stringStart, bool interpolated)
    {
        position++;
        var c = Current;
        position++;
        switch (c)
        {
            case 'n': decoded.Append('\n'); break;
            case 'r': decoded.Append('\r'); break;
            case 't': decoded.Append('\t'); break;
            case 'b': decoded.Append('\b'); break;
            case 'f': decoded.Append('\f'); break;
            case 'v': decoded.Append('\v'); break;
            case '0': decoded.Append('\0'); break;
            case '\\' or '"' or '\'': decoded.Append(c); break;
            case '{' or '}' when interpolated: decoded.Append(c); break;
            case '\r' when Current == '\n': position++; break;
            case '\n': break;
            case 'u': LexCodePoint(decoded, 4, stringStart); break;
            case 'x': LexCodePoint(decoded, 2, stringStart); break;
            default:
                if (position <= text.Length)
                {
                    Error(stringStart, $"unknown escape \\{c} in this string", "known are \\n \\r \\t \\b \\f \\v \\0 \\\\ \\' \\\" \\uXXXX \\xXX");
                }

                break;
        }
    }

    private void LexCodePoint(StringBuilder decoded, int digits, int stringStart)
    {
        if (position + digits <= text.Length
            && int.TryParse(text.AsSpan(position, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
        {
            decoded.Append((char)code);
            position += digits;
            return;
        }

        Error(stringStart, $"\\{(digits == 4 ? 'u' : 'x')} needs {digits} hexadecimal digits");
    }
}
