namespace Provision.Templating;

/// <summary>
/// The narrow face that hosts depend on: parse, render, errors, loader, limits, strict mode and source map. Another engine of the
/// same language can stand behind it. Safe to use from several threads.
/// </summary>
public interface ITemplateEngine
{
    /// <summary>Parses a template. Mistakes do not throw: they are in <see cref="IParsedTemplate.Messages"/>.</summary>
    /// <param name="text">The text of the template.</param>
    /// <param name="path">The path shown in messages.</param>
    /// <returns>The template, with or without errors.</returns>
    IParsedTemplate Parse(string text, string path);

    /// <summary>Renders a template. Mistakes of the template or the model do not throw: they are in the result.</summary>
    /// <param name="template">What <see cref="Parse"/> of the same engine gave.</param>
    /// <param name="request">The models, settings and limits.</param>
    /// <returns>The output, or the errors.</returns>
    /// <exception cref="ArgumentException">The template comes from another engine.</exception>
    /// <exception cref="OperationCanceledException">The request's token was cancelled.</exception>
    RenderResult Render(IParsedTemplate template, RenderRequest request);
}

/// <summary>A template that an engine has parsed. Never changes.</summary>
public interface IParsedTemplate
{
    /// <summary>The path shown in messages.</summary>
    string SourcePath { get; }

    /// <summary>True when the template cannot be rendered.</summary>
    bool HasErrors { get; }

    /// <summary>What the parser found, in the order of places.</summary>
    IReadOnlyList<Diagnostic> Messages { get; }

    /// <summary>Says whether the template speaks of a name, as a variable, a member or a dotted path.</summary>
    /// <param name="name">The name or dotted path.</param>
    bool ReadsMember(string name);

    /// <summary>Says whether the template may call a function.</summary>
    /// <param name="name">The function, such as <c>secret</c> or <c>string.upcase</c>.</param>
    bool CallsFunction(string name);
}

/// <summary>What a render is given.</summary>
public sealed record RenderRequest
{
    /// <summary>The objects whose members are the names in scope; a later one hides an earlier one.</summary>
    public IReadOnlyList<IScriptObject> Globals { get; init; } = [];

    /// <summary>How forgiving the render is. Default strict.</summary>
    public TemplateMode Mode { get; init; } = TemplateMode.Strict;

    /// <summary>Finds included templates; null makes <c>include</c> an error.</summary>
    public ITemplateLoader? Loader { get; init; }

    /// <summary>Steps that nested loops may take together; null for the mode's default.</summary>
    public int? LoopLimit { get; init; }

    /// <summary>UTF-16 units the output may have; null for the default. More is an error.</summary>
    public int? OutputLimit { get; init; }

    /// <summary>How long one regular expression may run; null for the default.</summary>
    public TimeSpan? RegexTimeOut { get; init; }

    /// <summary>Filled when set.</summary>
    public SourceMap? SourceMap { get; init; }

    /// <summary>Stops the render.</summary>
    public CancellationToken CancellationToken { get; init; }
}

/// <summary>What a render gave.</summary>
/// <param name="Output">The text; null where there are errors.</param>
/// <param name="Errors">What is wrong; empty where there is an output.</param>
public sealed record RenderResult(string? Output, IReadOnlyList<Diagnostic> Errors);
