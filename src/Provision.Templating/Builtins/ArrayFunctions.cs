using System.Globalization;
using System.Text;
using Provision.Templating.Runtime;

namespace Provision.Templating.Builtins;

/// <summary><c>array.*</c>: questions and changes; changes give a new array.</summary>
internal static class ArrayFunctions
{
    internal static readonly DelegateFunction[] All =
    [
        new("array.add", "list value", static (c, a) => new ScriptArray((a.Items(c, 0) ?? []).Append(a[1]))),
        new("array.add_range", "list1 list2", static (c, a) => new ScriptArray((a.Items(c, 0) ?? []).Concat(a.Items(c, 1) ?? []))),
        new("array.contains", "list item", static (c, a) => Contains(c, a)),
        new("array.cycle", "list group?", static (c, a) => Cycle(c, a)),
        new("array.first", "list", static (_, a) => a.Sequence(0)?.FirstOrDefault()),
        new("array.last", "list", static (_, a) => a.Sequence(0)?.LastOrDefault()),
        new("array.insert_at", "list index value", static (c, a) => InsertAt(c, a)),
        new("array.remove_at", "list index", static (c, a) => RemoveAt(c, a)),
        new("array.join", "list delimiter function?", static (c, a) => Join(c, a)),
        new("array.size", "list", static (_, a) => a[0] is { } list ? Boxes.Of(list is System.Collections.IEnumerable all ? Sequences.Count(all) : 0) : Boxes.Of(0)),
        new("array.sort", "list member?", static (c, a) => ArraySort.Sort(c, a)),
    ];

    private static object Contains(TemplateContext context, ScriptArguments a)
    {
        foreach (var item in a.Items(context, 0) ?? [])
        {
            if (Equals(item, a[1]) || (item is Enum name && a[1] is string text && name.ToString() == text))
            {
                return Boxes.True;
            }
        }

        return Boxes.False;
    }

    private static object? Cycle(TemplateContext context, ScriptArguments a)
    {
        var items = new ScriptArray(a.Items(context, 0) ?? []);
        if (items.Count == 0)
        {
            return null;
        }

        var group = a.Has(1) ? context.ObjectToString(a[1]) : Join(context, items, ",", null);
        return items[context.NextTurn(group) % items.Count];
    }

    private static ScriptArray InsertAt(TemplateContext context, ScriptArguments a)
    {
        var result = new ScriptArray(a.Items(context, 0) ?? []);
        var index = Math.Max(0, a.Integer(1));
        var place = a.Place();
        while (result.Count < index)
        {
            context.CountInternalStep(place);
            result.Add(null);
        }

        result.Insert(index, a[2]);
        return result;
    }

    private static ScriptArray RemoveAt(TemplateContext context, ScriptArguments a)
    {
        var result = new ScriptArray(a.Items(context, 0) ?? []);
        var index = a.Integer(1);
        index = index < 0 ? index + result.Count : index;
        if (index >= 0 && index < result.Count)
        {
            result.RemoveAt(index);
        }

        return result;
    }

    private static object? Join(TemplateContext context, ScriptArguments a)
    {
        var items = a.Items(context, 0);
        if (items is null)
        {
            return null;
        }

        var function = a.Function(2);
        var call = a.Call;
        return Join(context, items, a.Text(1) ?? "", function is null ? null : item => context.Invoke(function, call, item));
    }

    private static string Join(TemplateContext context, IEnumerable<object?> items, string delimiter, Func<object?, object?>? change)
    {
        var text = new StringBuilder();
        var first = true;
        foreach (var item in items)
        {
            if (!first)
            {
                text.Append(delimiter);
            }

            first = false;
            text.Append(context.ObjectToString(change is null ? item : change(item)));
            if (text.Length > context.LimitToString && context.LimitToString > 0)
            {
                throw new ScriptArgumentException(string.Create(CultureInfo.InvariantCulture, $"the text would be longer than LimitToString allows ({context.LimitToString})"));
            }
        }

        return text.ToString();
    }
}
