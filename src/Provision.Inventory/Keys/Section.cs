namespace Provision.Inventory;

/// <summary>A mapping of the format: its name in messages and the rows of the key table that it allows.</summary>
internal sealed class Section
{
    public Section(string name, string doc, params KeyRow[] keys)
    {
        Name = name;
        Doc = doc;
        Keys = keys;
    }

    /// <summary>The name of its definition in the schema.</summary>
    public string Name { get; }

    /// <summary>What it describes.</summary>
    public string Doc { get; }

    /// <summary>The allowed keys, in the order to document them.</summary>
    public KeyRow[] Keys { get; }

    /// <summary>The row of a key, or null where it is unknown.</summary>
    public KeyRow? Find(string key)
    {
        foreach (var row in Keys)
        {
            if (row.Name == key)
            {
                return row;
            }
        }

        return null;
    }

    /// <summary>The names of the allowed keys.</summary>
    public IEnumerable<string> KeyNames()
    {
        foreach (var row in Keys)
        {
            yield return row.Name;
        }
    }
}

/// <summary>One row of the key table.</summary>
/// <param name="Name">The key.</param>
/// <param name="Shape">What its value must be.</param>
/// <param name="Doc">What it means, in one line.</param>
internal sealed record KeyRow(string Name, Shape Shape, string Doc)
{
    /// <summary>True when the mapping is wrong without it.</summary>
    public bool IsRequired { get; init; }

    /// <summary>The value where the key is left out, as it would be written; null for none.</summary>
    public string? Default { get; init; }
}

/// <summary>What a value must be.</summary>
internal abstract record Shape
{
    /// <summary>How messages call it.</summary>
    public abstract string Expected { get; }

    /// <summary>A single value of a format.</summary>
    public static ScalarShape Of(ScalarFormat format) => new(format);

    /// <summary>A list of single values of a format.</summary>
    public static ListShape ListOf(ScalarFormat format) => new(new ScalarShape(format));
}

/// <summary>A single value of a format.</summary>
internal sealed record ScalarShape(ScalarFormat Format) : Shape
{
    public override string Expected => Format.Expected;
}

/// <summary>A list of equal values.</summary>
internal sealed record ListShape(Shape Item) : Shape
{
    public bool MayBeEmpty { get; init; } = true;

    public override string Expected => "a list";
}

/// <summary>A mapping with the keys of a section.</summary>
internal sealed record SectionShape(Section Section) : Shape
{
    public override string Expected => "a mapping";
}

/// <summary>A mapping from free names to sections.</summary>
internal sealed record NamedShape(Section Section, ScalarFormat NameFormat) : Shape
{
    public override string Expected => "a mapping";
}

/// <summary>A mapping from free names to values of one shape.</summary>
internal sealed record MapShape(ScalarFormat NameFormat, Shape Value) : Shape
{
    public override string Expected => "a mapping";
}

/// <summary>A word, or a mapping with the keys of a section.</summary>
internal sealed record WordOrSectionShape(ScalarFormat Format, Section Section) : Shape
{
    public override string Expected => Format.Expected + ", or a mapping";
}

/// <summary>One value, or a list of such values.</summary>
internal sealed record OneOrListShape(ScalarFormat Format) : Shape
{
    public override string Expected => Format.Expected + ", or a list of such";
}

/// <summary>A mapping of anything.</summary>
internal sealed record FreeShape : Shape
{
    public override string Expected => "a mapping";
}
