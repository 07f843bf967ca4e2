using Provision.Templating.Lexing;
using Provision.Templating.Runtime;

namespace Provision.Templating.Syntax;

/// <summary><c>left op right</c>, where both sides are always computed.</summary>
internal sealed class BinaryExpression(SourceText source, int start, int end, TokenKind kind, int operatorStart, Expression left, Expression right)
    : Expression(source, start, end)
{
    internal Expression Left { get; } = left;

    internal Expression Right { get; } = right;

    internal TokenKind Kind { get; } = kind;

    internal int OperatorStart { get; } = operatorStart;

    internal Location OperatorLocation => Source.LocationOf(OperatorStart);

    /// <summary>A node at the operator, for errors that belong there.</summary>
    internal Node AtOperator => new EmptyStatement(Source, OperatorStart, OperatorStart);

    internal string OperatorText => Tokens.Text(Kind);

    internal override object? Evaluate(TemplateContext context)
    {
        var left = Left.Evaluate(context);
        var right = Right.Evaluate(context);
        context.Recorder?.ReadNothing();
        return Operators.Apply(context, this, left, right);
    }

    internal BinaryExpression WithLeft(Expression newLeft) =>
        new(Source, newLeft.Start, End, Kind, OperatorStart, newLeft, Right) { Depth = Math.Max(newLeft.Depth, Right.Depth) + 1 };
}

/// <summary><c>&amp;&amp;</c>, <c>||</c>, <c>??</c> and <c>?!</c>: the right side is computed only where it is needed.</summary>
internal sealed class ShortCircuitExpression(SourceText source, int start, int end, TokenKind kind, Expression left, Expression right)
    : Expression(source, start, end)
{
    internal Expression Left { get; } = left;

    internal override object? Evaluate(TemplateContext context)
    {
        var value = kind is TokenKind.NullCoalesce or TokenKind.NotNullCoalesce ? Left.EvaluateLenient(context) : Left.Evaluate(context);
        switch (kind)
        {
            case TokenKind.NullCoalesce:
                return value ?? right.Evaluate(context);
            case TokenKind.NotNullCoalesce:
                return value is null ? null : right.Evaluate(context);
            case TokenKind.AndAlso:
                value = Boxes.Of(Conversion.IsTrue(value) && Conversion.IsTrue(right.Evaluate(context)));
                break;
            default:
                value = Boxes.Of(Conversion.IsTrue(value) || Conversion.IsTrue(right.Evaluate(context)));
                break;
        }

        context.Recorder?.ReadNothing();
        return value;
    }

    /// <summary>In <c>a ?? b ?? c</c> also <c>b</c> may be undefined.</summary>
    internal override object? EvaluateLenient(TemplateContext context) => kind == TokenKind.NullCoalesce
        ? Left.EvaluateLenient(context) ?? right.EvaluateLenient(context)
        : Evaluate(context);

    internal ShortCircuitExpression WithLeft(Expression newLeft) =>
        new(Source, newLeft.Start, End, kind, newLeft, right) { Depth = Math.Max(newLeft.Depth, right.Depth) + 1 };
}

/// <summary><c>! - + @ ^</c> before an expression.</summary>
internal sealed class UnaryExpression(SourceText source, int start, int end, TokenKind kind, Expression operand) : Expression(source, start, end)
{
    internal TokenKind Kind { get; } = kind;

    internal Expression Operand { get; } = operand;

    internal override object? Evaluate(TemplateContext context)
    {
        if (Kind == TokenKind.Alias)
        {
            return Operand.EvaluateFunction(context);
        }

        var value = Operand.Evaluate(context);
        context.Recorder?.ReadNothing();
        return Kind switch
        {
            TokenKind.Not => Boxes.Of(!Conversion.IsTrue(value)),
            TokenKind.Expand => value,
            _ => Operators.Sign(context, Operand, value, negative: Kind == TokenKind.Minus),
        };
    }

    internal override object? EvaluateFunction(TemplateContext context) => Evaluate(context);
}

/// <summary><c>x++</c>, <c>++x</c> and their kin.</summary>
internal sealed class IncrementExpression(SourceText source, int start, int end, Expression operand, int step, bool isPrefix)
    : Expression(source, start, end)
{
    internal override object? Evaluate(TemplateContext context)
    {
        var mark = context.Recorder?.Mark ?? 0;
        var before = operand.Evaluate(context);
        var after = Operators.Add(context, operand, before, step);
        if (operand is not IAssignable target)
        {
            throw context.Error(operand, "only a variable, a member or an item can be changed");
        }

        target.Assign(context, after, context.Recorder?.Since(mark, singlePath: false));
        return isPrefix ? after : before;
    }
}

/// <summary><c>condition ? a : b</c>.</summary>
internal sealed class ConditionalExpression(SourceText source, int start, int end, Expression condition, Expression yes, Expression no)
    : Expression(source, start, end)
{
    internal Expression Condition { get; } = condition;

    internal override object? Evaluate(TemplateContext context) =>
        Conversion.IsTrue(Condition.Evaluate(context)) ? yes.Evaluate(context) : no.Evaluate(context);

    internal ConditionalExpression WithCondition(Expression newCondition) =>
        new(Source, newCondition.Start, End, newCondition, yes, no) { Depth = Depth + 1 };
}

/// <summary><c>( ... )</c>.</summary>
internal sealed class NestedExpression(SourceText source, int start, int end, Expression inner) : Expression(source, start, end)
{
    internal Expression Inner { get; } = inner;

    internal override bool IsPath => Inner.IsPath;

    internal override object? Evaluate(TemplateContext context) => Inner.Evaluate(context);

    internal override object? EvaluateLenient(TemplateContext context) => Inner.EvaluateLenient(context);

    internal override object? EvaluateFunction(TemplateContext context) => Inner.EvaluateFunction(context);
}
