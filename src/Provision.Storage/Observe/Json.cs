using System.Globalization;
using System.Text.Json;

namespace Provision.Storage.Observe;

/// <summary>
/// A value in a program's JSON output. Whatever is missing or of another kind is simply not there: no answer of a
/// program, old, new or damaged, makes the reader throw.
/// </summary>
internal readonly struct Json(JsonElement? element)
{
    /// <summary>True if there is something.</summary>
    public bool Exists => element is { ValueKind: not (JsonValueKind.Undefined or JsonValueKind.Null) };

    /// <summary>A member of an object.</summary>
    public Json this[string name] =>
        element is { ValueKind: JsonValueKind.Object } whole && TryGet(whole, name) is { } found ? new Json(found) : default;

    /// <summary>A text that is not blank, or a number as text; else null.</summary>
    public string? Text => element switch
    {
        { ValueKind: JsonValueKind.String } text => TextOf(text)?.Trim() is { Length: > 0 } trimmed ? trimmed : null,
        { ValueKind: JsonValueKind.Number } number => number.GetRawText(),
        _ => null,
    };

    /// <summary>A whole number, also one written as text; else null.</summary>
    public long? Number => long.TryParse(Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>True or false; else null.</summary>
    public bool? Truth => element?.ValueKind switch { JsonValueKind.True => true, JsonValueKind.False => false, _ => null };

    /// <summary>The items of an array.</summary>
    public IEnumerable<Json> Items => element is { ValueKind: JsonValueKind.Array } array ? array.EnumerateArray().Select(item => new Json(item)) : [];

    /// <summary>The members of an object.</summary>
    public IEnumerable<(string Name, Json Value)> Members =>
        element is { ValueKind: JsonValueKind.Object } whole
            ? whole.EnumerateObject().Select(member => (NameOf(member) ?? "", new Json(member.Value)))
            : [];

    // A text with half a surrogate pair in it is valid JSON, but no text: the reader throws where it is asked for.
    private static string? TextOf(JsonElement element)
    {
        try
        {
            return element.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static string? NameOf(JsonProperty member)
    {
        try
        {
            return member.Name;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static JsonElement? TryGet(JsonElement element, string name)
    {
        try
        {
            return element.TryGetProperty(name, out var member) ? member : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
