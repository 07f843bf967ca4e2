using System.Text.Json;
using Provision.Templating;

namespace Provision.Conformance;

/// <summary>One record of a file of cases.</summary>
internal sealed record Case
{
    internal required string Id { get; init; }

    internal required int Tier { get; init; }

    internal required string Template { get; init; }

    internal string? Mode { get; init; }

    internal ScriptObject? Model { get; init; }

    internal Dictionary<string, string?>? Includes { get; init; }

    internal Dictionary<string, JsonElement> Context { get; init; } = [];

    internal string? SourcePath { get; init; }

    internal string? Expected { get; init; }

    internal bool ExpectsError { get; init; }

    internal string? ErrorPhase { get; init; }

    internal int Line { get; init; }

    internal int Column { get; init; }

    internal bool PositionIsPoor { get; init; }

    internal bool NeedsCulture { get; init; }

    internal static IEnumerable<Case> ReadAll(string path)
    {
        foreach (var line in File.ReadLines(path))
        {
            if (line.Length > 0)
            {
                using var document = JsonDocument.Parse(line);
                yield return Read(document.RootElement);
            }
        }
    }

    private static Case Read(JsonElement record)
    {
        var first = record.TryGetProperty("firstError", out var error) && error.ValueKind == JsonValueKind.Object ? error : default;
        return new Case
        {
            Id = record.GetProperty("id").GetString()!,
            Tier = record.GetProperty("tier").GetInt32(),
            Template = record.GetProperty("template").GetString()!,
            Mode = Text(record, "mode"),
            Model = record.TryGetProperty("model", out var model) ? Models.Of(model) as ScriptObject : null,
            Includes = record.TryGetProperty("includes", out var includes)
                ? includes.EnumerateObject().ToDictionary(i => i.Name, i => i.Value.GetString(), StringComparer.Ordinal)
                : null,
            Context = record.TryGetProperty("context", out var context)
                ? context.EnumerateObject().ToDictionary(s => s.Name, s => s.Value.Clone(), StringComparer.Ordinal)
                : [],
            SourcePath = Text(record, "sourcePath"),
            Expected = Text(record, "expected"),
            ExpectsError = record.TryGetProperty("expectError", out var expects) && expects.ValueKind == JsonValueKind.True,
            ErrorPhase = Text(record, "errorPhase"),
            Line = first.ValueKind == JsonValueKind.Object ? first.GetProperty("line").GetInt32() : 0,
            Column = first.ValueKind == JsonValueKind.Object ? first.GetProperty("column").GetInt32() : 0,
            PositionIsPoor = record.TryGetProperty("positionIsPoor", out var poor) && poor.ValueKind == JsonValueKind.True,
            NeedsCulture = record.TryGetProperty("env", out var env) && env.ToString().Contains("icu", StringComparison.Ordinal),
        };
    }

    private static string? Text(JsonElement record, string name) =>
        record.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}

/// <summary>Models of cases as objects of templates.</summary>
internal static class Models
{
    internal static object? Of(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                var members = new ScriptObject();
                foreach (var member in value.EnumerateObject())
                {
                    members[member.Name] = Of(member.Value);
                }

                return members;
            case JsonValueKind.Array:
                return new ScriptArray(value.EnumerateArray().Select(Of));
            case JsonValueKind.String:
                return value.GetString();
            case JsonValueKind.Number:
                return value.TryGetInt32(out var small) ? small : value.TryGetInt64(out var large) ? large : value.GetDouble();
            case JsonValueKind.True:
                return true;
            case JsonValueKind.False:
                return false;
            default:
                return null;
        }
    }
}
