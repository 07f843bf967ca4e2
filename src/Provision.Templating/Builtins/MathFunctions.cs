using System.Numerics;
using System.Security.Cryptography;
using Provision.Templating.Lexing;
using Provision.Templating.Runtime;
using Provision.Templating.Syntax;

namespace Provision.Templating.Builtins;

/// <summary><c>math.*</c>.</summary>
internal static class MathFunctions
{
    internal static readonly DelegateFunction[] All =
    [
        new("math.abs", "value", static (_, a) => Abs(a)),
        new("math.ceil", "value", static (_, a) => Whole(a, Math.Ceiling, decimal.Ceiling)),
        new("math.floor", "value", static (_, a) => Whole(a, Math.Floor, decimal.Floor)),
        new("math.round", "value precision?", static (_, a) => Round(a)),
        new("math.format", "value format culture?", static (c, a) => NumberFormat.Format(c, a, numbersOnly: true)),
        new("math.is_number", "value", static (_, a) => Conversion.IsNumber(a[0])),
        new("math.plus", "value with", static (c, a) => Apply(c, a, TokenKind.Plus)),
        new("math.minus", "value with", static (c, a) => Apply(c, a, TokenKind.Minus)),
        new("math.times", "value with", static (c, a) => Apply(c, a, TokenKind.Multiply)),
        new("math.modulo", "value with", static (c, a) => Apply(c, a, TokenKind.Modulo)),
        new("math.divided_by", "value divisor", static (c, a) => DividedBy(c, a)),
        new("math.random", "minValue maxValue", static (_, a) => Random(a)),
        new("math.uuid", "", static (_, _) => Guid.NewGuid().ToString()),
    ];

    private static object? Apply(TemplateContext context, ScriptArguments a, TokenKind kind) => Apply(context, a, kind, a[0], a[1]);

    private static object? Apply(TemplateContext context, ScriptArguments a, TokenKind kind, object? left, object? right)
    {
        var at = a.Place();
        var place = new Literal(at.Source, at.Start, at.End, null);
        return Operators.Apply(context, new BinaryExpression(at.Source, at.Start, at.End, kind, at.Start, place, place), left, right);
    }

    private static object? DividedBy(TemplateContext context, ScriptArguments a)
    {
        var result = Apply(context, a, TokenKind.Divide);
        if (a[1] is not (int or long or BigInteger))
        {
            return result;
        }

        return result switch
        {
            double number => double.IsFinite(number) ? Arithmetic.Shrink(new BigInteger(Math.Floor(number))) : throw new ScriptArgumentException("division by zero", 1),
            float number => float.IsFinite(number) ? Arithmetic.Shrink(new BigInteger(Math.Floor(number))) : throw new ScriptArgumentException("division by zero", 1),
            decimal number => Arithmetic.Shrink(new BigInteger(decimal.Floor(number))),
            _ => result,
        };
    }

    private static object? Abs(ScriptArguments a) => a[0] switch
    {
        null => null,
        int number => Boxes.Of(Math.Abs((long)number)),
        long number => Arithmetic.Shrink(Int128.Abs(number)),
        BigInteger number => BigInteger.Abs(number),
        double number => Math.Abs(number),
        float number => MathF.Abs(number),
        decimal number => Math.Abs(number),
        uint number => number,
        var other => throw NotANumber(other),
    };

    private static object? Whole(ScriptArguments a, Func<double, double> real, Func<decimal, decimal> exact) => a[0] switch
    {
        null => null,
        double number => real(number),
        float number => (float)real(number),
        decimal number => exact(number),
        var other => Conversion.IsNumber(other) ? other : throw NotANumber(other),
    };

    private static object? Round(ScriptArguments a)
    {
        var precision = a.Integer(1);
        if (precision is < 0 or > 15)
        {
            throw new ScriptArgumentException("a precision is 0 to 15", 1);
        }

        return a[0] switch
        {
            null => null,
            double number => Math.Round(number, precision),
            float number => MathF.Round(number, Math.Min(precision, 6)),
            decimal number => Math.Round(number, precision),
            var other => Conversion.IsNumber(other) ? other : throw NotANumber(other),
        };
    }

    private static object Random(ScriptArguments a)
    {
        var (low, high) = (a.Integer(0), a.Integer(1));
        return low < high ? RandomNumberGenerator.GetInt32(low, high) : throw new ScriptArgumentException("the upper bound must be above the lower one", 1);
    }

    private static ScriptArgumentException NotANumber(object? value) => new($"this is {TypeNames.Of(value)}, not a number", 0);
}
