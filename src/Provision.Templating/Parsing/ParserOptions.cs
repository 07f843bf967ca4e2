namespace Provision.Templating;

/// <summary>Settings of the parser.</summary>
public sealed record ParserOptions
{
    /// <summary>The default settings.</summary>
    public static ParserOptions Default { get; } = new();

    /// <summary>How deep expressions and blocks may nest before parsing stops with an error; 0 means the built-in bound of 1000. Default 250.</summary>
    public int ExpressionDepthLimit { get; init; } = 250;

    /// <summary>Reads numbers with a fraction as <see cref="decimal"/> instead of <see cref="double"/>.</summary>
    public bool ParseFloatAsDecimal { get; init; }
}

/// <summary>What kind of text the lexer is given.</summary>
public enum ScriptMode
{
    /// <summary>Text with code between <c>{{</c> and <c>}}</c>.</summary>
    Default,

    /// <summary>Code only.</summary>
    ScriptOnly,

    /// <summary>Code between two marker lines at the start, then text with code.</summary>
    FrontMatterAndContent,
}

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
