namespace Provision.Templating.Lexing;

/// <summary>Tokens of code.</summary>
internal sealed partial class Lexer
{
    private readonly Stack<Interpolation> interpolations = new();

    private char Current => position < text.Length ? text[position] : '\0';

    /// <summary>Reads code up to its <c>}}</c>, to the end of the text or, in front matter, to the closing marker line.</summary>
    /// <returns>False when the text ended first.</returns>
    private bool LexCode(string? untilFrontMatterEnd)
    {
        var spaceBefore = false;
        interpolations.Clear();
        while (position < text.Length)
        {
            if (untilFrontMatterEnd is null)
            {
                if (AtExit(position, out var length, out var mark))
                {
                    Add(TokenKind.CodeExit, position, position + length, spaceBefore);
                    position = TrimAfter(position + length, mark);
                    return true;
                }
            }
            else if (AtMarkerLine(untilFrontMatterEnd))
            {
                position += untilFrontMatterEnd.Length;
                return true;
            }

            var c = text[position];
            if (c == '\n')
            {
                LexNewLine(spaceBefore);
                spaceBefore = true;
            }
            else if (char.IsWhiteSpace(c) || c == '\uFEFF')
            {
                position++;
                spaceBefore = true;
            }
            else if (c == '#')
            {
                SkipComment(untilFrontMatterEnd is null);
                spaceBefore = true;
            }
            else
            {
                LexToken(c, spaceBefore);
                spaceBefore = false;
            }
        }

        return false;
    }

    private bool AtMarkerLine(string marker) =>
        (position == 0 || text[position - 1] == '\n')
        && string.CompareOrdinal(text, position, marker, 0, marker.Length) == 0
        && (position + marker.Length == text.Length || char.IsWhiteSpace(text[position + marker.Length]));

    /// <summary>True at <c>}}</c>, <c>-}}</c> or <c>~}}</c> that closes the section.</summary>
    private bool AtExit(int at, out int length, out char mark)
    {
        length = 0;
        mark = '\0';
        if (braceDepth > 0 || interpolations.Count > 0 || inScript)
        {
            return false;
        }

        var c = text[at];
        if (c == '}' && at + 1 < text.Length && text[at + 1] == '}')
        {
            length = 2;
            return true;
        }

        if (c is '-' or '~' && at + 2 < text.Length && text[at + 1] == '}' && text[at + 2] == '}')
        {
            (length, mark) = (3, c);
            return true;
        }

        return false;
    }

    private void LexNewLine(bool spaceBefore)
    {
        if (interpolations.Count > 0)
        {
            Error(position, "the expression of an interpolated string must close on its own line");
            var open = interpolations.Pop();
            braceDepth = open.BraceDepth;
            interpolations.Clear();
            Add(TokenKind.Invalid, position, position + 1, spaceBefore);
        }

        Add(TokenKind.NewLine, position, position + 1, spaceBefore);
        position++;
    }

    private void SkipComment(bool exits)
    {
        var multiLine = position + 1 < text.Length && text[position + 1] == '#';
        position += multiLine ? 2 : 1;
        while (position < text.Length)
        {
            var c = text[position];
            if (multiLine && c == '#' && position + 1 < text.Length && text[position + 1] == '#')
            {
                position += 2;
                return;
            }

            if (!multiLine && c == '\n')
            {
                return;
            }

            if (exits && !inScript && c is '}' or '-' or '~' && AtCommentEnd(position))
            {
                return;
            }

            position++;
        }
    }

    private bool AtCommentEnd(int at)
    {
        if (inScript)
        {
            return false;
        }

        if (text[at] is '-' or '~')
        {
            at++;
        }

        return at + 1 < text.Length && text[at] == '}' && text[at + 1] == '}';
    }

    private void LexToken(char c, bool spaceBefore)
    {
        if (c == '_' || char.IsLetter(c))
        {
            LexIdentifier(spaceBefore);
        }
        else if (char.IsAsciiDigit(c))
        {
            LexNumber(spaceBefore);
        }
        else if (c is '"' or '\'')
        {
            LexString(c, spaceBefore);
        }
        else if (c == '`')
        {
            LexVerbatim(spaceBefore);
        }
        else if (c == '$')
        {
            LexDollar(spaceBefore);
        }
        else if (c == '}' && interpolations.TryPeek(out var open) && open.BraceDepth == braceDepth)
        {
            Add(TokenKind.InterpolationClose, position, position + 1, spaceBefore);
            position++;
            LexInterpolatedText(open.Quote);
        }
        else
        {
            LexOperator(c, spaceBefore);
        }
    }

    private void LexIdentifier(bool spaceBefore)
    {
        var start = position;
        SkipIdentifier();
        var name = text.AsSpan(start, position - start);
        if (Current == '?' && name is "empty" or "blank" && tokens[^1].Kind is TokenKind.Dot or TokenKind.NullDot)
        {
            position++;
        }

        Add(TokenKind.Identifier, start, position, spaceBefore, Names.Shared.GetOrAdd(text.AsSpan(start, position - start)));
    }

    private void SkipIdentifier()
    {
        while (position < text.Length && (text[position] == '_' || char.IsLetterOrDigit(text[position])))
        {
            position++;
        }
    }

    private void LexDollar(bool spaceBefore)
    {
        var start = position++;
        var c = Current;
        if (c is '"' or '\'')
        {
            position++;
            Add(TokenKind.InterpolationStart, start, position, spaceBefore);
            LexInterpolatedText(c);
        }
        else if (c == '$')
        {
            position++;
            Add(TokenKind.WrapBlock, start, position, spaceBefore);
        }
        else if (char.IsAsciiDigit(c))
        {
            while (char.IsAsciiDigit(Current))
            {
                position++;
            }

            Add(TokenKind.ArgumentIndex, start, position, spaceBefore, text[(start + 1)..position]);
        }
        else if (c == '_' || char.IsLetter(c))
        {
            SkipIdentifier();
            Add(TokenKind.Local, start, position, spaceBefore, Names.Shared.GetOrAdd(text.AsSpan(start + 1, position - start - 1)));
        }
        else
        {
            Add(TokenKind.Arguments, start, position, spaceBefore);
        }
    }

    /// <summary>An interpolated string that is open, with the depth of braces its expression started at.</summary>
    private readonly record struct Interpolation(char Quote, int BraceDepth, int Start);
}
