using Scriban.Runtime;
using Scriban.Syntax;

namespace Provision.Configuration.Templates;

/// <summary>Resolves the templates named by <c>include</c>.</summary>
internal interface ITemplateSource
{
    /// <summary>Returns the path of a name; equal paths are the same template. Null if the name is not allowed.</summary>
    string? PathOf(string name);

    /// <summary>Returns the parsed template of a path, possibly with errors; null if there is none.</summary>
    ParsedTemplate? Load(string path);
}

/// <summary>The limits of one render; exceeding one is an error, nothing is truncated.</summary>
/// <param name="Loops">Total number of steps of nested loops.</param>
/// <param name="Calls">Depth of calls and includes.</param>
/// <param name="Text">UTF-16 units of one text.</param>
/// <param name="Output">UTF-16 units of the output.</param>
internal sealed record TemplateLimits(int Loops = 1_000_000, int Calls = 100, int Text = 1 << 20, int Output = 1 << 26)
{
    /// <summary>Time limit of one regular expression.</summary>
    public TimeSpan Regex { get; init; } = TimeSpan.FromSeconds(10);
}

/// <summary>Renders templates over a stack of models; a later model hides an earlier one. Not thread-safe.</summary>
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

    /// <summary>Renders a template without errors, and fills the source map if one is passed.</summary>
    /// <exception cref="TemplateException">The template or its model is wrong.</exception>
    public string Render(ParsedTemplate template, SourceMap? map = null) => Run(context =>
    {
        context.Recorder = map is null ? null : new Recorder(context, globals, map.SecretsOnly);
        var output = template.Syntax.Render(context);
        map?.Spans = context.Recorder!.Spans;
        return output;
    });

    /// <summary>Returns the value of an expression without errors.</summary>
    /// <exception cref="TemplateException">The expression or its model is wrong.</exception>
    public object? Evaluate(ParsedTemplate expression) => Run(expression.Syntax.Evaluate);

    private T Run<T>(Func<RenderContext, T> work)
    {
        var context = spare ?? new RenderContext(limits, globals);
        foreach (var model in spare is null ? globals : [])
        {
            context.PushGlobal(model);
        }

        // An error leaves the context in an intermediate state: it is reused only after success.
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
