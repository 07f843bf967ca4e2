using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Provision.Configuration.Model;
using Provision.Configuration.Templates;
using Scriban.Runtime;

namespace Provision.Configuration.Tests.Templates.Golden;

/// <summary>
/// A case of a <c>*.golden</c> file: after a line <c>=== id</c> come sections that begin with a line <c>--- name</c>. Known are
/// <c>template</c>, <c>model</c> (JSON), <c>include NAME</c>, and either <c>output</c> or <c>error</c>.
/// The line end before the next mark belongs to the format.
/// </summary>
internal sealed class GoldenCase
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

    /// <summary>Renders the case: the name of a section and its text.</summary>
    public (string Section, string Text) Run(SourceMap? map = null)
    {
        var template = ParsedTemplate.Parse(this["template"]!, "t");
        if (template.HasErrors)
        {
            return ("error", string.Join('\n', template.Messages));
        }

        var renderer = new TemplateRenderer(new TemplateLimits())
        {
            Source = new MapSource(sections.Where(s => s.Name.StartsWith("include ", StringComparison.Ordinal)).ToDictionary(s => s.Name[8..], s => s.Text,
                StringComparer.Ordinal)),
        };
        renderer.PushGlobal(this["model"] is { } json ? (ModelObject)JsonModel.Value(json)! : []);
        try
        {
            return ("output", renderer.Render(template, map));
        }
        catch (TemplateException error)
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

    /// <summary>The folder of the golden files, in the source tree.</summary>
    internal static string Folder { get; } = Path.GetDirectoryName(ThisFile())!;

    private static string ThisFile([CallerFilePath] string path = "") => path;
}

/// <summary>Templates in memory.</summary>
internal sealed class MapSource(IReadOnlyDictionary<string, string> texts) : ITemplateSource
{
    public string? PathOf(string name) => name;

    public ParsedTemplate? Load(string path) => texts.TryGetValue(path, out var text) ? ParsedTemplate.Parse(text, path) : null;
}

/// <summary>JSON as values of templates.</summary>
internal static class JsonModel
{
    public static object? Value(string json)
    {
        using var document = JsonDocument.Parse(json);
        return Value(document.RootElement);
    }

    private static object? Value(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => Object(value),
        JsonValueKind.Array => new ScriptArray(value.EnumerateArray().Select(Value)) { IsReadOnly = true },
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number => value.TryGetInt32(out var small) ? small : value.GetDouble(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };

    private static ModelObject Object(JsonElement value)
    {
        var model = new ModelObject();
        foreach (var member in value.EnumerateObject())
        {
            model[member.Name] = Value(member.Value);
        }

        return model;
    }
}
