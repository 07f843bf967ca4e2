namespace Provision.Templating.Runtime;

/// <summary>A few named values; searched from the start because there are never many.</summary>
internal sealed class VariableStore
{
    private Entry[] entries = [];
    private int count;

    internal IEnumerable<string> Names => entries.Take(count).Select(e => e.Name);

    internal bool Contains(string name) => Find(name) >= 0;

    internal bool TryGet(string name, out object? value, out Origin? origin)
    {
        var at = Find(name);
        (value, origin) = at < 0 ? (null, null) : (entries[at].Value, entries[at].Origin);
        return at >= 0;
    }

    internal void Set(string name, object? value, Origin? origin)
    {
        var at = Find(name);
        if (at < 0)
        {
            if (count == entries.Length)
            {
                Array.Resize(ref entries, Math.Max(4, count * 2));
            }

            at = count++;
        }

        entries[at] = new Entry(name, value, origin);
    }

    internal void Remove(string name)
    {
        var at = Find(name);
        if (at >= 0)
        {
            Array.Copy(entries, at + 1, entries, at, --count - at);
            entries[count] = default;
        }
    }

    internal void Clear()
    {
        Array.Clear(entries, 0, count);
        count = 0;
    }

    private int Find(string name)
    {
        for (var i = 0; i < count; i++)
        {
            if (entries[i].Name == name)
            {
                return i;
            }
        }

        return -1;
    }

    private readonly record struct Entry(string Name, object? Value, Origin? Origin);
}
