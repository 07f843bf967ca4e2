using Provision.Templating.Lexing;
using Provision.Templating.Runtime;
using Provision.Templating.Syntax;

namespace Provision.Templating.Parsing;

/// <summary>Expressions from the loosest to the tightest: conditional, pipe, call, binary, unary, postfix, primary.</summary>
internal sealed partial class Parser
{
    /// <summary>How many <c>?</c> wait for their <c>:</c>; a blank before a colon then never makes a named argument.</summary>
    private int openConditions;

    private Expression ParseFull(string expected, bool isStatement = false)
    {
        if (!Enter(Current.Start))
        {
            Leave();
            return Invalid();
        }

        var expression = ParsePipes(expected);
        if (!failed && Kind == TokenKind.Question)
        {
            expression = ParseConditional(expression);
        }

        if (!failed && !isStatement && Tokens.IsAssign(Kind))
        {
            Error(expression.Start, "an assignment is a statement of its own and cannot stand inside an expression", "write == to compare");
        }

        Leave();
        return expression;
    }

    private Expression ParseConditional(Expression condition)
    {
        at++;
        openConditions++;
        SkipNewLines();
        var yes = ParseFull("a value after \"?\"");
        openConditions--;
        SkipNewLines();
        if (!failed && !TryTake(TokenKind.Colon))
        {
            Error(Current.Start, $"\"?\" needs a \":\" here, not {Describe(Current)}");
        }

        if (failed)
        {
            return condition;
        }

        SkipNewLines();
        var no = ParseFull("a value after \":\"");
        return Guard(new ConditionalExpression(source, condition.Start, PreviousEnd, condition, yes, no)
        {
            Depth = Math.Max(condition.Depth, Math.Max(yes.Depth, no.Depth)) + 1,
        });
    }

    private Expression ParsePipes(string expected)
    {
        var expression = ParseCall(expected);
        while (!failed && Kind == TokenKind.Pipe)
        {
            at++;
            SkipNewLines();
            var destination = ParseCall("a function after \"|\"");
            if (!failed)
            {
                expression = CheckDepth(Guard(Pipe(expression, destination)));
            }
        }

        return expression;
    }

    /// <summary>Hands a value to the first function of what stands after the pipe.</summary>
    private Expression Pipe(Expression value, Expression destination)
    {
        switch (destination)
        {
            case CallExpression { Piped: null } call:
                return call.WithPipe(value);
            case BinaryExpression binary:
                return binary.WithLeft(Pipe(value, binary.Left));
            case ShortCircuitExpression binary:
                return binary.WithLeft(Pipe(value, binary.Left));
            case ConditionalExpression conditional:
                return conditional.WithCondition(Pipe(value, conditional.Condition));
            case GuardedExpression guarded:
                return Pipe(value, guarded.Inner);
            case UnaryExpression { Kind: TokenKind.Alias } alias:
                return Pipe(value, alias.Operand);
            default:
                return new CallExpression(source, destination.Start, destination.End, destination, [], null, value)
                {
                    IsBare = true,
                    Depth = Math.Max(value.Depth, destination.Depth) + 1,
                };
        }
    }

    /// <summary>A chain such as <c>1 + 1 + ...</c> needs no depth to be parsed, but to be evaluated.</summary>
    private Expression CheckDepth(Expression expression)
    {
        if (expression.Depth > LargestDepth * 4)
        {
            Error(expression.Start, $"this expression has more than {LargestDepth * 4} parts");
        }

        return expression;
    }

    private Expression ParseCall(string expected)
    {
        var target = ParseBinary(1, expected);
        if (failed || !StartsArgument())
        {
            return target;
        }

        var arguments = new List<Expression>();
        List<string?>? argumentNames = null;
        while (!failed && StartsArgument())
        {
            var name = TakeArgumentName();
            if (name is not null && argumentNames is null)
            {
                argumentNames = [.. Enumerable.Repeat<string?>(null, arguments.Count)];
            }

            arguments.Add(ParseBinary(1, "an argument"));
            argumentNames?.Add(name);
        }

        return MakeCall(target, arguments, argumentNames, isExplicit: false);
    }

    private Expression MakeCall(Expression target, List<Expression> arguments, List<string?>? argumentNames, bool isExplicit)
    {
        var deepest = target.Depth;
        foreach (var argument in arguments)
        {
            deepest = Math.Max(deepest, argument.Depth);
        }

        return Guard(new CallExpression(source, target.Start, PreviousEnd, target, [.. arguments], argumentNames?.ToArray(), null)
        {
            IsExplicit = isExplicit,
            Depth = deepest + 1,
        });
    }

    private string? TakeArgumentName()
    {
        if (Kind == TokenKind.Identifier && Peek() is { Kind: TokenKind.Colon } colon && (!colon.SpaceBefore || openConditions == 0))
        {
            var name = Take().Value;
            at++;
            return name;
        }

        return null;
    }

    private bool StartsArgument() => Kind switch
    {
        TokenKind.Identifier or TokenKind.Local or TokenKind.ArgumentIndex or TokenKind.Arguments or TokenKind.WrapBlock
            or TokenKind.Number or TokenKind.String or TokenKind.InterpolationStart or TokenKind.OpenParen
            or TokenKind.OpenBracket or TokenKind.OpenBrace or TokenKind.Alias or TokenKind.Expand or TokenKind.Not => true,
        _ => false,
    };

    private Expression ParseBinary(int lowest, string expected)
    {
        var left = ParseUnary(expected);
        while (!failed && Tokens.Precedence(Kind) is var precedence && precedence >= lowest && precedence > 0)
        {
            var operation = Take();
            SkipNewLinesInBrackets();
            var right = ParseBinary(precedence + 1, $"a value after \"{Tokens.Text(operation.Kind)}\"");
            if (failed)
            {
                break;
            }

            var depthOfBoth = Math.Max(left.Depth, right.Depth) + 1;
            left = CheckDepth(Guard(operation.Kind is TokenKind.AndAlso or TokenKind.OrElse or TokenKind.NullCoalesce or TokenKind.NotNullCoalesce
                ? new ShortCircuitExpression(source, left.Start, right.End, operation.Kind, left, right) { Depth = depthOfBoth }
                : new BinaryExpression(source, left.Start, right.End, operation.Kind, operation.Start, left, right) { Depth = depthOfBoth }));
        }

        return left;
    }

    private Expression ParseUnary(string expected)
    {
        switch (Kind)
        {
            case TokenKind.Not or TokenKind.Minus or TokenKind.Plus or TokenKind.Alias or TokenKind.Expand:
                if (!Enter(Current.Start))
                {
                    Leave();
                    return Invalid();
                }

                var operation = Take();
                var operand = ParseUnary($"a value after \"{source.Text[operation.Start]}\"");
                Leave();
                return Guard(new UnaryExpression(source, operation.Start, PreviousEnd, operation.Kind, operand) { Depth = operand.Depth + 1 });
            case TokenKind.Increment or TokenKind.Decrement:
                var change = Take();
                var changed = ParsePostfix("a variable");
                return new IncrementExpression(source, change.Start, PreviousEnd, changed, change.Kind == TokenKind.Increment ? 1 : -1, isPrefix: true)
                {
                    Depth = changed.Depth + 1,
                };
            default:
                return ParsePostfix(expected);
        }
    }

    private Expression ParsePostfix(string expected)
    {
        var expression = ParsePrimary(expected);
        while (!failed)
        {
            var token = Current;
            switch (token.Kind)
            {
                case TokenKind.Dot or TokenKind.NullDot:
                    expression = ParseMember(expression, isNullSafe: token.Kind == TokenKind.NullDot);
                    break;
                case TokenKind.OpenBracket when !token.SpaceBefore:
                    expression = ParseIndex(expression);
                    break;
                case TokenKind.OpenParen when !token.SpaceBefore && expression is not Literal:
                    expression = ParseExplicitCall(expression);
                    break;
                case TokenKind.Increment or TokenKind.Decrement when !token.SpaceBefore || !StartsOperand(Peek()):
                    at++;
                    expression = new IncrementExpression(source, expression.Start, token.End, expression, token.Kind == TokenKind.Increment ? 1 : -1, isPrefix: false)
                    {
                        Depth = expression.Depth + 1,
                    };
                    break;
                default:
                    return expression;
            }

            expression = CheckDepth(Guard(expression));
        }

        return expression;
    }

    private static bool StartsOperand(Token token) =>
        token.Kind is TokenKind.Identifier or TokenKind.Number or TokenKind.Local or TokenKind.OpenParen;

    private Expression ParseMember(Expression target, bool isNullSafe)
    {
        at++;
        if (Kind != TokenKind.Identifier)
        {
            Error(Current.Start, $"\".\" must be followed by the name of a member, not by {Describe(Current)}");
            return target;
        }

        var name = Take();
        if (target is LoopVariable loop && !LoopState.Names(loop.Kind).Contains(name.Value) && !(loop.Kind == LoopKind.TableRow && name.Value == "col"))
        {
            Error(target.Start, $"a loop has no \"{name.Value}\"", NearestName.Hint(name.Value!, LoopState.Names(loop.Kind)) ?? $"it has {string.Join(", ", LoopState.Names(loop.Kind))}");
        }

        NotePath(target, name.Value!);
        return new MemberExpression(source, target.Start, name.End, target, name.Value!, name.Start, isNullSafe) { Depth = target.Depth + 1 };
    }

    private void NotePath(Expression target, string name)
    {
        names.Add(name);
        if (target is Variable or MemberExpression { IsPath: true })
        {
            names.Add(source.Text[target.Start..target.End] + "." + name);
        }
    }

    private Expression ParseIndex(Expression target)
    {
        at++;
        var start = Current.Start;
        SkipNewLines();
        var index = ParseFull("an index");
        SkipNewLines();
        if (!failed && !TryTake(TokenKind.CloseBracket))
        {
            Error(Current.Start, $"the index needs a \"]\" here, not {Describe(Current)}");
        }

        if (index is Literal { Value: string name })
        {
            names.Add(name);
        }

        return new IndexExpression(source, target.Start, PreviousEnd, target, index) { Depth = Math.Max(target.Depth, index.Depth) + 1 };
    }

    private Expression ParseExplicitCall(Expression target)
    {
        at++;
        var arguments = new List<Expression>();
        List<string?>? argumentNames = null;
        while (!failed && Kind != TokenKind.CloseParen)
        {
            var name = TakeArgumentName();
            if (name is not null && argumentNames is null)
            {
                argumentNames = [.. Enumerable.Repeat<string?>(null, arguments.Count)];
            }

            arguments.Add(ParseFull("an argument"));
            argumentNames?.Add(name);
            if (!TryTake(TokenKind.Comma))
            {
                break;
            }
        }

        if (!failed && !TryTake(TokenKind.CloseParen))
        {
            Error(Current.Start, $"the arguments need a \",\" or \")\" here, not {Describe(Current)}");
        }

        return MakeCall(target, arguments, argumentNames, isExplicit: true);
    }

    private InvalidExpression Invalid() => new(source, Current.Start, Current.End);
}
