using System.Globalization;
using Provision.Templating.Runtime;

namespace Provision.Templating.Builtins;

/// <summary><c>math.format</c> and <c>object.format</c>.</summary>
internal static class NumberFormat
{
    internal static object? Format(TemplateContext context, ScriptArguments a, bool numbersOnly)
    {
        var (value, format) = (a[0], a.Text(1));
        if (value is null)
        {
            return null;
        }

        if (numbersOnly && !Conversion.IsNumber(value))
        {
            throw new ScriptArgumentException($"this is {TypeNames.Of(value)}, not a number", 0);
        }

        if (value is not IFormattable formattable)
        {
            return context.ObjectToString(value);
        }

        if (format is { Length: > 100 } || Precision(format) > 999)
        {
            throw new ScriptArgumentException("a format has at most 100 characters and asks for at most 999 digits", 1);
        }

        try
        {
            return a.Bounded(context, formattable.ToString(format, Culture(a.Text(2), 2)));
        }
        catch (FormatException)
        {
            throw new ScriptArgumentException($"\"{format}\" is not a format for {TypeNames.Of(value)}", 1);
        }
    }

    /// <summary>The number in a format such as <c>F999999999</c>, which would fill the memory.</summary>
    private static long Precision(string? format) =>
        format is { Length: > 1 } && char.IsAsciiLetter(format[0]) && long.TryParse(format.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var digits) ? digits : 0;

    internal static CultureInfo Culture(string? name, int argument)
    {
        if (string.IsNullOrEmpty(name))
        {
            return CultureInfo.InvariantCulture;
        }

        try
        {
            return CultureInfo.GetCultureInfo(name);
        }
        catch (CultureNotFoundException)
        {
            return name is "en-US" or "en" ? CultureInfo.InvariantCulture : throw new ScriptArgumentException($"the culture \"{name}\" is not available", argument);
        }
    }
}
