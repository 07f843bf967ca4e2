using Provision.Templating;

namespace Provision.Configuration.Model;

/// <summary>A model object whose members are made when they are first read, and then kept; safe for many threads.</summary>
internal sealed class LazyObject : IScriptObject
{
    private readonly OrderedDictionary<string, Lazy<object?>> members = new(StringComparer.Ordinal);

    public IEnumerable<string> Keys => members.Keys;

    public void Add(string name, Func<object?> make) => members.Add(name, new Lazy<object?>(make));

    public bool TryGetValue(string name, out object? value)
    {
        if (members.TryGetValue(name, out var found))
        {
            value = found.Value;
            return true;
        }

        value = null;
        return false;
    }
}
