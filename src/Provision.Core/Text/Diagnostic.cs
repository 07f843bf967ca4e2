using System.Text;

namespace Provision.Core;

/// <summary>How bad a diagnostic is.</summary>
public enum Severity
{
    /// <summary>The work cannot be done as asked.</summary>
    Error,

    /// <summary>The work is done; somebody should know something.</summary>
    Warning,
}

/// <summary>A second place that a diagnostic speaks of, such as the first of two definitions.</summary>
/// <param name="Location">Where it is.</param>
/// <param name="Message">What is there, as a short phrase.</param>
public sealed record RelatedLocation(Location Location, string Message);

/// <summary>
/// One finding about a user's input. Users' mistakes are values: they are collected and shown together;
/// exceptions are kept for broken machines.
/// </summary>
/// <param name="Severity">Error or warning.</param>
/// <param name="Location">The place to look at first.</param>
/// <param name="Message">What is wrong, in one line, without a full stop.</param>
public sealed record Diagnostic(Severity Severity, Location Location, string Message)
{
    /// <summary>What to do about it, such as <c>did you mean "web"?</c>; null when nothing useful can be said.</summary>
    public string? Hint { get; init; }

    /// <summary>Other places that belong to the finding, in the order to show them.</summary>
    public IReadOnlyList<RelatedLocation> Related { get; init; } = [];

    /// <summary>An error at a place.</summary>
    public static Diagnostic Error(Location location, string message, string? hint = null) =>
        new(Severity.Error, location, message) { Hint = hint };

    /// <summary>A warning at a place.</summary>
    public static Diagnostic Warning(Location location, string message, string? hint = null) =>
        new(Severity.Warning, location, message) { Hint = hint };

    /// <summary>
    /// <c>file:line:column: error: message (hint)</c>, with one indented line for each related place.
    /// </summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(Location).Append(": ").Append(Severity == Severity.Error ? "error" : "warning").Append(": ").Append(Message);
        if (Hint is not null)
        {
            text.Append(" (").Append(Hint).Append(')');
        }

        foreach (var related in Related)
        {
            text.Append("\n    ").Append(related.Location).Append(": ").Append(related.Message);
        }

        return text.ToString();
    }
}
