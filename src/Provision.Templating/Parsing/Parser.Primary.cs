using Provision.Templating.Lexing;
using Provision.Templating.Runtime;
using Provision.Templating.Syntax;

namespace Provision.Templating.Parsing;

/// <summary>Names, literals and what stands in brackets.</summary>
internal sealed partial class Parser
{
    private int brackets;

    private Expression ParsePrimary(string expected)
    {
        var token = Current;
        switch (token.Kind)
        {
            case TokenKind.Identifier:
                at++;
                return ParseName(token);
            case TokenKind.Local:
                at++;
                return new LocalVariable(source, token.Start, token.End, token.Value!);
            case TokenKind.ArgumentIndex:
                at++;
                return new ArgumentsExpression(source, token.Start, token.End, int.TryParse(token.Value, out var index) ? index : int.MaxValue);
            case TokenKind.Arguments:
                at++;
                return new ArgumentsExpression(source, token.Start, token.End, -1);
            case TokenKind.WrapBlock:
                at++;
                return new WrappedBlockExpression(source, token.Start, token.End);
            case TokenKind.String:
                at++;
                return new Literal(source, token.Start, token.End, token.Value);
            case TokenKind.Number:
                return ParseNumber(Take());
            case TokenKind.InterpolationStart:
                return ParseInterpolation();
            case TokenKind.OpenParen:
                return ParseNested();
            case TokenKind.OpenBracket:
                return ParseArray();
            case TokenKind.OpenBrace:
                return ParseObject();
            default:
                Error(token.Start, $"{expected} is missing before {Describe(token)}");
                return Invalid();
        }
    }

    private Expression ParseName(Token token)
    {
        switch (token.Value)
        {
            case "true":
                return new Literal(source, token.Start, token.End, Boxes.True);
            case "false":
                return new Literal(source, token.Start, token.End, Boxes.False);
            case "null":
                return new Literal(source, token.Start, token.End, null);
            case "empty":
                return new Literal(source, token.Start, token.End, EmptyValue.Instance);
            case "this":
                return new ThisExpression(source, token.Start, token.End);
            case "do":
                return ParseAnonymous(token);
            case "for" or "while" or "tablerow" when Kind is TokenKind.Dot or TokenKind.NullDot:
                var kind = token.Value == "for" ? LoopKind.For : token.Value == "while" ? LoopKind.While : LoopKind.TableRow;
                return new LoopVariable(source, token.Start, token.End, kind, token.Value);
            default:
                return new Variable(source, token.Start, token.End, Note(token.Value!));
        }
    }

    private Literal ParseNumber(Token token)
    {
        if (!NumberLiteral.TryParse(source.Text.AsSpan(token.Start, token.End - token.Start), options.ParseFloatAsDecimal, out var value))
        {
            Error(token.Start, $"{Describe(token)} is not a number");
        }

        return new Literal(source, token.Start, token.End, value);
    }

    private Expression ParseNested()
    {
        var open = Take();
        var outerConditions = openConditions;
        openConditions = 0;
        var inner = ParseFull("an expression", isStatement: false);
        openConditions = outerConditions;
        if (!failed && !TryTake(TokenKind.CloseParen))
        {
            Error(Current.Start, $"the \"(\" needs a \")\" here, not {Describe(Current)}");
        }

        return Guard(new NestedExpression(source, open.Start, PreviousEnd, inner) { Depth = inner.Depth + 1 });
    }

    private Expression ParseArray()
    {
        var open = Take();
        var items = new List<Expression>();
        var deepest = 0;
        var outerConditions = openConditions;
        openConditions = 0;
        brackets++;
        SkipNewLines();
        while (!failed && Kind != TokenKind.CloseBracket)
        {
            var item = ParseFull("an item");
            items.Add(item);
            deepest = Math.Max(deepest, item.Depth);
            SkipNewLines();
            if (!TryTake(TokenKind.Comma))
            {
                break;
            }

            SkipNewLines();
        }

        brackets--;
        openConditions = outerConditions;
        if (!failed && !TryTake(TokenKind.CloseBracket))
        {
            Error(Current.Start, $"the array needs a \",\" or \"]\" here, not {Describe(Current)}");
        }

        return Guard(new ArrayLiteral(source, open.Start, PreviousEnd, [.. items]) { Depth = deepest + 1 });
    }

    private Expression ParseObject()
    {
        var open = Take();
        var keys = new List<string>();
        var values = new List<Expression>();
        var deepest = 0;
        var outerConditions = openConditions;
        openConditions = 0;
        brackets++;
        SkipNewLines();
        while (!failed && Kind != TokenKind.CloseBrace)
        {
            if (Kind is not (TokenKind.Identifier or TokenKind.String))
            {
                Error(Current.Start, $"{Describe(Current)} is not the name of a member");
                break;
            }

            var key = Take();
            SkipNewLines();
            if (!TryTake(TokenKind.Colon))
            {
                Error(Current.Start, $"the member \"{key.Value}\" needs a \":\" here, not {Describe(Current)}");
                break;
            }

            SkipNewLines();
            var value = ParseFull($"a value for \"{key.Value}\"");
            keys.Add(key.Value!);
            values.Add(value);
            deepest = Math.Max(deepest, value.Depth);
            SkipNewLines();
            if (!TryTake(TokenKind.Comma))
            {
                break;
            }

            SkipNewLines();
        }

        brackets--;
        openConditions = outerConditions;
        if (!failed && !TryTake(TokenKind.CloseBrace))
        {
            Error(Current.Start, $"the object needs a \",\" or \"}}\" here, not {Describe(Current)}");
        }

        return Guard(new ObjectLiteral(source, open.Start, PreviousEnd, [.. keys], [.. values]) { Depth = deepest + 1 });
    }

    private Expression ParseInterpolation()
    {
        var start = Take().Start;
        var parts = new List<Expression>();
        var deepest = 0;
        while (!failed && !TryTake(TokenKind.InterpolationEnd))
        {
            if (Kind == TokenKind.InterpolationText)
            {
                var text = Take();
                parts.Add(new Literal(source, text.Start, text.End, text.Value));
                continue;
            }

            if (!TryTake(TokenKind.InterpolationOpen))
            {
                Error(start, "this interpolated string is never closed");
                break;
            }

            var part = ParseFull("an expression");
            parts.Add(part);
            deepest = Math.Max(deepest, part.Depth);
            if (!failed && !TryTake(TokenKind.InterpolationClose))
            {
                Error(Current.Start, $"the expression needs a \"}}\" here, not {Describe(Current)}");
            }
        }

        return Guard(new InterpolatedString(source, start, PreviousEnd, [.. parts]) { Depth = deepest + 1 });
    }

    /// <summary>Inside <c>[ ]</c> and <c>{ }</c> an expression may go on after a line that ends with an operator.</summary>
    private void SkipNewLinesInBrackets()
    {
        if (brackets > 0)
        {
            SkipNewLines();
        }
    }
}
