using Provision.Templating.Runtime;
using Provision.Templating.Syntax;

namespace Provision.Templating;

/// <summary>The arguments of one call of a custom function. Lives only while the call does.</summary>
public readonly ref struct ScriptArguments
{
    private readonly TemplateContext context;
    private readonly IScriptCustomFunction function;

    internal ScriptArguments(TemplateContext context, IScriptCustomFunction function, ReadOnlySpan<object?> values, Node? call)
    {
        this.context = context;
        this.function = function;
        Values = values;
        Call = call;
    }

    /// <summary>How many arguments there are: one for each parameter, then what a variadic function was given besides.</summary>
    public int Count => Values.Length;

    /// <summary>The place of the call.</summary>
    public Location Location => Call?.Location ?? Location.OfFile("");

    internal ReadOnlySpan<object?> Values { get; }

    internal Node? Call { get; }

    internal Node At => Call!;

    /// <summary>An argument.</summary>
    /// <param name="index">0-based index of the parameter.</param>
    /// <returns>Its value; null where the call left it out.</returns>
    public object? this[int index] => index < Values.Length && Values[index] is { } value && value != Missing ? value : null;

    /// <summary>Marks a parameter the call left out.</summary>
    internal static object Missing { get; } = new();

    /// <summary>True when the call gave this argument, even as null.</summary>
    /// <param name="index">0-based index of the parameter.</param>
    public bool Has(int index) => index < Values.Length && Values[index] != Missing;

    /// <summary>An argument as text.</summary>
    /// <param name="index">0-based index of the parameter.</param>
    /// <returns>Its text, or null where it is null or left out.</returns>
    public string? Text(int index) => this[index] is { } value ? context.ObjectToString(value) : null;

    /// <summary>An argument as an integer.</summary>
    /// <param name="index">0-based index of the parameter.</param>
    /// <param name="missing">What stands for null or a left out argument.</param>
    /// <returns>The integer; fractions round half to even.</returns>
    /// <exception cref="ScriptArgumentException">It is no number.</exception>
    public int Integer(int index, int missing = 0)
    {
        var value = this[index];
        if (value is null)
        {
            return missing;
        }

        return Conversion.TryInt(value, out var number)
            ? number
            : throw new ScriptArgumentException($"this is {TypeNames.Of(value)}, not an integer", index);
    }

    /// <summary>An argument as a truth value.</summary>
    /// <param name="index">0-based index of the parameter.</param>
    /// <returns>False for null, false, <c>empty</c> and a left out argument.</returns>
    public bool Truth(int index) => Conversion.IsTrue(this[index]);

    /// <summary>An argument as a sequence of values.</summary>
    /// <param name="index">0-based index of the parameter.</param>
    /// <returns>The values; null where the argument is null or left out.</returns>
    /// <exception cref="ScriptArgumentException">It is no list.</exception>
    public IEnumerable<object?>? Sequence(int index)
    {
        var value = this[index];
        if (value is null)
        {
            return null;
        }

        return value is string ? [value] : Sequences.Of(value) ?? [value];
    }

    /// <summary>An argument as a function.</summary>
    /// <param name="index">0-based index of the parameter.</param>
    /// <returns>The function, or null where the argument is null or left out.</returns>
    /// <exception cref="ScriptArgumentException">It is no function.</exception>
    public IScriptCustomFunction? Function(int index) => this[index] switch
    {
        null => null,
        IScriptCustomFunction found => found,
        var other => throw new ScriptArgumentException($"this is {TypeNames.Of(other)}, not a function; write @name to pass one", index),
    };

    internal ScriptRuntimeException Error(ScriptArgumentException problem) =>
        context.FunctionError(
            (Call as CallExpression)?.Target ?? At,
            problem.ArgumentIndex < 0 ? null : (Call as CallExpression)?.ArgumentFor(function, problem.ArgumentIndex),
            problem);
}
