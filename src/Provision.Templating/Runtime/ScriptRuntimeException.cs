namespace Provision.Templating;

/// <summary>A template could not be rendered because of what it, or the model it was given, says.</summary>
public sealed class ScriptRuntimeException : Exception
{
    /// <summary>Wraps a finding.</summary>
    /// <param name="diagnostic">What is wrong and where, with the include chain as related places.</param>
    /// <param name="innerException">What caused it, or null.</param>
    public ScriptRuntimeException(Diagnostic diagnostic, Exception? innerException = null)
        : base(diagnostic.ToString(), innerException) => Diagnostic = diagnostic;

    /// <summary>What is wrong and where.</summary>
    public Diagnostic Diagnostic { get; }

    /// <summary>The bare text, without place and hint.</summary>
    public string OriginalMessage => Diagnostic.Message;
}
