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
