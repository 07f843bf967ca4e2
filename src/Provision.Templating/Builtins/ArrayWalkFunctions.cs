using Provision.Templating.Runtime;

namespace Provision.Templating.Builtins;

/// <summary><c>array.*</c>: lazy walks, computed when they are printed or iterated.</summary>
internal static class ArrayWalkFunctions
{
    internal static readonly DelegateFunction[] All =
    [
        new("array.any", "list function ...", static (c, a) => Any(c, a)),
        new("array.compact", "list", static (c, a) => a.Items(c, 0) is { } items ? new LazySequence(c, a.Place(), () => items.Where(i => i is not null)) : null),
        new("array.concat", "list1 list2", static (c, a) => Concat(c, a)),
        new("array.each", "list function ...", static (c, a) => Each(c, a)),
        new("array.filter", "list function ...", static (c, a) => Filter(c, a)),
        new("array.limit", "list count", static (c, a) => Limit(c, a)),
        new("array.map", "list member", static (c, a) => Map(c, a)),
        new("array.offset", "list index", static (c, a) => Offset(c, a)),
        new("array.reverse", "list", static (c, a) => a.Items(c, 0) is { } items ? new LazySequence(c, a.Place(), () => items.Reverse()) : new ScriptArray()),
        new("array.uniq", "list", static (c, a) => a.Items(c, 0) is { } items ? new LazySequence(c, a.Place(), () => items.Distinct()) : null),
    ];

    private static object? Concat(TemplateContext context, ScriptArguments a)
    {
        var (first, second) = (a.Items(context, 0), a.Items(context, 1));
        return first is null && second is null ? null : new LazySequence(context, a.Place(), () => (first ?? []).Concat(second ?? []));
    }

    private static object? Limit(TemplateContext context, ScriptArguments a)
    {
        var count = a.Integer(1);
        return a.Items(context, 0) is { } items ? new LazySequence(context, a.Place(), () => items.Take(count)) : null;
    }

    private static object? Offset(TemplateContext context, ScriptArguments a)
    {
        var count = a.Integer(1);
        return a.Items(context, 0) is { } items ? new LazySequence(context, a.Place(), () => items.Skip(count)) : null;
    }

    private static object Map(TemplateContext context, ScriptArguments a)
    {
        if (a.Items(context, 0) is not { } items || a.Text(1) is not { } member)
        {
            return new ScriptArray();
        }

        return new LazySequence(context, a.Place(), () => Walk(items, member));

        static IEnumerable<object?> Walk(IEnumerable<object?> items, string member)
        {
            foreach (var item in items)
            {
                if (item is not null && ArraySort.TryGetPath(item, member, out var value))
                {
                    yield return value;
                }
            }
        }
    }

    private static object? Each(TemplateContext context, ScriptArguments a)
    {
        if (a.Items(context, 0) is not { } items)
        {
            return null;
        }

        var call = Caller(context, a);
        return new LazySequence(context, a.Place(), () => items.Select(call));
    }

    private static object? Filter(TemplateContext context, ScriptArguments a)
    {
        if (a.Items(context, 0) is not { } items)
        {
            return null;
        }

        var call = Caller(context, a);
        return new LazySequence(context, a.Place(), () => items.Where(item => Conversion.IsTrue(call(item))));
    }

    private static object Any(TemplateContext context, ScriptArguments a)
    {
        var call = Caller(context, a);
        foreach (var item in a.Items(context, 0) ?? [])
        {
            if (Conversion.IsTrue(call(item)))
            {
                return Boxes.True;
            }
        }

        return Boxes.False;
    }

    /// <summary>Calls the function argument with an item and the further arguments.</summary>
    private static Func<object?, object?> Caller(TemplateContext context, ScriptArguments a)
    {
        var function = a.Function(1) ?? throw new ScriptArgumentException("a function is needed here", 1);
        var at = a.Call;
        if (a.Count <= 2)
        {
            return item => context.Invoke(function, at, item);
        }

        object?[] more = [null, .. a.Values[2..]];
        return item =>
        {
            more[0] = item;
            return context.Invoke(function, at, more);
        };
    }
}
