using System.Globalization;
using System.Numerics;
using Provision.Templating.Lexing;
using Provision.Templating.Syntax;

namespace Provision.Templating.Runtime;

/// <summary>Numbers of all types, calculated in the widest of the two.</summary>
internal static class Arithmetic
{
    private const int MaxShift = 1 << 20;

    internal static object? Apply(TemplateContext context, BinaryExpression at, object left, object right)
    {
        if (left is bool a)
        {
            left = a ? 1 : 0;
        }

        if (right is bool b)
        {
            right = b ? 1 : 0;
        }

        if (!Conversion.IsNumber(left) || !Conversion.IsNumber(right))
        {
            return null;
        }

        if (at.Kind is TokenKind.RangeInclusive or TokenKind.RangeExclusive)
        {
            return Range(context, at, left, right);
        }

        try
        {
            return (left, right) switch
            {
                (decimal, _) or (_, decimal) => Decimals(at.Kind, Convert.ToDecimal(Plain(left), CultureInfo.InvariantCulture), Convert.ToDecimal(Plain(right), CultureInfo.InvariantCulture)),
                (double, _) or (_, double) => Doubles(at.Kind, ToDouble(left), ToDouble(right)),
                (float, _) or (_, float) => Floats(at.Kind, (float)ToDouble(left), (float)ToDouble(right)),
                _ => Integers(context, at, ToBig(left), ToBig(right)),
            };
        }
        catch (DivideByZeroException)
        {
            throw context.Error(at.OperatorLocation, "division by zero");
        }
        catch (OverflowException)
        {
            throw context.Error(at.OperatorLocation, "the result is too large");
        }
    }

    internal static int Compare(object left, object right)
    {
        if (left is int a && right is int b)
        {
            return a.CompareTo(b);
        }

        left = left is bool x ? (x ? 1 : 0) : left;
        right = right is bool y ? (y ? 1 : 0) : right;
        if (left is decimal || right is decimal)
        {
            return left is double or float or BigInteger || right is double or float or BigInteger
                ? ToDouble(left).CompareTo(ToDouble(right))
                : Convert.ToDecimal(Plain(left), CultureInfo.InvariantCulture).CompareTo(Convert.ToDecimal(Plain(right), CultureInfo.InvariantCulture));
        }

        return left is double or float || right is double or float
            ? ToDouble(left).CompareTo(ToDouble(right))
            : ToBig(left).CompareTo(ToBig(right));
    }

    /// <summary>The smallest of int, long and big integer that holds the value.</summary>
    internal static object Shrink(BigInteger value) =>
        value >= long.MinValue && value <= long.MaxValue ? Boxes.Of((long)value) : value;

    internal static object Shrink(Int128 value) =>
        value >= long.MinValue && value <= long.MaxValue ? Boxes.Of((long)value) : (BigInteger)value;

    internal static double ToDouble(object value) => value is BigInteger big ? (double)big : Convert.ToDouble(value, CultureInfo.InvariantCulture);

    private static ScriptRange Range(TemplateContext context, BinaryExpression at, object left, object right)
    {
        if (left is double or float or decimal || right is double or float or decimal
            || !Conversion.TryInteger(left, out var start) || !Conversion.TryInteger(right, out var end))
        {
            throw Operators.NotPossible(context, at, left, right);
        }

        var range = new ScriptRange(start, end, at.Kind == TokenKind.RangeInclusive);
        var limit = context.LoopLimit > 0 ? context.LoopLimit : Array.MaxLength;
        return range.LongCount > limit
            ? throw context.Error(at.OperatorLocation, $"the range has {range.LongCount} items, more than LoopLimit allows ({limit})")
            : range;
    }

    private static object? Integers(TemplateContext context, BinaryExpression at, BigInteger a, BigInteger b)
    {
        switch (at.Kind)
        {
            case TokenKind.Plus:
                return Shrink(a + b);
            case TokenKind.Minus:
                return Shrink(a - b);
            case TokenKind.Multiply:
                return Bounded(context, at, a.GetBitLength() + b.GetBitLength()) ? Shrink(a * b) : null;
            case TokenKind.Divide:
                return (double)a / (double)b;
            case TokenKind.IntegerDivide:
                return Shrink(BigInteger.Divide(a, b));
            case TokenKind.Modulo:
                return Shrink(BigInteger.Remainder(a, b));
            case TokenKind.ShiftLeft or TokenKind.ShiftRight:
                if (BigInteger.Abs(b) > MaxShift)
                {
                    throw context.Error(at.OperatorLocation, $"{b} is too much to shift by; at most {MaxShift} is allowed");
                }

                return Shrink(at.Kind == TokenKind.ShiftLeft ? a << (int)b : a >> (int)b);
            default:
                return null;
        }
    }

    private static bool Bounded(TemplateContext context, BinaryExpression at, long bits) =>
        bits <= 2L * MaxShift ? true : throw context.Error(at.OperatorLocation, "the number would be too large");

    private static object? Doubles(TokenKind kind, double a, double b) => kind switch
    {
        TokenKind.Plus => a + b,
        TokenKind.Minus => a - b,
        TokenKind.Multiply => a * b,
        TokenKind.Divide => a / b,
        TokenKind.IntegerDivide => Math.Round(a / b),
        TokenKind.Modulo => a % b,
        _ => null,
    };

    private static object? Floats(TokenKind kind, float a, float b) => kind switch
    {
        TokenKind.Plus => a + b,
        TokenKind.Minus => a - b,
        TokenKind.Multiply => a * b,
        TokenKind.Divide => a / b,
        TokenKind.IntegerDivide => MathF.Truncate(a / b),
        TokenKind.Modulo => a % b,
        _ => null,
    };

    private static object? Decimals(TokenKind kind, decimal a, decimal b) => kind switch
    {
        TokenKind.Plus => a + b,
        TokenKind.Minus => a - b,
        TokenKind.Multiply => a * b,
        TokenKind.Divide => a / b,
        TokenKind.IntegerDivide => decimal.Truncate(a / b),
        TokenKind.Modulo => a % b,
        _ => null,
    };

    private static object Plain(object value) => value is BigInteger big ? (decimal)big : value;

    private static BigInteger ToBig(object value) => value switch
    {
        int number => number,
        long number => number,
        BigInteger number => number,
        uint number => number,
        ulong number => number,
        _ => Convert.ToInt64(value, CultureInfo.InvariantCulture),
    };
}
