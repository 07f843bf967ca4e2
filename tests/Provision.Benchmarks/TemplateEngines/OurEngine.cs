using Provision.Templating;

namespace Provision.Benchmarks.TemplateEngines;

/// <summary>The project's engine as the product uses it: strict, a frozen model, behind its interface.</summary>
internal sealed class OurEngine
{
    private readonly TemplateEngine engine = new();
    private readonly string text;
    private readonly IParsedTemplate parsed;
    private readonly RenderRequest request;

    internal OurEngine(string text, string json)
    {
        this.text = text;
        parsed = Parse();
        request = new RenderRequest { Globals = [ModelReader.ToScript(json)] };
    }

    internal IParsedTemplate Parse()
    {
        var template = engine.Parse(text, "benchmark");
        return template.HasErrors ? throw new InvalidOperationException(template.Messages[0].ToString()) : template;
    }

    internal string Render()
    {
        var result = engine.Render(parsed, request);
        return result.Output ?? throw new InvalidOperationException(result.Errors[0].ToString());
    }
}
