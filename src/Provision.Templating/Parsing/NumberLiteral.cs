using System.Globalization;
using System.Numerics;
using Provision.Templating.Runtime;

namespace Provision.Templating.Parsing;

/// <summary>The value of a number as written.</summary>
internal static class NumberLiteral
{
    private const int MaxLength = 10_000;

    internal static bool TryParse(ReadOnlySpan<char> written, bool floatAsDecimal, out object? value)
    {
        if (written.Length > MaxLength)
        {
            value = null;
            return false;
        }

        var text = written.ToString().Replace("_", "", StringComparison.Ordinal);
        if (text.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            return TryRadix(text.AsSpan(2), 16, out value);
        }

        if (text.StartsWith("0b", StringComparison.OrdinalIgnoreCase))
        {
            return TryRadix(text.AsSpan(2), 2, out value);
        }

        var suffix = char.ToLowerInvariant(text[^1]);
        if (suffix is 'u' or 'f' or 'd' or 'm')
        {
            text = text[..^1];
        }
        else
        {
            suffix = text.Contains('.', StringComparison.Ordinal) ? floatAsDecimal ? 'm' : 'd' : 'i';
        }

        value = suffix switch
        {
            'f' when float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => number,
            'd' when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => number,
            'm' when decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => number,
            'u' when uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) => number,
            'u' or 'i' => Integer(text),
            _ => null,
        };
        return value is not null;
    }

    private static object? Integer(string text)
    {
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return Boxes.Of(number);
        }

        var exponent = text.IndexOfAny(['e', 'E']);
        if (exponent >= 0 && (!int.TryParse(text.AsSpan(exponent + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var power) || power is < 0 or > 10_000))
        {
            return null;
        }

        return BigInteger.TryParse(text, NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var big) ? Arithmetic.Shrink(big) : null;
    }

    private static bool TryRadix(ReadOnlySpan<char> digits, int radix, out object? value)
    {
        var isUnsigned = digits.Length > 0 && digits[^1] is 'u' or 'U';
        if (isUnsigned)
        {
            digits = digits[..^1];
        }

        value = null;
        if (digits.Length == 0)
        {
            return false;
        }

        var bitsOfDigit = radix == 16 ? 4 : 1;
        var total = BigInteger.Zero;
        foreach (var digit in digits)
        {
            total = (total << bitsOfDigit) + Convert.ToInt32(digit.ToString(), radix);
        }

        value = (total.GetBitLength(), isUnsigned) switch
        {
            ( <= 32, true) => (uint)total,
            ( <= 32, false) => Boxes.Of(unchecked((int)(uint)total)),
            ( <= 64, false) => Boxes.Of(unchecked((long)(ulong)total)),
            _ => total,
        };
        return true;
    }
}
