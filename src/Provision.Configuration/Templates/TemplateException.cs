using Scriban.Parsing;
using Scriban.Syntax;

namespace Provision.Configuration.Templates;

/// <summary>A template could not be rendered because of an error in it or in its model.</summary>
internal sealed class TemplateException(Diagnostic diagnostic, Exception? cause = null) : Exception(diagnostic.ToString(), cause)
{
    public Diagnostic Diagnostic { get; } = diagnostic;
}

/// <summary>An error about a function's argument; the caller adds the position.</summary>
internal sealed class ArgumentProblemException(string message, int argument, string? hint = null) : Exception(message)
{
    /// <summary>0-based index of the argument.</summary>
    public int Argument { get; } = argument;

    public string? Hint { get; } = hint;
}

/// <summary>An error at a position in a template, on its way through the evaluator.</summary>
internal sealed class PositionedException(SourceSpan span, string message, string? hint = null) : ScriptRuntimeException(span, message)
{
    public string? Hint { get; } = hint;

    public IReadOnlyList<RelatedLocation> Others { get; init; } = [];
}
