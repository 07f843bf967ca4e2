namespace Provision.Templating;

/// <summary>Settings of the lexer.</summary>
public sealed record LexerOptions
{
    /// <summary>The default settings.</summary>
    public static LexerOptions Default { get; } = new();

    /// <summary>What kind of text is read. Default: text with code.</summary>
    public ScriptMode Mode { get; init; }

    /// <summary>0-based UTF-16 offset at which the template begins in its text, such as after the head of a file; places in messages count from the start of the text.</summary>
    public int StartOffset { get; init; }

    /// <summary>0-based UTF-16 offset after the template's last character; null for the end of the text.</summary>
    public int? EndOffset { get; init; }

    /// <summary>The line that opens and closes front matter. Default <c>+++</c>.</summary>
    public string FrontMatterMarker { get; init; } = "+++";
}
