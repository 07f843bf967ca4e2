namespace Provision.Templating;

/// <summary>What a piece of output was made from.</summary>
/// <param name="Start">0-based UTF-16 offset in the output.</param>
/// <param name="Length">Length in UTF-16 units.</param>
/// <param name="Location">The expression or text of the template that wrote it.</param>
/// <param name="IncludeChain">The <c>include</c> calls that led there, outermost first; empty in the main template.</param>
/// <param name="Paths">
/// The model paths that were read to make it, such as <c>host.name</c> or <c>slots[3].address</c>, each once, in the order of
/// reading, with whatever functions recorded; empty for verbatim text.
/// </param>
public sealed record SourceSpan(int Start, int Length, Location Location, IReadOnlyList<Location> IncludeChain, IReadOnlyList<string> Paths)
{
    /// <summary>True when the span covers the offset.</summary>
    /// <param name="offset">0-based UTF-16 offset in the output.</param>
    public bool Covers(int offset) => offset >= Start && offset < Start + Length;
}

/// <summary>
/// The sink that a context fills while rendering when it is set; without one nothing is recorded and nothing is paid.
/// Holds the last render only. Not thread safe.
/// </summary>
public sealed class SourceMap
{
    private List<SourceSpan> spans = [];

    /// <summary>The pieces of the output in order; they do not overlap and leave out only what was not written by the template (indents).</summary>
    public IReadOnlyList<SourceSpan> Spans => spans;

    /// <summary>The span that wrote the character at an offset.</summary>
    /// <param name="offset">0-based UTF-16 offset in the output.</param>
    /// <returns>The span, or null for an indent or an offset outside the output.</returns>
    public SourceSpan? At(int offset)
    {
        var (low, high) = (0, spans.Count - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (spans[middle].Covers(offset))
            {
                return spans[middle];
            }

            if (spans[middle].Start > offset)
            {
                high = middle - 1;
            }
            else
            {
                low = middle + 1;
            }
        }

        return null;
    }

    internal void Take(List<SourceSpan> found) => spans = found;
}
