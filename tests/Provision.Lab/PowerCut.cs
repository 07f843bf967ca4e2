namespace Provision.Lab;

/// <summary>When the power of a machine is cut, if its script has not ended before.</summary>
public sealed record PowerCut
{
    private PowerCut()
    {
    }

    /// <summary>After this time of the script; null means not by time.</summary>
    public TimeSpan? Time { get; private init; }

    /// <summary>When the console shows a line with this text; null means not by a line.</summary>
    public Func<string, bool>? At { get; private init; }

    /// <summary>After a time, counted from the start of the script.</summary>
    public static PowerCut After(TimeSpan time) => new() { Time = time };

    /// <summary>
    /// The text of the line at which it is cut, then the lines that do not count, one a line: the form in which a program under test takes it
    /// as <c>LAB_CUT</c>, to stop before the next thing it does. So the cut is never later than that, however long it takes to happen.
    /// Null where it is not at a line.
    /// </summary>
    public string? Line { get; private init; }

    /// <summary>As soon as the console shows a line with this text that is not among those seen before.</summary>
    public static PowerCut AtLine(string text, params IReadOnlyCollection<string> seen) => new()
    {
        At = line => line.Contains(text, StringComparison.Ordinal) && !seen.Contains(line),
        Line = string.Join('\n', seen.Prepend(text)),
    };

    /// <summary>At the so-manieth line, from 1, that has a certain beginning.</summary>
    public static PowerCut AtLineNumber(string beginning, int number)
    {
        var seen = 0;
        return new() { At = line => line.StartsWith(beginning, StringComparison.Ordinal) && ++seen == number };
    }
}
