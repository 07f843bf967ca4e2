using Provision.Configuration.Templates;

namespace Provision.Configuration.Rendering;

/// <summary>A text of a head, ready to be rendered; most contain no code and are constant.</summary>
internal sealed class HeadTemplate
{
    private readonly ParsedTemplate? template;

    public HeadTemplate(HeadText text)
    {
        Text = text;
        template = text.Text.Contains("{{", StringComparison.Ordinal) ? ParsedTemplate.Parse(text.Text, text.Location.Path) : null;
    }

    public HeadText Text { get; }

    /// <summary>The parsed code; null if there is none.</summary>
    public ParsedTemplate? Parsed => template;

    /// <summary>The parser's diagnostics for its code.</summary>
    public IEnumerable<Provision.Core.Diagnostic> Messages => (template?.Messages ?? []).Select(message => message with { Location = Text.Location });

    /// <summary>Renders the text.</summary>
    /// <exception cref="TemplateException">The code failed; the location is the head's.</exception>
    public string Render(TemplateRenderer renderer)
    {
        if (template is null)
        {
            return Text.Text;
        }

        try
        {
            return renderer.Render(template);
        }
        catch (TemplateException e)
        {
            throw new TemplateException(e.Diagnostic with { Location = Text.Location }, e);
        }
    }
}

internal sealed class HeadExpression
{
    private readonly ParsedTemplate template;

    public HeadExpression(HeadText text)
    {
        Text = text;
        template = ParsedTemplate.ParseExpression(text.Text, text.Location.Path);
    }

    public HeadText Text { get; }

    public ParsedTemplate Parsed => template;

    /// <summary>The parser's diagnostics.</summary>
    public IEnumerable<Provision.Core.Diagnostic> Messages => template.Messages.Select(message => message with { Location = Text.Location });

    /// <summary>Evaluates the expression.</summary>
    /// <exception cref="TemplateException">The expression failed; the location is the head's.</exception>
    public object? Evaluate(TemplateRenderer renderer)
    {
        try
        {
            return renderer.Evaluate(template);
        }
        catch (TemplateException e)
        {
            throw new TemplateException(e.Diagnostic with { Location = Text.Location }, e);
        }
    }
}

/// <summary>One parsed template of a config directory; shared by all hosts and threads.</summary>
public sealed record TemplateFile
{
    /// <summary>Path in the repository, such as <c>templates/ssh/etc/ssh/sshd_config</c>.</summary>
    public required string RepositoryPath { get; init; }

    /// <summary>Its config directory.</summary>
    public required string Config { get; init; }

    /// <summary>Path of the rendered file if the head names none.</summary>
    public required string DefaultPath { get; init; }

    /// <summary>The parsed head.</summary>
    public required TemplateHead Head { get; init; }

    /// <summary>The parsed template below the head.</summary>
    internal ParsedTemplate Body { get; init; } = null!;

    internal HeadExpression? Each { get; init; }

    internal HeadExpression? When { get; init; }

    internal HeadTemplate? Path { get; init; }

    internal IReadOnlyList<IReadOnlyList<HeadTemplate>> Checks { get; init; } = [];

    internal IReadOnlyList<HeadTemplate> Units { get; init; } = [];

    /// <summary>The body and every text of the head that holds code.</summary>
    internal IEnumerable<ParsedTemplate> Parts =>
        new[] { Body, Each?.Parsed, When?.Parsed, Path?.Parsed }
            .Concat(Checks.SelectMany(check => check).Concat(Units).Select(text => text.Parsed))
            .OfType<ParsedTemplate>();

    /// <summary>Whether its text can contain a secret, through its own code or an include.</summary>
    public bool MayHoldSecrets { get; init; }

    /// <summary>Whether its text depends on values that change without a commit.</summary>
    public bool IsVolatile { get; init; }
}
