using Provision.Templating.Runtime;
using Provision.Templating.Syntax;

namespace Provision.Templating;

/// <summary>Calling functions.</summary>
public sealed partial class TemplateContext
{
    private readonly Stack<CallFrame> frames = new();
    private readonly Stack<CallFrame> spareFrames = new();
    private CallFrame frame;
    private object?[] arguments = new object?[32];
    private int argumentTop;

    internal object? ReturnValue { get; set; }

    internal Block? NextWrappedBlock { get; set; }

    internal ScriptArray? CurrentArguments => frame.Arguments;

    internal bool IsInLoop
    {
        get
        {
            for (var i = layerCount - 1; i >= frame.LayerBase; i--)
            {
                if (layers[i].Loop is not null)
                {
                    return true;
                }
            }

            return false;
        }
    }

    internal int LayerCount => layerCount;

    /// <summary>Calls a function from the host, such as one that was passed as an argument.</summary>
    /// <param name="function">A function of a template or of the host.</param>
    /// <param name="values">The arguments.</param>
    /// <returns>Its result.</returns>
    /// <exception cref="ScriptRuntimeException">The arguments do not fit or the function failed.</exception>
    public object? Invoke(IScriptCustomFunction function, params ReadOnlySpan<object?> values) => Invoke(function, running, values);

    private Node? running;

    internal object? Invoke(IScriptCustomFunction function, Node? call, params ReadOnlySpan<object?> values)
    {
        if (function is ScriptFunction script)
        {
            return Call(script, values, call ?? script);
        }

        var slots = argumentTop;
        var parameters = function.Parameters;
        var count = Math.Max(parameters.Count, values.Length);
        ReserveArguments(count);
        for (var i = 0; i < count; i++)
        {
            arguments[slots + i] = i < values.Length ? values[i] : ScriptArguments.Missing;
        }

        if (values.Length > parameters.Count && !function.IsVariadic)
        {
            throw Error(call!, $"\"{function.Name}\" takes {Amount(function)}, but {values.Length} were given");
        }

        return Finish(function, call, slots, count);
    }

    internal object? CallWithoutArguments(IScriptCustomFunction function, Node at)
    {
        var mark = recorder?.Mark ?? 0;
        if (function is ScriptFunction script)
        {
            return Call(script, [], at);
        }

        if (function is IncludeFunction || (function.Parameters.Count > 0 && !function.Parameters[0].IsOptional))
        {
            throw Error(Node.AtEnd(at), $"\"{at.ShortText}\" needs {Amount(function)}, but none were given");
        }

        recorder?.Truncate(mark);
        var slots = argumentTop;
        ReserveArguments(function.Parameters.Count);
        Array.Fill(arguments, ScriptArguments.Missing, slots, function.Parameters.Count);
        return Finish(function, at, slots, function.Parameters.Count);
    }

    internal object? Call(IScriptCustomFunction function, CallExpression call, bool isStatement = false)
    {
        switch (function)
        {
            case ScriptFunction script:
                if (!isStatement && ErrorForStatementFunctionAsExpression && !script.Returns)
                {
                    throw Error(call, $"the function \"{script.Name}\" returns nothing and cannot be used as a value");
                }

                return CallScript(script, call);
            case IncludeFunction:
                return Include(call);
        }

        var parameters = function.Parameters;
        var slots = argumentTop;
        ReserveArguments(parameters.Count);
        Array.Fill(arguments, ScriptArguments.Missing, slots, parameters.Count);
        var given = 0;
        if (call.Piped is { } piped)
        {
            Place(function, call, slots, ref given, function.IsLenient ? piped.EvaluateLenient(this) : piped.Evaluate(this));
        }

        for (var i = 0; i < call.Arguments.Length; i++)
        {
            var argument = call.Arguments[i];
            if (call.Names?[i] is { } name && IndexOf(function, name, argument) is var index and >= 0)
            {
                var value = argument.Evaluate(this);
                arguments[slots + index] = value;
            }
            else if (argument is UnaryExpression { Kind: Lexing.TokenKind.Expand })
            {
                foreach (var item in Sequences.Of(argument.Evaluate(this)) ?? [])
                {
                    Place(function, call, slots, ref given, item);
                }
            }
            else
            {
                Place(function, call, slots, ref given, given == 0 && function.IsLenient ? argument.EvaluateLenient(this) : argument.Evaluate(this));
            }
        }

        for (var i = 0; i < parameters.Count; i++)
        {
            if (!parameters[i].IsOptional && arguments[slots + i] == ScriptArguments.Missing)
            {
                argumentTop = slots;
                throw Error(Node.AtEnd(call), $"\"{function.Name}\" needs {Amount(function)}: \"{parameters[i].Name}\" is missing");
            }
        }

        return Finish(function, call, slots, Math.Max(parameters.Count, given));
    }

    private void Place(IScriptCustomFunction function, CallExpression call, int slots, ref int given, object? value)
    {
        if (given < function.Parameters.Count)
        {
            arguments[slots + given++] = value;
        }
        else if (function.IsVariadic)
        {
            ReserveArguments(1);
            arguments[slots + given++] = value;
        }
        else
        {
            throw Error(call.Target, $"\"{function.Name}\" takes {Amount(function)}, but more were given");
        }
    }

    /// <summary>The parameter a named argument fills; -1 where the name is unknown and the argument counts as positional.</summary>
    private int IndexOf(IScriptCustomFunction function, string name, Expression argument)
    {
        for (var i = 0; i < function.Parameters.Count; i++)
        {
            if (function.Parameters[i].Name == name)
            {
                return i;
            }
        }

        return IsStrict
            ? throw Error(argument, $"\"{function.Name}\" has no parameter \"{name}\"", NearestName.Hint(name, function.Parameters.Select(p => p.Name)))
            : -1;
    }

    private object? Finish(IScriptCustomFunction function, Node? call, int slots, int count)
    {
        var outer = running;
        running = call;
        var scriptArguments = new ScriptArguments(this, function, arguments.AsSpan(slots, count), call);
        try
        {
            var result = function.Invoke(this, scriptArguments);
            recorder?.ReadNothing();
            return result;
        }
        catch (ScriptArgumentException problem)
        {
            throw scriptArguments.Error(problem);
        }
        finally
        {
            running = outer;
            arguments.AsSpan(slots, count).Clear();
            argumentTop = slots;
        }
    }

    private void ReserveArguments(int count)
    {
        while (argumentTop + count > arguments.Length)
        {
            Array.Resize(ref arguments, arguments.Length * 2);
        }

        argumentTop += count;
    }

    internal static string Amount(IScriptCustomFunction function)
    {
        var required = function.Parameters.Count(p => !p.IsOptional);
        var all = function.Parameters.Count;
        var word = all == 1 && required == 1 ? "argument" : "arguments";
        return function.IsVariadic ? $"at least {required} {word}"
            : required == all ? $"{all} {word}"
            : $"{required} to {all} arguments";
    }
}
