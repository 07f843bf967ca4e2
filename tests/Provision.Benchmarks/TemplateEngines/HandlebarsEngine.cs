using HandlebarsDotNet;

namespace Provision.Benchmarks.TemplateEngines;

/// <summary>Handlebars.Net without HTML escaping, with the one helper that the templates need.</summary>
internal sealed class HandlebarsEngine
{
    private readonly IHandlebars engine = Handlebars.Create(new HandlebarsConfiguration { NoEscape = true });
    private readonly string text;
    private readonly Dictionary<string, object?> model;
    private readonly HandlebarsTemplate<object, object> compiled;

    internal HandlebarsEngine(string text, string json)
    {
        this.text = text;
        model = ModelReader.ToDictionary(json);
        engine.RegisterHelper("join", (output, _, arguments) =>
            output.WriteSafeString(string.Join(arguments.At<string>(1), arguments.At<List<object?>>(0)!)));
        compiled = Compile();
    }

    internal HandlebarsTemplate<object, object> Compile() => engine.Compile(text);

    internal string Render() => compiled(model);
}
