using System.Text.Json;
using Provision.Configuration.Model;
using Provision.Configuration.Templates;
using Scriban.Runtime;

namespace Provision.Benchmarks.TemplateEngines;

/// <summary>Turns a JSON model into what each engine is best served with: this project's objects, or plain dictionaries and lists.</summary>
internal static class ModelReader
{
    internal static ScriptObject ToScript(string json)
    {
        using var document = JsonDocument.Parse(json);
        return (ScriptObject)Script(document.RootElement)!;
    }

    internal static ModelObject ToModel(string json)
    {
        using var document = JsonDocument.Parse(json);
        return (ModelObject)Model(document.RootElement)!;
    }

    internal static Dictionary<string, object?> ToDictionary(string json)
    {
        using var document = JsonDocument.Parse(json);
        return (Dictionary<string, object?>)Plain(document.RootElement)!;
    }

    private static object? Model(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            return value.ValueKind == JsonValueKind.Array ? new ScriptArray(value.EnumerateArray().Select(Model)) { IsReadOnly = true } : Scalar(value);
        }

        var model = new ModelObject();
        foreach (var member in value.EnumerateObject())
        {
            model[member.Name] = Model(member.Value);
        }

        return model;
    }

    private static object? Script(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            return value.ValueKind == JsonValueKind.Array ? new ScriptArray(value.EnumerateArray().Select(Script)) : Scalar(value);
        }

        var model = new ScriptObject();
        foreach (var member in value.EnumerateObject())
        {
            model.Add(member.Name, Script(member.Value));
        }

        return model;
    }

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
