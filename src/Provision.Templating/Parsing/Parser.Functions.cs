using Provision.Templating.Lexing;
using Provision.Templating.Syntax;

namespace Provision.Templating.Parsing;

/// <summary>Definitions of functions.</summary>
internal sealed partial class Parser
{
    private bool returns;

    private Statement ParseFunction(Token opener)
    {
        if (Kind is not (TokenKind.Identifier or TokenKind.Local))
        {
            Error(opener.Start, $"\"func\" needs a name, not {Describe(Current)}");
            Recover();
            ParseBlock(BlockKind.Body, opener);
            TakeEnd();
            return new EmptyStatement(source, opener.Start, PreviousEnd);
        }

        var name = Take();
        var parameters = Kind == TokenKind.OpenParen ? ParseParameters() : null;
        EndHead();
        var outerReturns = returns;
        returns = false;
        var body = ParseBlock(BlockKind.Body, opener);
        TakeEnd();
        var function = new ScriptFunction(source, opener.Start, PreviousEnd, Note(name.Value!), parameters)
        {
            Body = body,
            Returns = returns,
            IsLocal = name.Kind == TokenKind.Local,
        };
        returns = outerReturns;
        return new FunctionStatement(source, opener.Start, PreviousEnd, Target(name), function);
    }

    /// <summary>True at <c>name(a, b) =</c>.</summary>
    private bool IsInlineFunction()
    {
        if (Kind is not (TokenKind.Identifier or TokenKind.Local) || Peek() is not { Kind: TokenKind.OpenParen, SpaceBefore: false })
        {
            return false;
        }

        for (var i = at + 2; i < tokens.Count; i++)
        {
            switch (tokens[i].Kind)
            {
                case TokenKind.CloseParen:
                    return tokens[i + 1].Kind == TokenKind.Assign;
                case TokenKind.Identifier or TokenKind.Comma or TokenKind.Ellipsis or TokenKind.Assign or TokenKind.Number or TokenKind.String or TokenKind.Minus:
                    continue;
                default:
                    return false;
            }
        }

        return false;
    }

    private FunctionStatement ParseInlineFunction()
    {
        var name = Take();
        var parameters = ParseParameters();
        at++;
        var result = ParseFull("a value");
        var function = new ScriptFunction(source, name.Start, PreviousEnd, Note(name.Value!), parameters)
        {
            Result = result,
            Returns = true,
            IsLocal = name.Kind == TokenKind.Local,
        };
        return new FunctionStatement(source, name.Start, PreviousEnd, Target(name), function);
    }

    private IAssignable Target(Token name) => name.Kind == TokenKind.Local
        ? new LocalVariable(source, name.Start, name.End, name.Value!)
        : new Variable(source, name.Start, name.End, name.Value!);

    private FunctionParameter[] ParseParameters()
    {
        at++;
        var parameters = new List<FunctionParameter>();
        SkipNewLines();
        while (!failed && Kind != TokenKind.CloseParen)
        {
            if (Kind != TokenKind.Identifier)
            {
                Error(Current.Start, $"{Describe(Current)} is not the name of a parameter");
                Recover();
                return [.. parameters];
            }

            var name = Take();
            parameters.Add(ParseParameter(name, parameters));
            if (!TryTake(TokenKind.Comma))
            {
                break;
            }

            SkipNewLines();
        }

        SkipNewLines();
        if (!failed && !TryTake(TokenKind.CloseParen))
        {
            Error(Current.Start, $"the parameters need a \")\" here, not {Describe(Current)}");
            Recover();
        }

        return [.. parameters];
    }

    private FunctionParameter ParseParameter(Token name, List<FunctionParameter> before)
    {
        var afterRest = before.Count > 0 && before[^1].IsRest;
        if (TryTake(TokenKind.Ellipsis))
        {
            if (afterRest)
            {
                Error(name.Start, "only one parameter can take the rest");
            }

            return new FunctionParameter(name.Value!, HasDefault: false, null, IsRest: true);
        }

        if (TryTake(TokenKind.Assign))
        {
            var value = ParseBinary(1, "a value");
            if (afterRest)
            {
                Error(name.Start, $"\"{name.Value}\" follows a parameter that takes the rest");
            }
            else if (!failed && !TryConstant(value, out _))
            {
                Error(value.Start, "the default of a parameter must be a plain value");
            }

            TryConstant(value, out var constant);
            return new FunctionParameter(name.Value!, HasDefault: true, constant, IsRest: false);
        }

        if (afterRest || (before.Count > 0 && before[^1].HasDefault))
        {
            Error(name.Start, $"\"{name.Value}\" needs a default, because the parameter before it has one");
        }

        return new FunctionParameter(name.Value!, HasDefault: false, null, IsRest: false);
    }

    private static bool TryConstant(Expression value, out object? constant)
    {
        constant = (value as Literal)?.Value;
        if (value is UnaryExpression { Kind: TokenKind.Minus, Operand: Literal { Value: int number } })
        {
            constant = -number;
            return true;
        }

        if (value is UnaryExpression { Kind: TokenKind.Minus, Operand: Literal { Value: double real } })
        {
            constant = -real;
            return true;
        }

        return value is Literal;
    }

    private FunctionLiteral ParseAnonymous(Token opener)
    {
        var parameters = Kind == TokenKind.OpenParen ? ParseParameters() : null;
        var outerFailed = failed;
        EndHead();
        var outerReturns = returns;
        returns = false;
        var body = ParseBlock(BlockKind.Body, opener);
        TakeEnd();
        var function = new ScriptFunction(source, opener.Start, PreviousEnd, null, parameters) { Body = body, Returns = returns };
        returns = outerReturns;
        failed = outerFailed;
        return new FunctionLiteral(function);
    }
}
