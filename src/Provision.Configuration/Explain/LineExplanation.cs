using Provision.Configuration.Rendering;
using Provision.Inventory;

namespace Provision.Configuration.Explain;

/// <summary>A value that contributed to a line.</summary>
/// <param name="Path">Its path in the model, such as <c>slot.paths.conf</c>.</param>
/// <param name="Value">The value as text; masked for a secret; null for a list or an object.</param>
/// <param name="Places">The inventory locations it derives from.</param>
public sealed record ExplainedValue(string Path, string? Value, IReadOnlyList<Location> Places);

/// <summary>A part of a line written by one place of a template.</summary>
/// <param name="Text">The text; masked for a secret.</param>
/// <param name="Template">The location in the template.</param>
/// <param name="IncludeChain">The includes that led there, outermost first.</param>
/// <param name="Values">The values that contributed to it; empty for the template's own text.</param>
public sealed record ExplainedPart(string Text, Location Template, IReadOnlyList<Location> IncludeChain, IReadOnlyList<ExplainedValue> Values);

/// <summary>One line of a rendered file, explained.</summary>
/// <param name="Line">1-based line number.</param>
/// <param name="Text">The line; secrets masked.</param>
/// <param name="Parts">Its parts, in order.</param>
public sealed record LineExplanation(int Line, string Text, IReadOnlyList<ExplainedPart> Parts)
{
    /// <summary>True for a last line without a line end.</summary>
    public bool IsOpen { get; init; }
}

/// <summary>Explains where the lines of a rendered file come from.</summary>
/// <param name="mapped">The file with its source map.</param>
/// <param name="origins">Locates model paths in the inventory.</param>
public sealed class Explainer(MappedFile mapped, ModelOrigins origins)
{
    /// <summary>Number of lines in the file.</summary>
    public int LineCount => LineDiff.SplitLines(mapped.File.Text).Length;

    /// <summary>Explains a line.</summary>
    /// <param name="line">1-based line number; must be in the file.</param>
    public LineExplanation Explain(int line)
    {
        var source = new SourceText(mapped.File.Path, mapped.File.Text);
        var start = source.StartOfLine(line);
        var newline = mapped.File.Text.IndexOf('\n', start);
        var end = newline < 0 ? mapped.File.Text.Length : newline;
        var parts = new List<ExplainedPart>();
        foreach (var span in mapped.Map.Spans)
        {
            var from = Math.Max(span.Start, start);
            var to = Math.Min(span.Start + span.Length, end);

            // An empty line is written by the span that contains its line end.
            if (to > from || (start == end && span.Covers(start)))
            {
                var secret = span.Paths.Any(path => path.StartsWith("secret:", StringComparison.Ordinal));
                parts.Add(new ExplainedPart(
                    secret ? Plans.Redaction.Mask : mapped.File.Text[from..Math.Max(from, to)],
                    secret || span.Paths.Count > 0 ? span.Location : PlaceInText(span.Location, span.Start, from),
                    span.IncludeChain,
                    [.. span.Paths.Select(path => origins.Explain(path, mapped))]));
            }
        }

        return new LineExplanation(line, string.Concat(parts.Select(part => part.Text)), parts) { IsOpen = newline < 0 };
    }

    /// <summary>Verbatim text of a template spans many lines: the location advances with the output.</summary>
    private Location PlaceInText(Location begin, int spanStart, int at)
    {
        var skipped = mapped.File.Text.AsSpan(spanStart, at - spanStart);
        var lines = skipped.Count('\n');
        return lines == 0
            ? begin with { Column = begin.Column + skipped.Length }
            : begin with { Line = begin.Line + lines, Column = skipped.Length - skipped.LastIndexOf('\n') };
    }
}
