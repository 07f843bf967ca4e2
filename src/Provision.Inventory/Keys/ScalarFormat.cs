namespace Provision.Inventory;

/// <summary>The format of a single value.</summary>
/// <param name="Expected">The expected value, for messages: <c>an address such as 192.0.2.37</c>.</param>
/// <param name="Check">Returns null if the value is valid, else the error; an empty text reports only the expected value.</param>
internal sealed record ScalarFormat(string Expected, Func<YamlScalar, string?> Check)
{
    /// <summary>The type in JSON Schema.</summary>
    public string JsonType { get; init; } = "string";

    /// <summary>A regular expression for editors, no stricter than <see cref="Check"/>; null for none.</summary>
    public string? Pattern { get; init; }

    /// <summary>The allowed values with their meaning; empty if there are too many to list.</summary>
    public (string Text, string Doc)[] Choices { get; init; } = [];

    /// <summary>The minimum, for integers.</summary>
    public long? Minimum { get; init; }
}

/// <summary>A value chosen from a few keywords.</summary>
internal sealed record Choice<T>(params (string Text, T Value, string Doc)[] Values)
    where T : struct, Enum
{
    /// <summary>Returns the value of a keyword, or null.</summary>
    public T? Find(string text)
    {
        foreach (var (word, value, _) in Values)
        {
            if (word == text)
            {
                return value;
            }
        }

        return null;
    }

    /// <summary>Returns the keyword of a value.</summary>
    public string NameOf(T wanted)
    {
        foreach (var (word, value, _) in Values)
        {
            if (EqualityComparer<T>.Default.Equals(value, wanted))
            {
                return word;
            }
        }

        throw new ArgumentOutOfRangeException(nameof(wanted), wanted, "not a value of the format");
    }

    /// <summary>Returns the format that allows exactly these keywords.</summary>
    public ScalarFormat ToFormat()
    {
        var words = new List<(string, string)>();
        foreach (var (word, _, doc) in Values)
        {
            words.Add((word, doc));
        }

        var expected = "one of " + string.Join(", ", words.ConvertAll(static w => w.Item1));
        return new ScalarFormat(expected, value => Find(value.Text) is null ? "" : null) { Choices = [.. words] };
    }
}
