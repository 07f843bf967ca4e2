using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Provision.Templating;

/// <summary>The object of templates: members with names, kept in the order in which they were added. Names compare exactly.</summary>
public sealed class ScriptObject : IScriptObject, IReadOnlyDictionary<string, object?>
{
    private readonly OrderedDictionary<string, object?> members;
    private HashSet<string>? readOnlyNames;

    /// <summary>An empty object.</summary>
    public ScriptObject() => members = new();

    /// <summary>An empty object with room for members.</summary>
    /// <param name="capacity">How many members are expected.</param>
    /// <exception cref="ArgumentOutOfRangeException">The capacity is negative.</exception>
    public ScriptObject(int capacity) => members = new(capacity);

    /// <summary>An object with the members of a sequence; a later member replaces an earlier one of the same name.</summary>
    /// <param name="members">Names and values.</param>
    public ScriptObject(IEnumerable<KeyValuePair<string, object?>> members)
        : this()
    {
        foreach (var (name, value) in members)
        {
            this.members[name] = value;
        }
    }

    /// <inheritdoc cref="IScriptObject.Count"/>
    public int Count => members.Count;

    /// <summary>True after <see cref="Freeze"/>: no member can be set, added or removed.</summary>
    public bool IsFrozen { get; private set; }

    /// <summary>The names of all members in order.</summary>
    public IEnumerable<string> Keys => members.Keys;

    /// <summary>The values of all members in order.</summary>
    public IEnumerable<object?> Values => members.Values;

    /// <summary>Reads or sets a member.</summary>
    /// <param name="key">The member's name.</param>
    /// <returns>Its value, or null where there is no such member.</returns>
    /// <exception cref="InvalidOperationException">Set: the member is read-only or the object is frozen.</exception>
    public object? this[string key]
    {
        get => members.TryGetValue(key, out var value) ? value : null;
        set => SetValue(key, value);
    }

    /// <summary>Adds a member; makes collection initializers possible.</summary>
    /// <param name="name">The member's name.</param>
    /// <param name="value">Its value.</param>
    /// <exception cref="ArgumentException">There is a member of that name.</exception>
    /// <exception cref="InvalidOperationException">The object is frozen.</exception>
    public void Add(string name, object? value)
    {
        Check(name);
        members.Add(name, value);
    }

    /// <inheritdoc/>
    public bool TryGetValue(string name, [MaybeNullWhen(false)] out object? value) => members.TryGetValue(name, out value);

    /// <summary>True when there is a member of this name.</summary>
    /// <param name="key">The member's name.</param>
    public bool ContainsKey(string key) => members.ContainsKey(key);

    /// <inheritdoc/>
    public bool CanWrite(string name) => !IsFrozen && (readOnlyNames is null || !readOnlyNames.Contains(name));

    /// <inheritdoc/>
    public void SetValue(string name, object? value)
    {
        Check(name);
        members[name] = value;
    }

    /// <inheritdoc/>
    public void SetReadOnly(string name, bool readOnly)
    {
        if (readOnly)
        {
            (readOnlyNames ??= new(StringComparer.Ordinal)).Add(name);
        }
        else
        {
            readOnlyNames?.Remove(name);
        }
    }

    /// <summary>Removes a member.</summary>
    /// <param name="name">The member's name.</param>
    /// <returns>True when there was one.</returns>
    /// <exception cref="InvalidOperationException">The member is read-only or the object is frozen.</exception>
    public bool Remove(string name)
    {
        Check(name);
        return members.Remove(name);
    }

    /// <summary>Removes all members and read-only marks.</summary>
    /// <exception cref="InvalidOperationException">The object is frozen.</exception>
    public void Clear()
    {
        if (IsFrozen)
        {
            throw new InvalidOperationException("the object is frozen");
        }

        members.Clear();
        readOnlyNames = null;
    }

    /// <summary>Makes this object read-only for good, so that renders on several threads can share it. Objects inside it are not touched.</summary>
    /// <returns>The same object.</returns>
    public ScriptObject Freeze()
    {
        IsFrozen = true;
        return this;
    }

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator() => members.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private void Check(string name)
    {
        if (!CanWrite(name))
        {
            throw new InvalidOperationException($"\"{name}\" is read-only");
        }
    }
}
