namespace Provision.Templating;

/// <summary>A parameter of a function.</summary>
/// <param name="Name">The name it can be given by.</param>
/// <param name="IsOptional">True when a call may leave it out.</param>
public readonly record struct ScriptParameter(string Name, bool IsOptional = false);

/// <summary>A function written in the host language. Must be free of state or guard it: one instance serves all threads.</summary>
public interface IScriptCustomFunction
{
    /// <summary>The name shown in messages, such as <c>string.append</c>.</summary>
    string Name { get; }

    /// <summary>The parameters in order; calls with fewer than the required or more than all are refused before <see cref="Invoke"/>.</summary>
    IReadOnlyList<ScriptParameter> Parameters { get; }

    /// <summary>True when any number of further positional arguments may follow.</summary>
    bool IsVariadic => false;

    /// <summary>True when the first argument may be a name that is not defined (it is null then), even in strict mode.</summary>
    bool IsLenient => false;

    /// <summary>Computes the result.</summary>
    /// <param name="context">The render that calls.</param>
    /// <param name="arguments">The arguments, one for each parameter; valid during the call only.</param>
    /// <returns>A number, string, bool, date, <see cref="IScriptObject"/>, sequence, function or null.</returns>
    /// <exception cref="ScriptArgumentException">The arguments do not fit; the engine adds the place.</exception>
    object? Invoke(TemplateContext context, ScriptArguments arguments);
}

/// <summary>The body of a <see cref="DelegateFunction"/>.</summary>
/// <param name="context">The render that calls.</param>
/// <param name="arguments">The arguments, one for each parameter; valid during the call only.</param>
/// <returns>The result, as for <see cref="IScriptCustomFunction.Invoke"/>.</returns>
public delegate object? ScriptFunctionBody(TemplateContext context, ScriptArguments arguments);
