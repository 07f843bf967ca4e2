namespace Provision.Inventory;

/// <summary>
/// Reads the values of a mapping already validated by <see cref="ShapeCheck"/>, which reports errors. An invalid value reads like an omitted one; an omitted
/// key reads as the default of its row.
/// </summary>
internal readonly struct Fields(YamlMapping mapping, Section section)
{
    public YamlMapping Mapping => mapping;

    public string Text(string key) => Optional(key) ?? "";

    public string? Optional(string key)
    {
        var row = section.Find(key) ?? throw new ArgumentException($"{section.Name} has no key {key}", nameof(key));
        return mapping.Entry(key)?.Value is YamlScalar { IsNull: false } scalar && IsRight(scalar, row.Shape)
            ? scalar.Text
            : row.Default;
    }

    public IReadOnlyList<string> Texts(string key)
    {
        if (mapping.Entry(key)?.Value is not YamlSequence { Items.Count: > 0 } list || section.Find(key)?.Shape is not ListShape { Item: var item })
        {
            return [];
        }

        var texts = new List<string>(list.Items.Count);
        foreach (var node in list.Items)
        {
            if (node is YamlScalar { IsNull: false } scalar && IsRight(scalar, item))
            {
                texts.Add(scalar.Text);
            }
        }

        return texts;
    }

    public int Integer(string key) => int.TryParse(Optional(key), out var number) ? number : 0;

    public bool Boolean(string key) => Optional(key) is "true" or "True" or "TRUE";

    public long? Size(string key) => Optional(key) is { } text && ByteSize.TryParse(text, out var bytes) ? bytes : null;

    public T Choice<T>(string key, Choice<T> choice)
        where T : struct, Enum => OptionalChoice(key, choice) ?? default;

    public T? OptionalChoice<T>(string key, Choice<T> choice)
        where T : struct, Enum => Optional(key) is { } word ? choice.Find(word) : null;

    public Ipv4Address Address(string key) => Ipv4Address.TryParse(Text(key), out var address) ? address : default;

    public Ipv4Network? Network(string key) => Ipv4Network.TryParse(Text(key), out var network) ? network : null;

    public IReadOnlyList<Ipv4Network> Networks(string key)
    {
        var networks = new List<Ipv4Network>();
        foreach (var text in Texts(key))
        {
            if (Ipv4Network.TryParse(text, out var network))
            {
                networks.Add(network);
            }
        }

        return networks;
    }

    /// <summary>Returns the mapping of a key; an empty one if there is none.</summary>
    public YamlMapping Section(string key) => mapping.Entry(key)?.Value as YamlMapping ?? YamlMapping.Empty;

    /// <summary>Returns the mappings in a list.</summary>
    public IEnumerable<YamlMapping> Sections(string key)
    {
        if (mapping.Entry(key)?.Value is YamlSequence list)
        {
            foreach (var item in list.Items)
            {
                if (item is YamlMapping section)
                {
                    yield return section;
                }
            }
        }
    }

    private static bool IsRight(YamlScalar scalar, Shape shape) => shape is ScalarShape { Format: var format } && format.Check(scalar) is null;
}
