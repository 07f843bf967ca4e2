using System.Text;
using Provision.Templating.Parsing;
using Provision.Templating.Syntax;

namespace Provision.Templating;

/// <summary>A parsed template. Never changes, so that threads may share it.</summary>
public sealed class Template : IParsedTemplate
{
    private readonly Block? frontMatter;
    private readonly Block body;
    private readonly HashSet<string> names;

    internal Template(SourceText source, Block? frontMatter, Block body, DiagnosticBag messages, HashSet<string> names)
    {
        Source = source;
        this.frontMatter = frontMatter;
        this.body = body;
        this.names = names;
        Messages = messages.Count == 0 ? [] : messages.InOrder();
        HasErrors = messages.HasErrors;
    }

    /// <summary>The text and the path it was parsed from.</summary>
    public SourceText Source { get; }

    /// <summary>The path shown in messages.</summary>
    public string SourcePath => Source.Path;

    /// <summary>True when the template cannot be rendered.</summary>
    public bool HasErrors { get; }

    /// <summary>What the parser found, in the order of places; one message for each mistake.</summary>
    public IReadOnlyList<Diagnostic> Messages { get; }

    internal Diagnostic FirstError => Messages.First(m => m.Severity == Severity.Error);

    /// <summary>Parses a template. Mistakes do not throw: they are in <see cref="Messages"/>.</summary>
    /// <param name="text">The text of the template.</param>
    /// <param name="sourcePath">The path shown in messages; null for <c>&lt;input&gt;</c>.</param>
    /// <param name="parserOptions">Settings of the parser; null for the defaults.</param>
    /// <param name="lexerOptions">Settings of the lexer; null for the defaults.</param>
    /// <returns>The template, with or without errors.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The offsets of the lexer options lie outside the text.</exception>
    public static Template Parse(string text, string? sourcePath = null, ParserOptions? parserOptions = null, LexerOptions? lexerOptions = null) =>
        Parser.Parse(new SourceText(sourcePath ?? "<input>", text), parserOptions ?? ParserOptions.Default, lexerOptions ?? LexerOptions.Default);

    /// <summary>Renders with a context.</summary>
    /// <param name="context">The models, settings and limits.</param>
    /// <returns>The output.</returns>
    /// <exception cref="InvalidOperationException">The template has errors, or the context is in use.</exception>
    /// <exception cref="ScriptRuntimeException">The template or its model is wrong.</exception>
    /// <exception cref="OperationCanceledException">The context's token was cancelled.</exception>
    public string Render(TemplateContext context) => RunChecked(context).ToString();

    /// <summary>Renders to the end of a text.</summary>
    /// <param name="context">The models, settings and limits.</param>
    /// <param name="output">Gets the output; untouched where an exception is thrown.</param>
    /// <exception cref="InvalidOperationException">The template has errors, or the context is in use.</exception>
    /// <exception cref="ScriptRuntimeException">The template or its model is wrong.</exception>
    /// <exception cref="OperationCanceledException">The context's token was cancelled.</exception>
    public void Render(TemplateContext context, StringBuilder output) => output.Append(RunChecked(context).Span);

    /// <summary>Renders to a writer.</summary>
    /// <param name="context">The models, settings and limits.</param>
    /// <param name="output">Gets the output in one piece; untouched where an exception is thrown.</param>
    /// <exception cref="InvalidOperationException">The template has errors, or the context is in use.</exception>
    /// <exception cref="ScriptRuntimeException">The template or its model is wrong.</exception>
    /// <exception cref="OperationCanceledException">The context's token was cancelled.</exception>
    public void Render(TemplateContext context, TextWriter output) => output.Write(RunChecked(context).Span);

    /// <summary>Runs the template without output.</summary>
    /// <param name="context">The models, settings and limits.</param>
    /// <returns>The value of the last expression statement, or of <c>ret</c>.</returns>
    /// <exception cref="InvalidOperationException">The template has errors, or the context is in use.</exception>
    /// <exception cref="ScriptRuntimeException">The template or its model is wrong.</exception>
    /// <exception cref="OperationCanceledException">The context's token was cancelled.</exception>
    public object? Evaluate(TemplateContext context)
    {
        Check();
        return context.Evaluate(this);
    }

    /// <summary>Says without running it whether the template speaks of a name, as a variable or as a member of anything.</summary>
    /// <param name="name">A plain name, or a dotted path of plain names such as <c>host.name</c>.</param>
    /// <returns>True when it does; included templates are not looked into.</returns>
    public bool ReadsMember(string name) => names.Contains(name);

    /// <summary>Says without running it whether the template may call a function by this name.</summary>
    /// <param name="name">The function, such as <c>secret</c> or <c>string.upcase</c>.</param>
    /// <returns>True when the name occurs where a function could stand; included templates are not looked into.</returns>
    public bool CallsFunction(string name) => names.Contains(name);

    internal void Run(TemplateContext context)
    {
        if (frontMatter is null || frontMatter.Execute(context) != Flow.Return)
        {
            body.Execute(context);
        }
    }

    private Runtime.OutputBuffer RunChecked(TemplateContext context)
    {
        Check();
        return context.RenderToBuffer(this);
    }

    private void Check()
    {
        if (HasErrors)
        {
            throw new InvalidOperationException("the template has errors: " + FirstError);
        }
    }
}
