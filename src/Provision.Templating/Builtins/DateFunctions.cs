using System.Globalization;
using Provision.Templating.Runtime;

namespace Provision.Templating.Builtins;

/// <summary><c>date.*</c>.</summary>
internal static class DateFunctions
{
    internal static readonly DelegateFunction[] All =
    [
        new("date.now", "", static (_, _) => DateTime.Now),
        new("date.utc_now", "", static (_, _) => DateTime.UtcNow),
        new("date.add_days", "date days", static (_, a) => Add(a, static (d, n) => d.AddDays(n))),
        new("date.add_hours", "date hours", static (_, a) => Add(a, static (d, n) => d.AddHours(n))),
        new("date.add_milliseconds", "date millis", static (_, a) => Add(a, static (d, n) => d.AddMilliseconds(n))),
        new("date.add_minutes", "date minutes", static (_, a) => Add(a, static (d, n) => d.AddMinutes(n))),
        new("date.add_months", "date months", static (_, a) => Add(a, static (d, n) => d.AddMonths((int)n))),
        new("date.add_seconds", "date seconds", static (_, a) => Add(a, static (d, n) => d.AddSeconds(n))),
        new("date.add_years", "date years", static (_, a) => Add(a, static (d, n) => d.AddYears((int)n))),
        new("date.parse", "text pattern? culture?", static (c, a) => Parse(c, a.Text(0), a.Text(1), a.Text(2), 2)),
        new("date.parse_to_string", "text output_pattern? output_culture? input_pattern? input_culture?", static (c, a) => ParseToString(c, a)),
        new("date.to_string", "date pattern culture?", static (c, a) => ToText(c, a)),
    ];

    private static object? Add(ScriptArguments a, Func<DateTime, double, DateTime> add)
    {
        var date = Date(a, 0);
        if (date is null)
        {
            return null;
        }

        if (!Conversion.IsNumber(a[1]))
        {
            throw new ScriptArgumentException($"this is {TypeNames.Of(a[1])}, not a number", 1);
        }

        try
        {
            return add(date.Value, Arithmetic.ToDouble(a[1]!));
        }
        catch (ArgumentException)
        {
            throw new ScriptArgumentException("the date would be out of range", 1);
        }
    }

    private static DateTime? Date(ScriptArguments a, int index) => a[index] switch
    {
        null => null,
        DateTime date => date,
        DateTimeOffset date => date.DateTime,
        string text when DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) => date,
        var other => throw new ScriptArgumentException($"this is {TypeNames.Of(other)}, not a date", index),
    };

    private static object? Parse(TemplateContext context, string? text, string? pattern, string? culture, int cultureIndex)
    {
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        var info = NumberFormat.Culture(culture, cultureIndex);
        var styles = context.IsStrict ? DateTimeStyles.AdjustToUniversal : DateTimeStyles.None;
        var parsed = string.IsNullOrEmpty(pattern)
            ? DateTime.TryParse(text, info, styles, out var date)
            : DateFormat.TryParse(text, pattern, info, out date);
        if (!parsed && context.IsStrict)
        {
            throw new ScriptArgumentException($"\"{text}\" is not a date", 0);
        }

        return parsed ? date : default(DateTime);
    }

    private static object? ParseToString(TemplateContext context, ScriptArguments a) =>
        Parse(context, a.Text(0), a.Text(3), a.Text(4), 4) is DateTime date
            ? DateFormat.Format(date, a.Text(1) ?? context.DateFormatPattern, NumberFormat.Culture(a.Text(2), 2))
            : null;

    private static object? ToText(TemplateContext context, ScriptArguments a) =>
        Date(a, 0) is { } date
            ? a.Bounded(context, DateFormat.Format(date, a.Text(1) ?? context.DateFormatPattern, NumberFormat.Culture(a.Text(2), 2)))
            : null;
}
