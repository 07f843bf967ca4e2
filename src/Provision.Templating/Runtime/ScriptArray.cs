using System.Collections;

namespace Provision.Templating;

/// <summary>The array of templates: a list of values that may carry named members besides.</summary>
public sealed class ScriptArray : IList<object?>, IReadOnlyList<object?>
{
    private readonly List<object?> items;
    private ScriptObject? members;

    /// <summary>An empty array.</summary>
    public ScriptArray() => items = [];

    /// <summary>An empty array with room for items.</summary>
    /// <param name="capacity">How many items are expected.</param>
    /// <exception cref="ArgumentOutOfRangeException">The capacity is negative.</exception>
    public ScriptArray(int capacity) => items = new List<object?>(capacity);

    /// <summary>An array with the items of a sequence.</summary>
    /// <param name="values">The items.</param>
    public ScriptArray(IEnumerable<object?> values) => items = [.. values];

    /// <inheritdoc cref="ICollection{T}.Count"/>
    public int Count => items.Count;

    /// <inheritdoc/>
    public bool IsReadOnly { get; private set; }

    /// <summary>Named members such as <c>a.unit</c>; made when first asked for.</summary>
    public ScriptObject Members => members ??= [];

    /// <summary>True when the array has named members.</summary>
    public bool HasMembers => members is { Count: > 0 };

    /// <summary>An item.</summary>
    /// <param name="index">0-based index.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such item.</exception>
    /// <exception cref="InvalidOperationException">Set: the array is frozen.</exception>
    public object? this[int index]
    {
        get => items[index];
        set
        {
            Check();
            items[index] = value;
        }
    }

    /// <summary>Makes the list of items read-only for good.</summary>
    /// <returns>The same array.</returns>
    public ScriptArray Freeze()
    {
        IsReadOnly = true;
        return this;
    }

    /// <inheritdoc/>
    public void Add(object? item)
    {
        Check();
        items.Add(item);
    }

    /// <inheritdoc/>
    public void Insert(int index, object? item)
    {
        Check();
        items.Insert(index, item);
    }

    /// <inheritdoc/>
    public void RemoveAt(int index)
    {
        Check();
        items.RemoveAt(index);
    }

    /// <inheritdoc/>
    public bool Remove(object? item)
    {
        Check();
        return items.Remove(item);
    }

    /// <inheritdoc/>
    public void Clear()
    {
        Check();
        items.Clear();
    }

    /// <inheritdoc/>
    public int IndexOf(object? item) => items.IndexOf(item);

    /// <inheritdoc/>
    public bool Contains(object? item) => items.Contains(item);

    /// <inheritdoc/>
    public void CopyTo(object?[] array, int arrayIndex) => items.CopyTo(array, arrayIndex);

    /// <inheritdoc/>
    public IEnumerator<object?> GetEnumerator() => items.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private void Check()
    {
        if (IsReadOnly)
        {
            throw new InvalidOperationException("the array is frozen");
        }
    }
}
