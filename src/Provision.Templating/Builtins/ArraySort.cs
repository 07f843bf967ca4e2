using Provision.Templating.Runtime;

namespace Provision.Templating.Builtins;

/// <summary><c>array.sort</c>: stable, ordinal, null first.</summary>
internal static class ArraySort
{
    internal static object Sort(TemplateContext context, ScriptArguments a)
    {
        var items = a.Items(context, 0)?.ToArray() ?? [];
        var keys = a.Text(1) is { } member
            ? items.Select(i => i is not null && TryGetPath(i, member, out var key) ? key : null).ToArray()
            : items;
        var order = Enumerable.Range(0, items.Length).ToArray();
        try
        {
            Array.Sort(order, (x, y) => Compare(context, keys[x], keys[y]) is var first and not 0 ? first : x.CompareTo(y));
        }
        catch (InvalidOperationException failed) when (failed.InnerException is ScriptArgumentException problem)
        {
            throw new ScriptArgumentException(problem.Message);
        }

        return new ScriptArray(order.Select(i => items[i]));
    }

    /// <summary>A member by its name, or else by a dotted path.</summary>
    internal static bool TryGetPath(object item, string path, out object? value)
    {
        if (Members.TryGet(item, path, out value))
        {
            return true;
        }

        var target = item;
        foreach (var name in path.Split('.'))
        {
            if (target is null || !Members.TryGet(target, name, out target))
            {
                value = null;
                return false;
            }
        }

        value = target;
        return path.Contains('.', StringComparison.Ordinal);
    }

    private static int Compare(TemplateContext context, object? left, object? right) =>
        Operators.Order(context, left, right)
        ?? throw new ScriptArgumentException($"{TypeNames.Of(left)} and {TypeNames.Of(right)} have no order");
}
