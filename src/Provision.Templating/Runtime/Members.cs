using System.Collections;

namespace Provision.Templating.Runtime;

/// <summary>Members and items of values of any type.</summary>
internal static class Members
{
    private static readonly string[] SizeOnly = ["size"];
    private static readonly string[] DateNames = ["date", "day", "day_of_week", "day_of_year", "hour", "millisecond", "minute", "month", "second", "ticks", "time_of_day", "year"];
    private static readonly string[] SpanNames = ["days", "hours", "milliseconds", "minutes", "seconds", "ticks", "total_days", "total_hours", "total_milliseconds", "total_minutes", "total_seconds"];

    internal static bool TryGet(object target, string name, out object? value)
    {
        switch (target)
        {
            case IScriptObject model:
                return model.TryGetValue(name, out value);
            case ScriptArray array when array.HasMembers && array.Members.TryGetValue(name, out value):
                return true;
            case string text when name == "size":
                value = Boxes.Of(text.Length);
                return true;
            case IReadOnlyDictionary<string, object?> dictionary:
                return dictionary.TryGetValue(name, out value);
            case IDictionary dictionary:
                value = dictionary.Contains(name) ? dictionary[name] : null;
                return value is not null || dictionary.Contains(name);
            case IEnumerable sequence when name == "size":
                value = Boxes.Of(Sequences.Count(sequence));
                return true;
            case DateTime date:
                return TryGetDate(date, name, out value);
            case TimeSpan span:
                return TryGetSpan(span, name, out value);
            default:
                value = null;
                return false;
        }
    }

    internal static IEnumerable<string> NamesOf(object target) => target switch
    {
        IScriptObject model => model.Keys,
        ScriptArray array when array.HasMembers => array.Members.Keys.Append("size"),
        IReadOnlyDictionary<string, object?> dictionary => dictionary.Keys,
        IDictionary dictionary => dictionary.Keys.OfType<string>(),
        DateTime => DateNames,
        TimeSpan => SpanNames,
        _ => SizeOnly,
    };

    /// <summary>The value of <c>.empty?</c>.</summary>
    internal static object? IsEmpty(object? target) => target switch
    {
        null => null,
        string text => Boxes.Of(text.Length == 0),
        EmptyValue => Boxes.True,
        IScriptObject model => Boxes.Of(model.Count == 0),
        IDictionary dictionary => Boxes.Of(dictionary.Count == 0),
        IEnumerable sequence => Boxes.Of(!sequence.GetEnumerator().MoveNext()),
        _ => Boxes.False,
    };

    /// <summary>True when the value is a list that takes integers as index.</summary>
    internal static bool IsList(object target) => target is string or IReadOnlyList<object?> or IList;

    /// <summary>An item of a list; negative indexes count from the end.</summary>
    internal static bool TryGetItem(object target, long index, out object? value)
    {
        var count = target switch
        {
            string text => text.Length,
            IReadOnlyList<object?> list => list.Count,
            IList list => list.Count,
            _ => 0,
        };
        if (index < 0)
        {
            index += count;
        }

        if (index < 0 || index >= count)
        {
            value = null;
            return false;
        }

        value = target switch
        {
            string text => text[(int)index].ToString(),
            IReadOnlyList<object?> list => list[(int)index],
            IList list => list[(int)index],
            _ => null,
        };
        return true;
    }

    private static bool TryGetDate(DateTime date, string name, out object? value)
    {
        value = name switch
        {
            "year" => Boxes.Of(date.Year),
            "month" => Boxes.Of(date.Month),
            "day" => Boxes.Of(date.Day),
            "hour" => Boxes.Of(date.Hour),
            "minute" => Boxes.Of(date.Minute),
            "second" => Boxes.Of(date.Second),
            "millisecond" => Boxes.Of(date.Millisecond),
            "day_of_year" => Boxes.Of(date.DayOfYear),
            "day_of_week" => date.DayOfWeek.ToString(),
            "date" => date.Date,
            "time_of_day" => date.TimeOfDay,
            "ticks" => Boxes.Of(date.Ticks),
            _ => null,
        };
        return value is not null;
    }

    private static bool TryGetSpan(TimeSpan span, string name, out object? value)
    {
        value = name switch
        {
            "days" => Boxes.Of(span.Days),
            "hours" => Boxes.Of(span.Hours),
            "minutes" => Boxes.Of(span.Minutes),
            "seconds" => Boxes.Of(span.Seconds),
            "milliseconds" => Boxes.Of(span.Milliseconds),
            "ticks" => Boxes.Of(span.Ticks),
            "total_days" => span.TotalDays,
            "total_hours" => span.TotalHours,
            "total_minutes" => span.TotalMinutes,
            "total_seconds" => span.TotalSeconds,
            "total_milliseconds" => span.TotalMilliseconds,
            _ => null,
        };
        return value is not null;
    }
}
