using BenchmarkDotNet.Attributes;

namespace Provision.Benchmarks.TemplateEngines;

/// <summary>Parsing and rendering of each template as the product does it, with plain Scriban, and with Handlebars.Net, which compiles to IL.</summary>
[MemoryDiagnoser]
public class TemplateBenchmarks
{
    private TemplateCase current = null!;

    /// <summary>The names of the templates, for the parameter.</summary>
    public static IEnumerable<string> Names => TemplateCase.Names;

    /// <summary>The template that is measured.</summary>
    [ParamsSource(nameof(Names))]
    public string Template { get; set; } = "";

    /// <summary>Parses for each engine and compares their outputs.</summary>
    [GlobalSetup]
    public void Prepare() => current = new TemplateCase(Template);

    /// <summary>Renders a parsed template to a string.</summary>
    [Benchmark]
    public string RenderOurs() => current.Ours.Render();

    /// <summary>Renders a parsed template with Scriban as it comes.</summary>
    [Benchmark]
    public string RenderPlain() => current.Plain.Render();

    /// <summary>Renders a compiled template to a string.</summary>
    [Benchmark]
    public string RenderHandlebars() => current.Handlebars.Render();

    /// <summary>Text to a template that is ready to render.</summary>
    [Benchmark]
    public object ParseOurs() => current.Ours.Parse();

    /// <summary>Text to a delegate that is ready to render.</summary>
    [Benchmark]
    public object ParseHandlebars() => current.Handlebars.Compile();
}
