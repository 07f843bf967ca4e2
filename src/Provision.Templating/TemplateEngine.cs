using System.Collections.Concurrent;

namespace Provision.Templating;

/// <summary>The engine of this project behind <see cref="ITemplateEngine"/>; keeps contexts to use them again.</summary>
public sealed class TemplateEngine : ITemplateEngine
{
    private readonly ConcurrentDictionary<TemplateMode, ConcurrentBag<TemplateContext>> spares = new();

    /// <inheritdoc/>
    public IParsedTemplate Parse(string text, string path) => Template.Parse(text, path);

    /// <inheritdoc/>
    public RenderResult Render(IParsedTemplate template, RenderRequest request)
    {
        if (template is not Template parsed)
        {
            throw new ArgumentException("the template was parsed by another engine", nameof(template));
        }

        if (parsed.HasErrors)
        {
            return new RenderResult(null, parsed.Messages);
        }

        var pool = spares.GetOrAdd(request.Mode, _ => []);
        if (!pool.TryTake(out var context))
        {
            context = new TemplateContext(request.Mode);
        }

        try
        {
            Prepare(context, request);
            return new RenderResult(parsed.Render(context), []);
        }
        catch (ScriptRuntimeException error)
        {
            return new RenderResult(null, [error.Diagnostic]);
        }
        finally
        {
            Clean(context);
            pool.Add(context);
        }
    }

    private static void Prepare(TemplateContext context, RenderRequest request)
    {
        foreach (var model in request.Globals)
        {
            context.PushGlobal(model);
        }

        var defaults = Defaults(request.Mode);
        context.TemplateLoader = request.Loader;
        context.LoopLimit = request.LoopLimit ?? defaults.LoopLimit;
        context.OutputLimit = request.OutputLimit ?? defaults.OutputLimit;
        context.RegexTimeOut = request.RegexTimeOut ?? defaults.RegexTimeOut;
        context.SourceMap = request.SourceMap;
        context.CancellationToken = request.CancellationToken;
    }

    private static void Clean(TemplateContext context)
    {
        context.Reset();
        context.TemplateLoader = null;
        context.SourceMap = null;
        context.CancellationToken = default;
    }

    private static TemplateContext Defaults(TemplateMode mode) =>
        mode == TemplateMode.Strict ? StrictDefaults.Context : CompatibleDefaults.Context;

    private static class StrictDefaults
    {
        internal static readonly TemplateContext Context = new(TemplateMode.Strict);
    }

    private static class CompatibleDefaults
    {
        internal static readonly TemplateContext Context = new();
    }
}
