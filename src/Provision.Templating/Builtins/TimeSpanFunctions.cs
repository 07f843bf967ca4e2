using System.Globalization;
using Provision.Templating.Runtime;

namespace Provision.Templating.Builtins;

/// <summary><c>timespan.*</c>.</summary>
internal static class TimeSpanFunctions
{
    internal static readonly DelegateFunction[] All =
    [
        new("timespan.from_days", "days", static (_, a) => Of(a, TimeSpan.TicksPerDay)),
        new("timespan.from_hours", "hours", static (_, a) => Of(a, TimeSpan.TicksPerHour)),
        new("timespan.from_milliseconds", "millis", static (_, a) => Of(a, TimeSpan.TicksPerMillisecond)),
        new("timespan.from_minutes", "minutes", static (_, a) => Of(a, TimeSpan.TicksPerMinute)),
        new("timespan.from_seconds", "seconds", static (_, a) => Of(a, TimeSpan.TicksPerSecond)),
        new("timespan.parse", "text", static (_, a) => TimeSpan.TryParse(a.Text(0), CultureInfo.InvariantCulture, out var span)
            ? span
            : throw new ScriptArgumentException($"\"{a.Text(0)}\" is not a span of time", 0)),
    ];

    private static object Of(ScriptArguments a, long ticks)
    {
        if (!Conversion.IsNumber(a[0]))
        {
            throw new ScriptArgumentException($"this is {TypeNames.Of(a[0])}, not a number", 0);
        }

        var total = Arithmetic.ToDouble(a[0]!) * ticks;
        return Math.Abs(total) < TimeSpan.MaxValue.Ticks ? TimeSpan.FromTicks((long)total) : throw new ScriptArgumentException("this span of time is too long", 0);
    }
}
