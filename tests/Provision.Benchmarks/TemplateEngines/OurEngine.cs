using Provision.Configuration.Templates;

namespace Provision.Benchmarks.TemplateEngines;

/// <summary>Templates as the product renders them: Scriban, strict, over a shared model.</summary>
internal sealed class OurEngine
{
    private readonly TemplateRenderer renderer = new(new TemplateLimits());
    private readonly string text;
    private readonly ParsedTemplate parsed;

    internal OurEngine(string text, string json)
    {
        this.text = text;
        parsed = Parse();
        renderer.PushGlobal(ModelReader.ToModel(json));
    }

    internal ParsedTemplate Parse()
    {
        var template = ParsedTemplate.Parse(text, "benchmark");
        return template.HasErrors ? throw new InvalidOperationException(template.Messages[0].ToString()) : template;
    }

    internal string Render() => renderer.Render(parsed);
}
