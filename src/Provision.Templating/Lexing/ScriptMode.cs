namespace Provision.Templating;

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
