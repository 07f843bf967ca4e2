namespace Provision.Configuration.Templates;

/// <summary>A part of the output and its origin.</summary>
/// <param name="Start">0-based UTF-16 offset in the output.</param>
/// <param name="Length">Length in UTF-16 units.</param>
/// <param name="Location">The expression or text of the template that wrote it.</param>
/// <param name="IncludeChain">The <c>include</c> calls that led there, outermost first; empty in the main template.</param>
/// <param name="Paths">The model paths read to create it, such as <c>host.name</c>, <c>slots[3].address</c> or <c>secret:NAME</c>, each once, in the order of
/// reading; empty for the template's own text.</param>
public sealed record OutputSpan(int Start, int Length, Location Location, IReadOnlyList<Location> IncludeChain, IReadOnlyList<string> Paths)
{
    /// <summary>Returns whether the span covers a 0-based offset of the output.</summary>
    public bool Covers(int offset) => offset >= Start && offset < Start + Length;
}

/// <summary>The spans of one rendered output.</summary>
/// <param name="secretsOnly">Omits model paths and keeps only secrets, which costs less.</param>
public sealed class SourceMap(bool secretsOnly = false)
{
    internal bool SecretsOnly => secretsOnly;

    /// <summary>The spans in order; they do not overlap and omit only indents that the template did not write.</summary>
    public IReadOnlyList<OutputSpan> Spans { get; internal set; } = [];

    /// <summary>Returns the span that wrote the character at a 0-based offset; null for an indent or outside the output.</summary>
    public OutputSpan? At(int offset) => Spans.FirstOrDefault(span => span.Covers(offset));
}
