using Scriban;
using Scriban.Parsing;
using Scriban.Syntax;

namespace Provision.Configuration.Templates;

/// <summary>A template or expression, parsed once and shared by hosts and threads.</summary>
internal sealed class ParsedTemplate
{
    private readonly HashSet<string> names = new(StringComparer.Ordinal);

    private ParsedTemplate(Template template, Location end)
    {
        Syntax = template;
        Messages = template.Messages.Count == 0 ? [] : TemplateErrors.Of(template.Messages, end, template.Page);
        if (template.Page is { } page && !HasErrors)
        {
            Collect(page);
        }
    }

    public Template Syntax { get; }

    /// <summary>The parser's messages ordered by position, at most one per position.</summary>
    public IReadOnlyList<Diagnostic> Messages { get; }

    public bool HasErrors => Syntax.HasErrors;

    /// <summary>The names in <c>include</c> calls; null if one of them is computed.</summary>
    public IReadOnlyList<string>? Includes { get; private set; } = [];

    /// <summary>Parses a template from an offset of its file; errors are in <see cref="Messages"/>.</summary>
    public static ParsedTemplate Parse(string text, string path, int start = 0)
    {
        // The lexer fails on a start position at the end of its text.
        var source = start == text.Length ? "" : text;
        return new(Template.Parse(source, path, null, new LexerOptions { StartPosition = Position(text, start) }), End(text, path));
    }

    /// <summary>Parses an expression, without the braces of a template.</summary>
    public static ParsedTemplate ParseExpression(string text, string path) =>
        new(Template.Parse(text, path, null, new LexerOptions { Mode = ScriptMode.ScriptOnly }), End(text, path));

    /// <summary>Returns whether the template uses a name as variable, member, object key, or part of a text such as <c>"a.name"</c>.</summary>
    public bool Names(string name) => names.Contains(name);

    private static TextPosition Position(string text, int offset) =>
        new(offset, text.AsSpan(0, offset).Count('\n'), offset - (text.AsSpan(0, offset).LastIndexOf('\n') + 1));

    private static Location End(string text, string path) => TemplateErrors.Place(new SourceSpan(path, Position(text, text.Length), default));

    private void Collect(ScriptNode root)
    {
        var pending = new Stack<ScriptNode>([root]);
        while (pending.TryPop(out var node))
        {
            if (node is ScriptLiteral { Value: string text })
            {
                names.UnionWith(text.Split('.'));
            }
            else if (node is ScriptVariable variable)
            {
                names.Add(variable.Name);
                if (variable.Name is "include" or "include_join")
                {
                    var call = variable.Name == "include" && Leniency.Piped(variable.Parent) is null ? variable.Parent as ScriptFunctionCall : null;
                    Includes = call?.Arguments.FirstOrDefault() is ScriptLiteral { Value: string name } ? Includes?.Append(name).ToList() : null;
                }
            }

            for (var i = 0; i < node.ChildrenCount; i++)
            {
                if (node.GetChildren(i) is { } child)
                {
                    pending.Push(child);
                }
            }
        }
    }
}
