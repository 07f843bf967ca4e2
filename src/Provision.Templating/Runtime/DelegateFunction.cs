namespace Provision.Templating;

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
