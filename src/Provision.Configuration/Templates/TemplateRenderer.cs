using Scriban.Runtime;
using Scriban.Syntax;

namespace Provision.Configuration.Templates;

/// <summary>Finds the templates that <c>include</c> names.</summary>
internal interface ITemplateSource
{
    /// <summary>Returns the path of a name; equal paths are the same template. Null when the name is not allowed.</summary>
    string? PathOf(string name);

    /// <summary>Returns the parsed template of a path, possibly with errors; null when there is none.</summary>
    ParsedTemplate? Load(string path);
}

/// <summary>The limits of one render; reaching one is an error, nothing is cut.</summary>
/// <param name="Loops">Steps that nested loops may take together.</param>
/// <param name="Calls">Depth of calls and includes.</param>
/// <param name="Text">UTF-16 units of one text.</param>
/// <param name="Output">UTF-16 units of the output.</param>
internal sealed record TemplateLimits(int Loops = 1_000_000, int Calls = 100, int Text = 1 << 20, int Output = 1 << 26)
{
    /// <summary>Time for one regular expression.</summary>
    public TimeSpan Regex { get; init; } = TimeSpan.FromSeconds(10);
}

/// <summary>Renders templates over a stack of models; a later model hides an earlier one. For one thread.</summary>
internal sealed class TemplateRenderer(TemplateLimits limits)
{
    private readonly List<IScriptObject> globals = [];
    private RenderContext? spare;

    public ITemplateSource? Source { get; set; }

    public void PushGlobal(IScriptObject model)
    {
        globals.Add(model);
        spare?.PushGlobal(model);
    }

    public void PopGlobal()
    {
        globals.RemoveAt(globals.Count - 1);
        spare?.PopGlobal();
    }

    /// <summary>Renders a template that has no errors, and fills the map when one is given.</summary>
    /// <exception cref="TemplateException">The template or its model is wrong.</exception>
    public string Render(ParsedTemplate template, SourceMap? map = null) => Run(context =>
    {
        context.Recorder = map is null ? null : new Recorder(context, globals, map.SecretsOnly);
        var output = template.Syntax.Render(context);
        map?.Spans = context.Recorder!.Spans;
        return output;
    });

    /// <summary>Returns the value of an expression that has no errors.</summary>
    /// <exception cref="TemplateException">The expression or its model is wrong.</exception>
    public object? Evaluate(ParsedTemplate expression) => Run(expression.Syntax.Evaluate);

    private T Run<T>(Func<RenderContext, T> work)
    {
        var context = spare ?? new RenderContext(limits, globals);
        foreach (var model in spare is null ? globals : [])
        {
            context.PushGlobal(model);
        }

        // An error leaves the context in the middle of something: only a good one is used again.
        spare = null;
        context.Source = Source;
        context.Recorder = null;
        context.PushGlobal(new ScriptObject());
        try
        {
            var result = work(context);
            context.PopGlobal();
            spare = context;
            return result;
        }
        catch (ScriptRuntimeException error)
        {
            throw new TemplateException(TemplateErrors.Of(error, context.LeftIncludes), error);
        }
    }
}
