namespace Provision.Inventory;

/// <summary>
/// A text pattern for one instance: <c>{name}</c> is its name, <c>{TIER}</c> its directory on the mount of a tier, and <c>{TIER?}</c> an empty text, valid only
/// if the instance has that tier.
/// </summary>
public sealed class InstancePattern
{
    private const string Name = "name";
    private readonly List<(string Literal, string? Placeholder)> parts;

    private InstancePattern(string text, List<(string, string?)> parts)
    {
        Text = text;
        this.parts = parts;
    }

    /// <summary>The pattern as written.</summary>
    public string Text { get; }

    /// <summary>The tiers it references, with repetitions.</summary>
    public IEnumerable<string> Tiers => parts.Select(part => part.Placeholder?.TrimEnd('?')).OfType<string>().Where(name => name != Name);

    /// <summary>Parses a pattern; returns null if a brace is unbalanced.</summary>
    public static InstancePattern? TryParse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var read = new List<(string, string?)>();
        var position = 0;
        for (int open; (open = text.AsSpan(position).IndexOfAny('{', '}')) >= 0;)
        {
            open += position;
            var close = text.IndexOf('}', open);
            if (text[open] == '}' || close < 0)
            {
                return null;
            }

            read.Add((text[position..open], text[(open + 1)..close]));
            position = close + 1;
        }

        read.Add((text[position..], null));
        return new InstancePattern(text, read);
    }

    /// <summary>Expands the pattern for an instance; returns null if it references a tier that the instance does not have.</summary>
    /// <param name="instance">The instance's name.</param>
    /// <param name="directoryOf">Returns the instance's directory on a tier; null if it has none.</param>
    public string? Expand(string instance, Func<string, string?> directoryOf)
    {
        ArgumentNullException.ThrowIfNull(directoryOf);
        var text = new System.Text.StringBuilder();
        foreach (var (literal, placeholder) in parts)
        {
            text.Append(literal);
            if (placeholder is null or Name)
            {
                text.Append(placeholder is null ? "" : instance);
            }
            else if (directoryOf(placeholder.TrimEnd('?')) is not { } directory)
            {
                return null;
            }
            else if (placeholder[^1] != '?')
            {
                text.Append(directory);
            }
        }

        return text.ToString();
    }

    /// <inheritdoc/>
    public override string ToString() => Text;
}
