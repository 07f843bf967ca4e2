namespace Provision.Templating.Lexing;

/// <summary>How tokens are written.</summary>
internal static class Tokens
{
    internal static string Text(TokenKind kind) => kind switch
    {
        TokenKind.Plus or TokenKind.PlusAssign => "+",
        TokenKind.Minus or TokenKind.MinusAssign => "-",
        TokenKind.Multiply or TokenKind.MultiplyAssign => "*",
        TokenKind.Divide or TokenKind.DivideAssign => "/",
        TokenKind.IntegerDivide or TokenKind.IntegerDivideAssign => "//",
        TokenKind.Modulo or TokenKind.ModuloAssign => "%",
        TokenKind.ShiftLeft => "<<",
        TokenKind.ShiftRight => ">>",
        TokenKind.Equal => "==",
        TokenKind.NotEqual => "!=",
        TokenKind.Less => "<",
        TokenKind.LessOrEqual => "<=",
        TokenKind.Greater => ">",
        TokenKind.GreaterOrEqual => ">=",
        TokenKind.RangeInclusive => "..",
        TokenKind.RangeExclusive => "..<",
        TokenKind.AndAlso => "&&",
        TokenKind.OrElse => "||",
        TokenKind.NullCoalesce => "??",
        TokenKind.NotNullCoalesce => "?!",
        TokenKind.CloseParen => ")",
        TokenKind.CloseBracket => "]",
        TokenKind.CloseBrace => "}",
        TokenKind.Colon => ":",
        _ => kind.ToString(),
    };

    /// <summary>How tightly a binary operator binds; 0 for other tokens.</summary>
    internal static int Precedence(TokenKind kind) => kind switch
    {
        TokenKind.NullCoalesce or TokenKind.NotNullCoalesce => 1,
        TokenKind.OrElse => 2,
        TokenKind.AndAlso => 3,
        TokenKind.Equal or TokenKind.NotEqual => 4,
        TokenKind.Less or TokenKind.LessOrEqual or TokenKind.Greater or TokenKind.GreaterOrEqual => 5,
        TokenKind.Plus or TokenKind.Minus => 6,
        TokenKind.Multiply or TokenKind.Divide or TokenKind.IntegerDivide or TokenKind.Modulo or TokenKind.ShiftLeft or TokenKind.ShiftRight => 7,
        TokenKind.RangeInclusive or TokenKind.RangeExclusive => 8,
        _ => 0,
    };

    /// <summary>The operator inside a compound assignment such as <c>+=</c>.</summary>
    internal static TokenKind CompoundOperator(TokenKind kind) => kind switch
    {
        TokenKind.PlusAssign => TokenKind.Plus,
        TokenKind.MinusAssign => TokenKind.Minus,
        TokenKind.MultiplyAssign => TokenKind.Multiply,
        TokenKind.DivideAssign => TokenKind.Divide,
        TokenKind.IntegerDivideAssign => TokenKind.IntegerDivide,
        TokenKind.ModuloAssign => TokenKind.Modulo,
        _ => TokenKind.Invalid,
    };

    internal static bool IsAssign(TokenKind kind) => kind is >= TokenKind.Assign and <= TokenKind.ModuloAssign;
}
