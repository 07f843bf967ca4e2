namespace Provision.Inventory;

/// <summary>A mapping of the format: its name in messages, and the key table rows it allows.</summary>
internal sealed class Section
{
    public Section(string name, string doc, params KeyRow[] keys)
    {
        Name = name;
        Doc = doc;
        Keys = keys;
    }

    /// <summary>The name of its schema definition.</summary>
    public string Name { get; }

    public string Doc { get; }

    /// <summary>The allowed keys, in documentation order.</summary>
    public KeyRow[] Keys { get; }

    /// <summary>Returns the row of a key, or null if it is unknown.</summary>
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
/// <param name="Shape">The required shape of its value.</param>
/// <param name="Doc">Its meaning, in one line.</param>
internal sealed record KeyRow(string Name, Shape Shape, string Doc)
{
    /// <summary>True if the mapping is invalid without it.</summary>
    public bool IsRequired { get; init; }

    /// <summary>The value of an omitted key, as it would be written; null for none.</summary>
    public string? Default { get; init; }
}

/// <summary>The required shape of a value.</summary>
internal abstract record Shape
{
    /// <summary>Its description in messages.</summary>
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

/// <summary>A list of values of one shape.</summary>
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

/// <summary>A keyword, or a mapping with the keys of a section.</summary>
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
