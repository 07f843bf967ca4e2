using System.Text;

namespace Provision.Core;

/// <summary>The severity of a diagnostic.</summary>
public enum Severity
{
    /// <summary>The request cannot be carried out.</summary>
    Error,

    /// <summary>The request is carried out, but the user should know about something.</summary>
    Warning,
}

/// <summary>A second location that a diagnostic refers to, such as the first of two definitions.</summary>
/// <param name="Location">The location.</param>
/// <param name="Message">What is there, as a short phrase.</param>
public sealed record RelatedLocation(Location Location, string Message);

/// <summary>A finding about a user's input. Users' mistakes are values, collected and shown together; exceptions are reserved for failures of the
/// machine.</summary>
/// <param name="Severity">Error or warning.</param>
/// <param name="Location">The location to look at first.</param>
/// <param name="Message">The problem in one line, without a full stop.</param>
public sealed record Diagnostic(Severity Severity, Location Location, string Message)
{
    /// <summary>How to fix it, such as <c>did you mean "web"?</c>; null if there is no useful hint.</summary>
    public string? Hint { get; init; }

    /// <summary>Other locations related to the finding, in display order.</summary>
    public IReadOnlyList<RelatedLocation> Related { get; init; } = [];

    /// <summary>Creates an error at a location.</summary>
    public static Diagnostic Error(Location location, string message, string? hint = null) =>
        new(Severity.Error, location, message) { Hint = hint };

    /// <summary>Creates a warning at a location.</summary>
    public static Diagnostic Warning(Location location, string message, string? hint = null) =>
        new(Severity.Warning, location, message) { Hint = hint };

    /// <summary>Returns <c>file:line:column: error: message (hint)</c>, with one indented line for each related location.</summary>
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
