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
    public string? Line { get; private init; }

    /// <summary>After a time, counted from the start of the script.</summary>
    public static PowerCut After(TimeSpan time) => new() { Time = time };

    /// <summary>As soon as the console shows a line with this text.</summary>
    public static PowerCut AtLine(string text) => new() { Line = text };
}
