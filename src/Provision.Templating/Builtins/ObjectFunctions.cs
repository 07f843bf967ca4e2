using System.Collections;
using Provision.Templating.Runtime;

namespace Provision.Templating.Builtins;

/// <summary><c>object.*</c>.</summary>
internal static class ObjectFunctions
{
    internal static readonly DelegateFunction[] All =
    [
        new("object.default", "value default", static (_, a) => a[0] is null or "" or EmptyValue ? a[1] : a[0]) { IsLenient = true },
        new("object.has_key", "value key", static (_, a) => HasKey(a)) { IsLenient = true },
        new("object.has_value", "value key", static (_, a) => a[0] is { } value && a.Text(1) is { } key && Has(value, key, out var member) && member is not null) { IsLenient = true },
        new("object.keys", "value", static (_, a) => Keys(a[0])),
        new("object.values", "value", static (_, a) => Values(a[0])),
        new("object.size", "value", static (_, a) => Boxes.Of(Size(a[0]))),
        new("object.typeof", "value", static (_, a) => TypeOf(a[0])),
        new("object.kind", "value", static (_, a) => TypeNames.Kind(a[0])),
        new("object.format", "value format culture?", static (c, a) => NumberFormat.Format(c, a, numbersOnly: false)),
        new("object.to_json", "value", static (c, a) => JsonWriter.Write(c, a)),
        new("object.from_json", "json", static (_, a) => JsonReader.Read(a.Text(0))),
        new("object.eval", "text", static (c, a) => a.Text(0) is { } text ? c.EvaluateText(text, a, ScriptMode.ScriptOnly) : null),
        new("object.eval_template", "text", static (c, a) => a.Text(0) is { } text ? c.EvaluateText(text, a, ScriptMode.Default) : null),
    ];

    private static bool HasKey(ScriptArguments a) => a[0] is { } value && a.Text(1) is { } key && Has(value, key, out _);

    private static bool Has(object value, string key, out object? member)
    {
        if (value is IScriptObject or IDictionary or IReadOnlyDictionary<string, object?>)
        {
            return Members.TryGet(value, key, out member);
        }

        member = null;
        return value is ScriptArray { HasMembers: true } array && array.Members.TryGetValue(key, out member);
    }

    private static ScriptArray Keys(object? value) => value switch
    {
        IScriptObject model => new ScriptArray(model.Keys),
        IReadOnlyDictionary<string, object?> dictionary => new ScriptArray(dictionary.Keys),
        ScriptArray { HasMembers: true } array => new ScriptArray(array.Members.Keys),
        _ => [],
    };

    private static ScriptArray Values(object? value) => value switch
    {
        IScriptObject model => new ScriptArray(model.Keys.Select(k => model.TryGetValue(k, out var member) ? member : null)),
        IReadOnlyDictionary<string, object?> dictionary => new ScriptArray(dictionary.Values),
        ScriptArray { HasMembers: true } array => new ScriptArray(array.Members.Values),
        _ => [],
    };

    private static int Size(object? value) => value switch
    {
        string text => text.Length,
        IScriptObject model => model.Count,
        IEnumerable sequence => Sequences.Count(sequence),
        _ => 0,
    };

    private static string? TypeOf(object? value) => value switch
    {
        null => null,
        bool => "boolean",
        string => "string",
        ScriptRange or LazySequence => "iterator",
        IScriptObject or IDictionary or IReadOnlyDictionary<string, object?> => "object",
        IList or IReadOnlyList<object?> => "array",
        IEnumerable => "iterator",
        _ => Conversion.IsNumber(value) ? "number" : "object",
    };
}
