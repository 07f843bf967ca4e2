using Provision.Templating;

namespace Provision.Configuration.Rendering;

/// <summary>A text of a head, ready to be rendered; most have no code in them and stay as they are.</summary>
public sealed class HeadTemplate
{
    private readonly Template? template;

    /// <summary>Parses a text of a head.</summary>
    public HeadTemplate(HeadText text)
    {
        Text = text;
        template = text.Text.Contains("{{", StringComparison.Ordinal) ? Template.Parse(text.Text, text.Location.Path) : null;
    }

    /// <summary>The text as written.</summary>
    public HeadText Text { get; }

    /// <summary>What is wrong with its code.</summary>
    public IEnumerable<Provision.Core.Diagnostic> Messages => (template?.Messages ?? []).Select(message => message with { Location = Text.Location });

    /// <summary>The text with its code run.</summary>
    /// <exception cref="ScriptRuntimeException">The code fails; the location is the head's.</exception>
    public string Render(TemplateContext context)
    {
        if (template is null)
        {
            return Text.Text;
        }

        try
        {
            return template.Render(context);
        }
        catch (ScriptRuntimeException e)
        {
            throw new ScriptRuntimeException(e.Diagnostic with { Location = Text.Location }, e);
        }
    }
}

/// <summary>An expression of a head.</summary>
public sealed class HeadExpression
{
    private readonly Template template;

    /// <summary>Parses an expression of a head.</summary>
    public HeadExpression(HeadText text)
    {
        Text = text;
        template = Template.Parse(text.Text, text.Location.Path, null, new LexerOptions { Mode = ScriptMode.ScriptOnly });
    }

    /// <summary>The expression as written.</summary>
    public HeadText Text { get; }

    /// <summary>What is wrong with it.</summary>
    public IEnumerable<Provision.Core.Diagnostic> Messages => template.Messages.Select(message => message with { Location = Text.Location });

    /// <summary>Its value.</summary>
    /// <exception cref="ScriptRuntimeException">It fails; the location is the head's.</exception>
    public object? Evaluate(TemplateContext context)
    {
        try
        {
            return template.Evaluate(context);
        }
        catch (ScriptRuntimeException e)
        {
            throw new ScriptRuntimeException(e.Diagnostic with { Location = Text.Location }, e);
        }
    }
}

/// <summary>One template of a config directory, parsed; shared by all hosts and threads.</summary>
public sealed record TemplateFile
{
    /// <summary>Path in the repository, such as <c>templates/cyrus/etc/cyrus/imapd.conf</c>.</summary>
    public required string RepositoryPath { get; init; }

    /// <summary>Its config directory.</summary>
    public required string Config { get; init; }

    /// <summary>Path of the file it makes where the head names none.</summary>
    public required string DefaultPath { get; init; }

    /// <summary>What its head says.</summary>
    public required TemplateHead Head { get; init; }

    /// <summary>The text below the head.</summary>
    public required Template Body { get; init; }

    /// <summary>Expression of <c>each</c>.</summary>
    public HeadExpression? Each { get; init; }

    /// <summary>Expression of <c>when</c>.</summary>
    public HeadExpression? When { get; init; }

    /// <summary>Text of <c>path</c>.</summary>
    public HeadTemplate? Path { get; init; }

    /// <summary>Texts of <c>check</c>.</summary>
    public IReadOnlyList<IReadOnlyList<HeadTemplate>> Checks { get; init; } = [];

    /// <summary>Texts of <c>unit</c>.</summary>
    public IReadOnlyList<HeadTemplate> Units { get; init; } = [];

    /// <summary>Whether its text can hold a secret, by its own code or an include's.</summary>
    public bool MayHoldSecrets { get; init; }

    /// <summary>Whether its text depends on which slots are masters.</summary>
    public bool DependsOnMasters { get; init; }
}
