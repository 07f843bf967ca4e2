namespace Provision.Inventory;

/// <summary>Something the inventory says, which can tell where it was said.</summary>
public abstract record Fact
{
    /// <summary>The name it is known by.</summary>
    public required string Name { get; init; }

    /// <summary>Where the name stands; for a role, its file; for an element of a list, the element.</summary>
    public required Location Location { get; init; }

    /// <summary>The mapping it was read from.</summary>
    internal YamlMapping Source { get; init; } = YamlMapping.Empty;

    /// <summary>
    /// Where a value was set: a key or a path of keys and list positions (<c>drive.size</c>, <c>macs.0</c>,
    /// <c>settings.web.timeout</c>). A value that is not written (a default) answers with <see cref="Location"/>.
    /// </summary>
    public Location At(string key) => Source.Find(key)?.Location ?? Location;

    /// <summary>True when the value is written and not a default.</summary>
    public bool Says(string key) => Source.Find(key) is not null;

    /// <summary>The names of facts, for suggestions.</summary>
    internal static IEnumerable<string> NamesOf(IEnumerable<Fact> facts)
    {
        foreach (var fact in facts)
        {
            yield return fact.Name;
        }
    }
}
