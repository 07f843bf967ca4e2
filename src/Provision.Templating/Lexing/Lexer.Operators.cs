namespace Provision.Templating.Lexing;

/// <summary>Operators and numbers.</summary>
internal sealed partial class Lexer
{
    private void LexOperator(char c, bool spaceBefore)
    {
        var next = position + 1 < text.Length ? text[position + 1] : '\0';
        var third = position + 2 < text.Length ? text[position + 2] : '\0';
        var (kind, length) = c switch
        {
            '.' => next != '.' ? (TokenKind.Dot, 1)
                : third == '<' ? (TokenKind.RangeExclusive, 3)
                : third == '.' ? (TokenKind.Ellipsis, 3)
                : (TokenKind.RangeInclusive, 2),
            ',' => (TokenKind.Comma, 1),
            ';' => (TokenKind.Semicolon, 1),
            ':' => (TokenKind.Colon, 1),
            '(' => (TokenKind.OpenParen, 1),
            ')' => (TokenKind.CloseParen, 1),
            '[' => (TokenKind.OpenBracket, 1),
            ']' => (TokenKind.CloseBracket, 1),
            '{' => (TokenKind.OpenBrace, 1),
            '}' => (TokenKind.CloseBrace, 1),
            '?' => next switch
            {
                '?' => (TokenKind.NullCoalesce, 2),
                '!' => (TokenKind.NotNullCoalesce, 2),
                '.' when third != '.' => (TokenKind.NullDot, 2),
                _ => (TokenKind.Question, 1),
            },
            '|' => next switch { '|' => (TokenKind.OrElse, 2), '>' => (TokenKind.Pipe, 2), _ => (TokenKind.Pipe, 1) },
            '&' => next == '&' ? (TokenKind.AndAlso, 2) : (TokenKind.Ampersand, 1),
            '=' => next == '=' ? (TokenKind.Equal, 2) : (TokenKind.Assign, 1),
            '!' => next == '=' ? (TokenKind.NotEqual, 2) : (TokenKind.Not, 1),
            '<' => next switch { '<' => (TokenKind.ShiftLeft, 2), '=' => (TokenKind.LessOrEqual, 2), _ => (TokenKind.Less, 1) },
            '>' => next switch { '>' => (TokenKind.ShiftRight, 2), '=' => (TokenKind.GreaterOrEqual, 2), _ => (TokenKind.Greater, 1) },
            '+' => next switch { '+' => (TokenKind.Increment, 2), '=' => (TokenKind.PlusAssign, 2), _ => (TokenKind.Plus, 1) },
            '-' => next switch { '-' => (TokenKind.Decrement, 2), '=' => (TokenKind.MinusAssign, 2), _ => (TokenKind.Minus, 1) },
            '*' => next == '=' ? (TokenKind.MultiplyAssign, 2) : (TokenKind.Multiply, 1),
            '%' => next == '=' ? (TokenKind.ModuloAssign, 2) : (TokenKind.Modulo, 1),
            '/' => (next, third) switch
            {
                ('/', '=') => (TokenKind.IntegerDivideAssign, 3),
                ('/', _) => (TokenKind.IntegerDivide, 2),
                ('=', _) => (TokenKind.DivideAssign, 2),
                _ => (TokenKind.Divide, 1),
            },
            '@' => (TokenKind.Alias, 1),
            '^' => (TokenKind.Expand, 1),
            _ => (TokenKind.Invalid, char.IsSurrogatePair(c, next) ? 2 : 1),
        };

        if (kind == TokenKind.OpenBrace)
        {
            braceDepth++;
        }
        else if (kind == TokenKind.CloseBrace && braceDepth > 0)
        {
            braceDepth--;
        }

        Add(kind, position, position + length, spaceBefore);
        position += length;
    }

    /// <summary>Finds the extent of a number; the parser gives it its value.</summary>
    private void LexNumber(bool spaceBefore)
    {
        var start = position;
        if (Current == '0' && position + 2 < text.Length && text[position + 1] is 'x' or 'X' && IsHex(text[position + 2]))
        {
            position += 2;
            Skip(IsHex);
            SkipSuffix("uU");
        }
        else if (Current == '0' && position + 2 < text.Length && text[position + 1] is 'b' or 'B' && text[position + 2] is '0' or '1' or '_')
        {
            position += 2;
            Skip(static c => c is '0' or '1' or '_');
            SkipSuffix("uU");
        }
        else
        {
            LexDecimal();
        }

        Add(TokenKind.Number, start, position, spaceBefore);
    }

    private void LexDecimal()
    {
        Skip(IsDigit);
        if (Current == '.' && position + 1 < text.Length && char.IsAsciiDigit(text[position + 1]))
        {
            position++;
            Skip(IsDigit);
        }

        if (Current is 'e' or 'E')
        {
            var sign = position + 1 < text.Length && text[position + 1] is '+' or '-' ? 1 : 0;
            if (position + 1 + sign < text.Length && char.IsAsciiDigit(text[position + 1 + sign]))
            {
                position += 1 + sign;
                Skip(IsDigit);
            }
        }

        SkipSuffix("uUfFdDmM");
    }

    private void Skip(Func<char, bool> belongs)
    {
        while (position < text.Length && belongs(text[position]))
        {
            position++;
        }
    }

    private void SkipSuffix(string suffixes)
    {
        if (position < text.Length && suffixes.Contains(text[position], StringComparison.Ordinal)
            && (position + 1 >= text.Length || !(text[position + 1] == '_' || char.IsLetterOrDigit(text[position + 1]))))
        {
            position++;
        }
    }

    private static bool IsDigit(char c) => char.IsAsciiDigit(c) || c == '_';

    private static bool IsHex(char c) => char.IsAsciiHexDigit(c) || c == '_';
}
