using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Provision.Templating.Runtime;

namespace Provision.Templating.Builtins;

/// <summary><c>object.from_json</c>.</summary>
internal static class JsonReader
{
    internal static object? Read(string? json)
    {
        if (json is null)
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 64 });
            return Value(document.RootElement);
        }
        catch (Exception problem) when (problem is JsonException or ArgumentException or InvalidOperationException)
        {
            throw new ScriptArgumentException($"this is not JSON: {problem.Message}");
        }
    }

    private static object? Value(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                var result = new ScriptObject();
                foreach (var member in element.EnumerateObject())
                {
                    result[member.Name] = Value(member.Value);
                }

                return result;
            case JsonValueKind.Array:
                var array = new ScriptArray(element.GetArrayLength());
                foreach (var item in element.EnumerateArray())
                {
                    array.Add(Value(item));
                }

                return array;
            case JsonValueKind.String:
                return element.GetString();
            case JsonValueKind.Number:
                return Number(element.GetRawText());
            case JsonValueKind.True or JsonValueKind.False:
                return Boxes.Of(element.ValueKind == JsonValueKind.True);
            default:
                return null;
        }
    }

    private static object Number(string raw)
    {
        if (raw.AsSpan().IndexOfAny('.', 'e', 'E') < 0)
        {
            return raw.Length < 1000
                ? Arithmetic.Shrink(BigInteger.Parse(raw, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture))
                : throw new ScriptArgumentException("this number is too long");
        }

        return double.Parse(raw, NumberStyles.Float, CultureInfo.InvariantCulture);
    }
}
