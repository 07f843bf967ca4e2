using System.Globalization;

namespace Provision.Inventory;

/// <summary>A YAML value with its source location. Settings keep this form, so that every value can be explained.</summary>
public abstract class YamlNode
{
    private protected YamlNode(Location location) => Location = location;

    /// <summary>Where the value begins.</summary>
    public Location Location { get; }

    /// <summary>The kind of this value, as used in messages: text, a number, a list, a mapping, nothing.</summary>
    public abstract string Kind { get; }

    /// <summary>Returns the node at a path of keys and 0-based list positions (<c>settings.web.timeout</c>, <c>macs.0</c>); null if there is none.</summary>
    public YamlNode? Find(string path)
    {
        YamlNode? node = this;
        foreach (var part in path.AsSpan().Split('.'))
        {
            var step = path.AsSpan()[part];
            node = node switch
            {
                YamlMapping mapping => mapping.Entry(step.ToString())?.Value,
                YamlSequence list when int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out var index)
                    && index < list.Items.Count => list.Items[index],
                _ => null,
            };
            if (node is null)
            {
                return null;
            }
        }

        return node;
    }
}

/// <summary>A single value: text, number, boolean or null, by the core schema of YAML 1.2.</summary>
public sealed class YamlScalar : YamlNode
{
    /// <summary>Creates a scalar as it was written.</summary>
    /// <param name="location">Where it begins.</param>
    /// <param name="text">Its text after unquoting and unescaping.</param>
    /// <param name="quoted">True for every style but the plain one; a quoted scalar is always text.</param>
    public YamlScalar(Location location, string text, bool quoted)
        : base(location)
    {
        Text = text;
        IsQuoted = quoted;
    }

    /// <summary>The text after unquoting and unescaping, never converted: <c>1.10</c> stays <c>1.10</c>.</summary>
    public string Text { get; }

    /// <summary>True if it was written in quotes or as a block, and so is always text.</summary>
    public bool IsQuoted { get; }

    /// <summary>True if the value is null: omitted, <c>~</c> or <c>null</c>.</summary>
    public bool IsNull => !IsQuoted && Text is ("" or "~" or "null" or "Null" or "NULL");

    /// <summary>The value: null, <see cref="bool"/>, <see cref="long"/>, <see cref="double"/> or <see cref="string"/>.</summary>
    public object? Value
    {
        get
        {
            if (IsQuoted)
            {
                return Text;
            }

            return Text switch
            {
                "" or "~" or "null" or "Null" or "NULL" => null,
                "true" or "True" or "TRUE" => true,
                "false" or "False" or "FALSE" => false,
                _ => Number() ?? Text,
            };
        }
    }

    /// <inheritdoc/>
    public override string Kind => Value switch
    {
        null => "nothing",
        bool => "a truth value",
        long or double => "a number",
        _ => "text",
    };

    private object? Number()
    {
        if (!char.IsAsciiDigit(Text[0]) && Text[0] is not ('-' or '+' or '.'))
        {
            return null;
        }

        // 0755 is far more often a file mode or a serial number than the number 755.
        var digits = Text.AsSpan(Text[0] is '-' or '+' ? 1 : 0);
        if (digits.Length > 1 && digits[0] == '0' && char.IsAsciiDigit(digits[1]))
        {
            return null;
        }

        if (long.TryParse(Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole))
        {
            return whole;
        }

        const NumberStyles Decimal = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        return double.TryParse(Text, Decimal, CultureInfo.InvariantCulture, out var fraction) && double.IsFinite(fraction)
            ? fraction
            : null;
    }
}

/// <summary>A list.</summary>
public sealed class YamlSequence : YamlNode
{
    /// <summary>Creates a list of nodes in their order.</summary>
    public YamlSequence(Location location, IReadOnlyList<YamlNode> items)
        : base(location) => Items = items;

    /// <summary>The elements in their order.</summary>
    public IReadOnlyList<YamlNode> Items { get; }

    /// <inheritdoc/>
    public override string Kind => "a list";
}

/// <summary>One key of a mapping with its value.</summary>
/// <param name="Key">The key's text.</param>
/// <param name="KeyLocation">The location of the key.</param>
/// <param name="Value">Its value.</param>
public sealed record YamlEntry(string Key, Location KeyLocation, YamlNode Value);

/// <summary>A mapping with unique keys, in the order of the file.</summary>
public sealed class YamlMapping : YamlNode
{
    private const int IndexedFrom = 9;
    private readonly Dictionary<string, YamlEntry>? index;

    /// <summary>Creates a mapping of entries with unique keys.</summary>
    /// <exception cref="ArgumentException">Two entries have the same key (only checked if there are enough entries to be indexed).</exception>
    public YamlMapping(Location location, IReadOnlyList<YamlEntry> entries)
        : base(location)
    {
        Entries = entries;
        if (entries.Count < IndexedFrom)
        {
            return;
        }

        index = new Dictionary<string, YamlEntry>(entries.Count, StringComparer.Ordinal);
        foreach (var entry in entries)
        {
            index.Add(entry.Key, entry);
        }
    }

    /// <summary>The mapping without keys.</summary>
    public static YamlMapping Empty { get; } = new(default, []);

    /// <summary>The entries in the order of the file.</summary>
    public IReadOnlyList<YamlEntry> Entries { get; }

    /// <inheritdoc/>
    public override string Kind => "a mapping";

    /// <summary>Returns the entry of a key, or null.</summary>
    public YamlEntry? Entry(string key)
    {
        if (index is not null)
        {
            return index.GetValueOrDefault(key);
        }

        foreach (var entry in Entries)
        {
            if (entry.Key == key)
            {
                return entry;
            }
        }

        return null;
    }
}
