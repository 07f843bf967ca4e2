using System.Globalization;
using System.Numerics;
using Provision.Templating.Syntax;

namespace Provision.Templating.Runtime;

/// <summary>Values as truth, integers and numbers.</summary>
internal static class Conversion
{
    /// <summary>Only null, false and <c>empty</c> are false.</summary>
    internal static bool IsTrue(object? value) => value switch
    {
        null => false,
        bool truth => truth,
        EmptyValue => false,
        _ => true,
    };

    internal static bool IsNumber(object? value) =>
        value is int or double or long or decimal or BigInteger or float or uint or ulong or short or byte or ushort or sbyte;

    /// <summary>True for numbers without a fraction, and for those with one, cut.</summary>
    internal static bool TryInteger(object value, out long number)
    {
        switch (value)
        {
            case int small:
                number = small;
                return true;
            case long large:
                number = large;
                return true;
            case BigInteger big when big >= long.MinValue && big <= long.MaxValue:
                number = (long)big;
                return true;
            case double or float or decimal:
                var real = Convert.ToDouble(value, CultureInfo.InvariantCulture);
                number = real is > -9e18 and < 9e18 ? (long)real : 0;
                return real is > -9e18 and < 9e18;
            case uint or short or byte or ushort or sbyte:
                number = Convert.ToInt64(value, CultureInfo.InvariantCulture);
                return true;
            default:
                number = 0;
                return false;
        }
    }

    /// <summary>An integer as functions take it: fractions round half to even, texts are read, truth values are 1 and 0.</summary>
    internal static bool TryInt(object value, out int number)
    {
        switch (value)
        {
            case int small:
                number = small;
                return true;
            case bool truth:
                number = truth ? 1 : 0;
                return true;
            case string text:
                return int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out number);
            case BigInteger big when big >= int.MinValue && big <= int.MaxValue:
                number = (int)big;
                return true;
            case long or uint or short or byte or ushort or sbyte:
                var large = Convert.ToInt64(value, CultureInfo.InvariantCulture);
                number = large is >= int.MinValue and <= int.MaxValue ? (int)large : 0;
                return large is >= int.MinValue and <= int.MaxValue;
            case double or float or decimal:
                var real = Math.Round(Convert.ToDouble(value, CultureInfo.InvariantCulture), MidpointRounding.ToEven);
                number = real is >= int.MinValue and <= int.MaxValue ? (int)real : 0;
                return real is >= int.MinValue and <= int.MaxValue;
            default:
                number = 0;
                return false;
        }
    }

    internal static int ToInt(TemplateContext context, Node at, object? value)
    {
        if (value is null)
        {
            return 0;
        }

        return TryInt(value, out var number) ? number : throw context.Error(at, $"this is {TypeNames.Of(value)}, not an integer");
    }
}
