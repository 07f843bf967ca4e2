using Provision.Templating.Runtime;

namespace Provision.Templating.Builtins;

/// <summary>What built-in functions ask of their arguments besides.</summary>
internal static class BuiltinArguments
{
    /// <summary>A text that a function made, unless it is too long.</summary>
    internal static string Bounded(this ScriptArguments arguments, TemplateContext context, string text)
    {
        arguments.CheckLength(context, text.Length);
        return text;
    }

    /// <summary>Refuses a text that would be too long before it is made.</summary>
    internal static void CheckLength(this ScriptArguments arguments, TemplateContext context, long length, int argument = -1)
    {
        if (length > context.LimitToString && context.LimitToString > 0)
        {
            throw new ScriptArgumentException($"the text would be {length} characters long, more than LimitToString allows ({context.LimitToString})", argument);
        }
    }

    /// <summary>The items of a list argument, each counted as a step; null where the argument is null.</summary>
    internal static IEnumerable<object?>? Items(this ScriptArguments arguments, TemplateContext context, int index)
    {
        var items = arguments.Sequence(index);
        return items is null or LazySequence ? items : Counted(context, items, Place(arguments));
    }

    /// <summary>The node that steps of a function are counted for.</summary>
    internal static Syntax.Node Place(this ScriptArguments arguments) => (arguments.Call as Syntax.CallExpression)?.Target ?? arguments.At;

    private static IEnumerable<object?> Counted(TemplateContext context, IEnumerable<object?> items, Syntax.Node at)
    {
        foreach (var item in items)
        {
            context.CountInternalStep(at);
            context.Recorder?.Touch(item);
            yield return item;
        }
    }
}
