using System.Globalization;
using System.Runtime.CompilerServices;
using Provision.Configuration.Model;
using Scriban.Runtime;

namespace Provision.Configuration.Templates;

/// <summary>The origin of a value.</summary>
/// <param name="Paths">Every model path and secret that contributed to it.</param>
/// <param name="Path">The single path of a model value, which its members and items extend; null otherwise.</param>
internal sealed record Origin(string[] Paths, string? Path = null)
{
    public static readonly Origin None = new([]);

    public static Origin Of(string path) => new([path], path);

    public static string Member(string path, string name) => path.Length == 0 ? name
        : name.Length > 0 && !char.IsDigit(name[0]) && name.All(c => char.IsLetterOrDigit(c) || c == '_') ? $"{path}.{name}" : $"{path}[\"{name}\"]";

    public static string Item(string path, int index) => string.Create(CultureInfo.InvariantCulture, $"{path}[{index}]");
}

/// <summary>The origins of the values of one render, tracked by identity, so that they pass through variables, lists, arguments and loops.</summary>
internal sealed class Origins
{
    private readonly Dictionary<object, Origin> known = new(ReferenceEqualityComparer.Instance);

    /// <summary>Returns whether a value contributes no text of its own.</summary>
    public static bool IsEmpty(object? value) => value is null or "" or EmptyScriptObject or IScriptCustomFunction;

    public static bool IsContainer(object? value) => value is IScriptObject or ScriptRange;

    /// <summary>Returns the origin of a value; null if it has none of its own.</summary>
    public Origin? Of(object? value) => value is not null && known.TryGetValue(value, out var origin) ? origin : null;

    public void Set(object? value, Origin origin)
    {
        if (!IsEmpty(value))
        {
            known[value!] = origin;
        }
    }

    public void SetIfNone(object? value, Origin origin)
    {
        if (!IsEmpty(value))
        {
            known.TryAdd(value!, origin);
        }
    }

    /// <summary>Returns the value with an origin: a copy if other holders may share the value.</summary>
    public object With(object value, Origin origin)
    {
        var own = value is string text && known.ContainsKey(text) ? new string(text.AsSpan()) : RuntimeHelpers.GetObjectValue(value)!;
        known[own] = origin;
        return own;
    }

    /// <summary>Sets the path of a model value, and of the objects in it if it is a list.</summary>
    public void SetPath(object? value, string path)
    {
        if (IsEmpty(value) || Of(value)?.Path == path)
        {
            return;
        }

        known[value!] = Origin.Of(path);
        for (var i = 0; value is ScriptArray list && i < list.Count; i++)
        {
            if (IsContainer(list[i]))
            {
                SetPath(list[i], Origin.Item(path, i));
            }
        }
    }

    /// <summary>Assigns an origin to everything without one inside a container created by a function.</summary>
    public void SetInside(object container, Origin origin) =>
        Walk(container, value => ReferenceEquals(value, container) || (!IsEmpty(value) && known.TryAdd(value, origin)));

    /// <summary>Returns the paths of everything inside a container.</summary>
    public IEnumerable<string> Inside(object container)
    {
        var found = new HashSet<Origin>(ReferenceEqualityComparer.Instance);
        Walk(container, value => Of(value) is not { } origin || (found.Add(origin) | true && origin.Path is null));
        return found.SelectMany(origin => origin.Paths);
    }

    /// <summary>Visits a container and everything inside, without recursion; the callback returns whether to descend into the value.</summary>
    private static void Walk(object container, Func<object, bool> visit)
    {
        var seen = new HashSet<object>(ReferenceEqualityComparer.Instance);
        var pending = new Queue<IScriptObject>();
        Visit(container);
        while (pending.TryDequeue(out var members))
        {
            foreach (var name in members.GetMembers())
            {
                Visit(members.TryGetValue(null, default, name, out var member) ? member : null);
            }

            foreach (var item in members as ScriptArray ?? [])
            {
                Visit(item);
            }
        }

        void Visit(object? value)
        {
            if (value is not null && visit(value) && value is ScriptObject or ScriptArray && seen.Add(value))
            {
                pending.Enqueue((IScriptObject)value);
            }
        }
    }
}
