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

/// <summary>A function made of a delegate.</summary>
public sealed class DelegateFunction : IScriptCustomFunction
{
    private readonly ScriptFunctionBody body;

    /// <summary>Makes a function.</summary>
    /// <param name="name">The name shown in messages.</param>
    /// <param name="parameters">The names of the parameters, blank-separated; a trailing <c>?</c> makes one optional, <c>...</c> at the end allows more arguments.</param>
    /// <param name="body">What it does.</param>
    public DelegateFunction(string name, string parameters, ScriptFunctionBody body)
    {
        Name = name;
        this.body = body;
        var list = new List<ScriptParameter>();
        foreach (var word in parameters.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (word == "...")
            {
                IsVariadic = true;
            }
            else
            {
                list.Add(new ScriptParameter(word.TrimEnd('?'), word.EndsWith('?')));
            }
        }

        Parameters = list;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public IReadOnlyList<ScriptParameter> Parameters { get; }

    /// <inheritdoc/>
    public bool IsVariadic { get; }

    /// <inheritdoc/>
    public bool IsLenient { get; init; }

    /// <inheritdoc/>
    public object? Invoke(TemplateContext context, ScriptArguments arguments) => body(context, arguments);
}
