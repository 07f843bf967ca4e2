using System.Globalization;
using System.Runtime.CompilerServices;

namespace Provision.Templating.Runtime;

/// <summary>
/// Keeps what expressions read while a source map is wanted. Reads pile up in order; whoever makes something of them takes
/// all since a mark. Containers are known by identity, so that elements keep their path through sorting and filtering.
/// </summary>
internal sealed class Recorder
{
    private readonly List<string> reads = [];
    private readonly Dictionary<object, string> paths = new(ReferenceComparer.Instance);
    private readonly Dictionary<(object Container, string Key), Origin?> assigned = new(SlotComparer.Instance);
    private readonly Dictionary<object, Origin> tainted = new(ReferenceComparer.Instance);

    internal int Mark => reads.Count;

    /// <summary>The path that the last name, member or item read has; null where it has none of its own.</summary>
    internal string? LastPath { get; private set; }

    internal void Read(string path) => reads.Add(path);

    internal void ReadNothing() => LastPath = null;

    /// <summary>A name or member of a container was read; <paramref name="path"/> is the container's, where it is known.</summary>
    internal void ReadMember(object container, string? path, string name, object? value)
    {
        if (assigned.TryGetValue((container, name), out var origin))
        {
            ReadOrigin(origin, value);
            return;
        }

        path ??= PathOf(container);
        if (path is null)
        {
            LastPath = null;
            Taint(container);
        }
        else
        {
            ReadPath(path.Length == 0 ? name : Identifiers.IsPlain(name) ? $"{path}.{name}" : $"{path}[\"{name}\"]", value);
        }
    }

    /// <summary>As <see cref="ReadMember"/>; what the target itself read since a mark is dropped where the member is known better.</summary>
    internal void ReadMemberOf(object target, bool isPath, string? path, int mark, string name, object? value)
    {
        if (isPath && (path is not null || PathOf(target) is not null || assigned.ContainsKey((target, name))))
        {
            Truncate(mark);
        }

        ReadMember(target, path, name, value);
    }

    /// <summary>As <see cref="ReadItem"/>; what the index read stays, what the target read is dropped where the item is known better.</summary>
    internal void ReadItemOf(object target, bool isPath, string? path, int mark, int indexMark, long index, object? value)
    {
        if (isPath && (path is not null || PathOf(target) is not null))
        {
            reads.RemoveRange(mark, indexMark - mark);
        }

        ReadItem(target, path, index < 0 && target is IReadOnlyList<object?> list ? index + list.Count : index, value);
    }

    /// <summary>An item of a list was read.</summary>
    internal void ReadItem(object container, string? path, long index, object? value)
    {
        if (assigned.Count > 0 && assigned.TryGetValue((container, index.ToString(CultureInfo.InvariantCulture)), out var origin))
        {
            ReadOrigin(origin, value);
            return;
        }

        path ??= PathOf(container);
        if (path is null)
        {
            LastPath = null;
            Taint(container);
            if (value is not null && PathOf(value) is { } own)
            {
                ReadPath(own, value);
            }
        }
        else
        {
            ReadPath(string.Create(CultureInfo.InvariantCulture, $"{path}[{index}]"), value);
        }
    }

    internal void ReadOrigin(Origin? origin, object? value)
    {
        LastPath = null;
        if (origin is null)
        {
            Taint(value);
        }
        else if (origin.Path is { Length: > 0 } path)
        {
            ReadPath(path, value);
        }
        else
        {
            reads.AddRange(origin.Paths);
            Taint(value);
        }
    }

    /// <summary>What was read since a mark, as one origin; null when nothing was. The reads stay.</summary>
    internal Origin? Since(int mark, bool singlePath)
    {
        if (singlePath && LastPath is { } path)
        {
            return new Origin(path);
        }

        return reads.Count == mark ? null : new Origin(Distinct(mark));
    }

    internal string[] Distinct(int mark)
    {
        if (reads.Count == mark)
        {
            return [];
        }

        var found = new List<string>(reads.Count - mark);
        for (var i = mark; i < reads.Count; i++)
        {
            if (!found.Contains(reads[i]))
            {
                found.Add(reads[i]);
            }
        }

        return [.. found];
    }

    internal void Truncate(int mark)
    {
        if (reads.Count > mark)
        {
            reads.RemoveRange(mark, reads.Count - mark);
        }
    }

    internal void Clear()
    {
        reads.Clear();
        paths.Clear();
        assigned.Clear();
        tainted.Clear();
        LastPath = null;
    }

    /// <summary>A template set a member itself: what is read there from now on comes from elsewhere.</summary>
    internal void Assign(object container, string name, Origin? origin) => assigned[(container, name)] = origin;

    /// <summary>Something read was put somewhere inside this container.</summary>
    internal void AddTaint(object container, Origin? origin)
    {
        if (origin is not null)
        {
            tainted[container] = tainted.TryGetValue(container, out var old)
                ? new Origin([.. old.Paths.Union(origin.Paths, StringComparer.Ordinal)])
                : new Origin(origin.Paths);
        }
    }

    internal string? PathOf(object container) => paths.TryGetValue(container, out var path) ? path : null;

    private void ReadPath(string path, object? value)
    {
        reads.Add(path);
        LastPath = path;
        Taint(value);
        Register(value, path);
    }

    /// <summary>A container is walked by something that does not go through its members: what was put inside it counts as read.</summary>
    internal void Touch(object? container) => Taint(container);

    private void Taint(object? value)
    {
        if (value is not null && tainted.Count > 0 && tainted.TryGetValue(value, out var origin))
        {
            reads.AddRange(origin.Paths);
        }
    }

    private void Register(object? value, string path)
    {
        if (value is null or string or ValueType or IScriptCustomFunction || (paths.TryGetValue(value, out var known) && known == path))
        {
            return;
        }

        paths[value] = path;
        if (value is IReadOnlyList<object?> list and not ScriptRange)
        {
            for (var i = 0; i < list.Count; i++)
            {
                if (list[i] is { } item and not string and not ValueType)
                {
                    paths[item] = string.Create(CultureInfo.InvariantCulture, $"{path}[{i}]");
                }
            }
        }
    }

    private sealed class ReferenceComparer : IEqualityComparer<object>
    {
        internal static readonly ReferenceComparer Instance = new();

        bool IEqualityComparer<object>.Equals(object? x, object? y) => ReferenceEquals(x, y);

        int IEqualityComparer<object>.GetHashCode(object obj) => RuntimeHelpers.GetHashCode(obj);
    }

    private sealed class SlotComparer : IEqualityComparer<(object Container, string Key)>
    {
        internal static readonly SlotComparer Instance = new();

        bool IEqualityComparer<(object Container, string Key)>.Equals((object Container, string Key) x, (object Container, string Key) y) =>
            ReferenceEquals(x.Container, y.Container) && x.Key == y.Key;

        int IEqualityComparer<(object Container, string Key)>.GetHashCode((object Container, string Key) slot) =>
            HashCode.Combine(RuntimeHelpers.GetHashCode(slot.Container), slot.Key);
    }
}
