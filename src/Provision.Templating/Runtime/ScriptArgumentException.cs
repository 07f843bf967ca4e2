namespace Provision.Templating;

/// <summary>
/// What a function throws when it cannot work with its arguments; the engine adds the place of the call or the argument.
/// </summary>
public sealed class ScriptArgumentException : Exception
{
    /// <summary>A message about the call as a whole.</summary>
    /// <param name="message">What is wrong, without a full stop.</param>
    public ScriptArgumentException(string message)
        : this(message, -1)
    {
    }

    /// <summary>A message about one argument.</summary>
    /// <param name="message">What is wrong, without a full stop.</param>
    /// <param name="argumentIndex">0-based index of the parameter, or -1 for the call as a whole.</param>
    /// <param name="hint">What to do about it, or null.</param>
    public ScriptArgumentException(string message, int argumentIndex, string? hint = null)
        : base(message)
    {
        ArgumentIndex = argumentIndex;
        Hint = hint;
    }

    /// <summary>0-based index of the parameter that is wrong, or -1.</summary>
    public int ArgumentIndex { get; }

    /// <summary>What to do about it, or null.</summary>
    public string? Hint { get; }
}
