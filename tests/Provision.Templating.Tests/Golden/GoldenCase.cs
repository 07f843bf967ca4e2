using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;

namespace Provision.Templating.Tests.Golden;

/// <summary>
/// A case of a <c>*.golden</c> file: after a line <c>=== id</c> come sections that begin with a line <c>--- name</c>. Known are
/// <c>template</c>, <c>model</c> and <c>context</c> (JSON), <c>include NAME</c>, and either <c>output</c> or <c>error</c>.
/// The line end before the next mark belongs to the format.
/// </summary>
public sealed class GoldenCase
{
    private readonly List<(string Name, string Text)> sections = [];

    public required string Id { get; init; }

    public string? this[string section] => sections.FirstOrDefault(s => s.Name == section).Text;

    public static IEnumerable<GoldenCase> ReadAll(string path)
    {
        GoldenCase? current = null;
        StringBuilder? text = null;
        string? section = null;
        foreach (var line in File.ReadAllText(path).Split('\n'))
        {
            var isCase = line.StartsWith("=== ", StringComparison.Ordinal);
            if (isCase || line.StartsWith("--- ", StringComparison.Ordinal))
            {
                if (section is not null)
                {
                    current!.sections.Add((section, text!.ToString()));
                }

                (section, text) = (isCase ? null : line[4..], null);
                if (isCase)
                {
                    if (current is not null)
                    {
                        yield return current;
                    }

                    current = new GoldenCase { Id = line[4..] };
                }
            }
            else if (section is not null)
            {
                text = text?.Append('\n').Append(line) ?? new StringBuilder(line);
            }
        }

        if (current is not null)
        {
            if (section is not null && text is not null)
            {
                var last = text.ToString();
                current.sections.Add((section, last.EndsWith('\n') ? last[..^1] : last));
            }

            yield return current;
        }
    }

    /// <summary>What the engine makes of the case: the name of a section and its text.</summary>
    public (string Section, string Text) Run(SourceMap? map = null)
    {
        var settings = Settings();
        var template = Template.Parse(
            this["template"]!,
            "t",
            settings.TryGetValue("ExpressionDepthLimit", out var depth) ? new ParserOptions { ExpressionDepthLimit = depth.GetInt32() } : null,
            settings.TryGetValue("Lexer", out var lexer) ? new LexerOptions { Mode = Enum.Parse<ScriptMode>(lexer.GetString()!) } : null);
        if (template.HasErrors)
        {
            return ("error", string.Join('\n', template.Messages));
        }

        var context = new TemplateContext(settings.TryGetValue("Mode", out var mode) ? Enum.Parse<TemplateMode>(mode.GetString()!) : TemplateMode.Compatible);
        foreach (var (name, value) in settings)
        {
            Apply(context, name, value);
        }

        context.SourceMap = map;
        context.PushGlobal(this["model"] is { } json ? (ScriptObject)Json.Value(json)! : []);
        context.TemplateLoader = new MapLoader(sections.Where(s => s.Name.StartsWith("include ", StringComparison.Ordinal)).ToDictionary(s => s.Name[8..], s => s.Text, StringComparer.Ordinal));
        try
        {
            return ("output", template.Render(context));
        }
        catch (ScriptRuntimeException error)
        {
            return ("error", error.Diagnostic.ToString());
        }
    }

    public void Write(StringBuilder into, string section, string text)
    {
        into.Append("=== ").Append(Id).Append('\n');
        foreach (var (name, old) in sections.Where(s => s.Name is not ("output" or "error")).Append((section, text)))
        {
            into.Append("--- ").Append(name).Append('\n').Append(old).Append('\n');
        }
    }

    private Dictionary<string, JsonElement> Settings()
    {
        if (this["context"] is not { } json)
        {
            return [];
        }

        using var document = JsonDocument.Parse(json);
        return document.RootElement.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.Clone(), StringComparer.Ordinal);
    }

    private static void Apply(TemplateContext context, string name, JsonElement value)
    {
        switch (name)
        {
            case "StrictVariables": context.StrictVariables = value.GetBoolean(); break;
            case "LoopLimit": context.LoopLimit = value.GetInt32(); break;
            case "RecursiveLimit": context.RecursiveLimit = value.GetInt32(); break;
            case "ObjectRecursionLimit": context.ObjectRecursionLimit = value.GetInt32(); break;
            case "LimitToString": context.LimitToString = value.GetInt32(); break;
            case "OutputLimit": context.OutputLimit = value.GetInt32(); break;
            case "EnableRelaxedMemberAccess": context.EnableRelaxedMemberAccess = value.GetBoolean(); break;
            case "EnableRelaxedIndexerAccess": context.EnableRelaxedIndexerAccess = value.GetBoolean(); break;
            case "EnableRelaxedTargetAccess": context.EnableRelaxedTargetAccess = value.GetBoolean(); break;
            case "EnableRelaxedFunctionAccess": context.EnableRelaxedFunctionAccess = value.GetBoolean(); break;
            case "EnableNullIndexer": context.EnableNullIndexer = value.GetBoolean(); break;
            case "AutoIndent": context.AutoIndent = value.GetBoolean(); break;
            case "IndentOnEmptyLines": context.IndentOnEmptyLines = value.GetBoolean(); break;
            case "Mode" or "ExpressionDepthLimit" or "Lexer": break;
            default: throw new InvalidDataException($"unknown setting {name}");
        }
    }

    /// <summary>The folder of the golden files, in the source tree.</summary>
    internal static string Folder { get; } = Path.GetDirectoryName(ThisFile())!;

    private static string ThisFile([CallerFilePath] string path = "") => path;
}

/// <summary>Templates in memory.</summary>
public sealed class MapLoader(IReadOnlyDictionary<string, string> texts) : ITemplateLoader
{
    public string? GetPath(TemplateContext context, Location callerLocation, string templateName) => templateName;

    public string? Load(TemplateContext context, Location callerLocation, string templatePath) =>
        texts.TryGetValue(templatePath, out var text) ? text : null;
}

/// <summary>JSON as values of templates.</summary>
public static class Json
{
    public static object? Value(string json)
    {
        using var document = JsonDocument.Parse(json);
        return Value(document.RootElement);
    }

    private static object? Value(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => new ScriptObject(value.EnumerateObject().Select(m => KeyValuePair.Create(m.Name, Value(m.Value)))),
        JsonValueKind.Array => new ScriptArray(value.EnumerateArray().Select(Value)),
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number => value.TryGetInt32(out var small) ? small : value.GetDouble(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };
}
