namespace Provision.Inventory;

/// <summary>An element of the inventory that knows its source location.</summary>
public abstract record Fact
{
    /// <summary>Its unique name.</summary>
    public required string Name { get; init; }

    /// <summary>The location of the name; for a role, its file; for a list element, the element.</summary>
    public required Location Location { get; init; }

    /// <summary>The mapping it was read from.</summary>
    internal YamlMapping Source { get; init; } = YamlMapping.Empty;

    /// <summary>
    /// Returns the location where a value was set: a key or a path of keys and list positions (<c>drive.size</c>, <c>macs.0</c>, <c>settings.web.timeout</c>).
    /// For a value that is not written (a default), returns <see cref="Location"/>.
    /// </summary>
    public Location At(string key) => Source.Find(key)?.Location ?? Location;

    /// <summary>Returns true if the value is written and not a default.</summary>
    public bool Says(string key) => Source.Find(key) is not null;

    /// <summary>Returns the names of facts, for suggestions.</summary>
    internal static IEnumerable<string> NamesOf(IEnumerable<Fact> facts)
    {
        foreach (var fact in facts)
        {
            yield return fact.Name;
        }
    }
}
