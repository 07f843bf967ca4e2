using System.Text.Json;
using Provision.Templating;

namespace Provision.Benchmarks.TemplateEngines;

/// <summary>Turns a JSON model into what each engine is best served with: this project's objects, or plain dictionaries and lists.</summary>
internal static class ModelReader
{
    internal static ScriptObject ToScript(string json)
    {
        using var document = JsonDocument.Parse(json);
        return (ScriptObject)Script(document.RootElement)!;
    }

    internal static Dictionary<string, object?> ToDictionary(string json)
    {
        using var document = JsonDocument.Parse(json);
        return (Dictionary<string, object?>)Plain(document.RootElement)!;
    }

    private static object? Script(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => new ScriptObject(value.EnumerateObject().Select(p => KeyValuePair.Create(p.Name, Script(p.Value)))).Freeze(),
        JsonValueKind.Array => new ScriptArray(value.EnumerateArray().Select(Script)),
        _ => Scalar(value),
    };

    private static object? Plain(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => value.EnumerateObject().ToDictionary(p => p.Name, p => Plain(p.Value), StringComparer.Ordinal),
        JsonValueKind.Array => value.EnumerateArray().Select(Plain).ToList(),
        _ => Scalar(value),
    };

    private static object? Scalar(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number => value.GetInt32(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };
}
