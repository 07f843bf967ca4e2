namespace Provision.Templating.Syntax;

/// <summary>A part of a parsed template. Never changes after parsing, so that threads share it.</summary>
internal abstract class Node(SourceText source, int start, int end)
{
    internal SourceText Source { get; } = source;

    /// <summary>0-based offset of the first character.</summary>
    internal int Start { get; } = start;

    /// <summary>Offset after the last character.</summary>
    internal int End { get; } = end;

    internal Location Location => Source.LocationOf(Start);

    /// <summary>The place right after a node.</summary>
    internal static Location AtEnd(Node node) => node.Source.LocationOf(node.End);

    /// <summary>The source text of the node, for messages and for printing functions.</summary>
    internal string Text => Source.Text[Start..Math.Max(Start, Math.Min(End, Source.Text.Length))];

    /// <summary>The source text, shortened to fit a message.</summary>
    internal string ShortText => End - Start <= 60 ? Text : string.Concat(Source.Text.AsSpan(Start, 57), "...");
}

/// <summary>Something with a value.</summary>
internal abstract class Expression(SourceText source, int start, int end) : Node(source, start, end)
{
    /// <summary>How many levels of expressions it holds, itself included.</summary>
    internal int Depth { get; init; } = 1;

    /// <summary>True for a name or a chain of members and items that starts with one.</summary>
    internal virtual bool IsPath => false;

    internal abstract object? Evaluate(TemplateContext context);

    /// <summary>The value, or null where a name is not defined, even in strict mode.</summary>
    internal virtual object? EvaluateLenient(TemplateContext context) => Evaluate(context);

    /// <summary>The value without calling it where it is a function.</summary>
    internal virtual object? EvaluateFunction(TemplateContext context) => Evaluate(context);

    /// <summary>Evaluates and prints.</summary>
    internal virtual void Write(TemplateContext context)
    {
        var mark = context.Recorder?.Mark ?? 0;
        context.WriteResult(Evaluate(context), this, mark);
    }
}

/// <summary>What comes after a statement.</summary>
internal enum Flow
{
    Next,
    Break,
    Continue,
    Return,
}

/// <summary>Something that is done.</summary>
internal abstract class Statement(SourceText source, int start, int end) : Node(source, start, end)
{
    /// <summary>True when a code section began before it in its block, so that <see cref="Indent"/> replaces the block's.</summary>
    internal bool HasSection { get; set; }

    /// <summary>The blanks before the code section it stands in; null for none.</summary>
    internal string? Indent { get; set; }

    internal abstract Flow Execute(TemplateContext context);
}
