using System.Collections;
using System.Numerics;
using System.Text;
using Provision.Templating.Lexing;
using Provision.Templating.Syntax;

namespace Provision.Templating.Runtime;

/// <summary>What operators do with values of any type.</summary>
internal static partial class Operators
{
    /// <summary>Applies a binary operator that needs both sides.</summary>
    internal static object? Apply(TemplateContext context, BinaryExpression at, object? left, object? right)
    {
        switch (at.Kind)
        {
            case TokenKind.Equal:
                return Boxes.Of(AreEqual(context, at, left, right));
            case TokenKind.NotEqual:
                return Boxes.Of(!AreEqual(context, at, left, right));
            case TokenKind.Less or TokenKind.LessOrEqual or TokenKind.Greater or TokenKind.GreaterOrEqual:
                return Boxes.Of(Holds(context, at, left, right));
        }

        if (left is int a && right is int b && ApplyInt(at.Kind, a, b) is { } quick)
        {
            return quick;
        }

        if (left is string || right is string)
        {
            return ApplyText(context, at, left, right);
        }

        if (at.Kind is TokenKind.ShiftLeft or TokenKind.ShiftRight && (IsArray(left) || IsArray(right)))
        {
            return ApplyShiftToArray(at.Kind, left, right);
        }

        if (left is null || right is null)
        {
            return null;
        }

        if (IsArray(left) || IsArray(right))
        {
            return ApplyArray(context, at, left, right);
        }

        return ApplyTime(at.Kind, left, right)
            ?? Arithmetic.Apply(context, at, left, right)
            ?? throw NotPossible(context, at, left, right);
    }

    /// <summary>Adds a small integer to a number.</summary>
    internal static object? Add(TemplateContext context, Expression at, object? value, int step)
    {
        var sum = new BinaryExpression(at.Source, at.Start, at.End, TokenKind.Plus, at.Start, at, at);
        return Apply(context, sum, value, Boxes.Of(step));
    }

    /// <summary>The value of <c>-x</c> and <c>+x</c>.</summary>
    internal static object Sign(TemplateContext context, Expression at, object? value, bool negative)
    {
        object? result = value switch
        {
            _ when !negative && Conversion.IsNumber(value) => value,
            int number => Boxes.Of(-(long)number),
            long number => Arithmetic.Shrink(-(Int128)number),
            uint number => Boxes.Of(-(long)number),
            double number => -number,
            float number => -number,
            decimal number => -number,
            BigInteger number => Arithmetic.Shrink(-number),
            TimeSpan span => negative ? -span : span,
            _ => null,
        };
        return result ?? throw context.Error(at, $"{TypeNames.Of(value)} has no sign: \"-\" and \"+\" need a number");
    }

    private static object? ApplyInt(TokenKind kind, int a, int b) => kind switch
    {
        TokenKind.Plus => Boxes.Of((long)a + b),
        TokenKind.Minus => Boxes.Of((long)a - b),
        TokenKind.Multiply => Boxes.Of((long)a * b),
        TokenKind.Divide => (double)a / b,
        TokenKind.IntegerDivide when b != 0 => Boxes.Of((long)a / b),
        TokenKind.Modulo when b != 0 => Boxes.Of((long)a % b),
        _ => null,
    };

    private static object ApplyText(TemplateContext context, BinaryExpression at, object? left, object? right)
    {
        if (at.Kind == TokenKind.Plus)
        {
            var (first, second) = (context.ObjectToString(left), context.ObjectToString(right));
            context.CheckLength((long)first.Length + second.Length, at);
            return first + second;
        }

        if (at.Kind == TokenKind.Multiply)
        {
            var (text, times) = left is string ? ((string)left, right) : ((string)right!, left);
            if (times is string or null || !Conversion.TryInt(times, out var count))
            {
                throw context.Error(at.OperatorLocation, $"a string can be repeated by a number only, not by {TypeNames.Of(times)}");
            }

            context.CheckLength((long)text.Length * Math.Max(0, count), at.Right);
            return count <= 0 ? "" : new StringBuilder(text.Length * count).Insert(0, text, count).ToString();
        }

        throw context.Error(at.OperatorLocation, $"the operator \"{at.OperatorText}\" does not work on strings");
    }

    private static ScriptArray ApplyShiftToArray(TokenKind kind, object? left, object? right)
    {
        if (kind == TokenKind.ShiftLeft ? IsArray(left) : !IsArray(right))
        {
            return new ScriptArray((Sequences.Of(left) ?? []).Append(right));
        }

        return new ScriptArray((Sequences.Of(right) ?? []).Prepend(left));
    }

    private static ScriptArray ApplyArray(TemplateContext context, BinaryExpression at, object left, object right)
    {
        if (at.Kind == TokenKind.Plus && IsArray(left) && IsArray(right))
        {
            var both = new ScriptArray();
            var place = at.AtOperator;
            foreach (var item in Sequences.Of(left)!.Concat(Sequences.Of(right)!))
            {
                context.CountInternalStep(place);
                both.Add(item);
            }

            return both;
        }

        var (list, times) = IsArray(left) ? (left, right) : (right, left);
        if (at.Kind != TokenKind.Multiply || IsArray(times) || !Conversion.TryInt(times, out var count))
        {
            throw NotPossible(context, at, left, right);
        }

        return Repeat(context, at, list, count);
    }

    private static ScriptArray Repeat(TemplateContext context, BinaryExpression at, object list, int count)
    {
        if (list is ICollection or IReadOnlyCollection<object?> && (long)Sequences.Count((IEnumerable)list) * Math.Max(0, count) > Array.MaxLength)
        {
            throw context.Error(at.OperatorLocation, "the array would be longer than arrays can be");
        }

        var result = new ScriptArray();
        var counted = list is not LazySequence;
        var place = at.AtOperator;
        for (var i = 0; i < count; i++)
        {
            if (!counted)
            {
                context.CountInternalStep(place);
            }

            foreach (var item in Sequences.Of(list)!)
            {
                if (counted)
                {
                    context.CountInternalStep(place);
                }

                result.Add(item);
            }
        }

        return result;
    }

    private static object? ApplyTime(TokenKind kind, object left, object right) => (kind, left, right) switch
    {
        (TokenKind.Minus, DateTime a, DateTime b) => a - b,
        (TokenKind.Minus, DateTime a, TimeSpan b) => a - b,
        (TokenKind.Plus, DateTime a, TimeSpan b) => a + b,
        (TokenKind.Plus, TimeSpan a, DateTime b) => b + a,
        (TokenKind.Plus, TimeSpan a, TimeSpan b) => a + b,
        (TokenKind.Minus, TimeSpan a, TimeSpan b) => a - b,
        (TokenKind.Divide, TimeSpan a, TimeSpan b) => a / b,
        _ => null,
    };

    internal static bool IsArray(object? value) =>
        value is IEnumerable and not string and not IScriptObject and not IDictionary;

    internal static ScriptRuntimeException NotPossible(TemplateContext context, BinaryExpression at, object? left, object? right) =>
        context.Error(at.OperatorLocation, $"the operator \"{at.OperatorText}\" does not work on {TypeNames.Of(left)} and {TypeNames.Of(right)}");
}
