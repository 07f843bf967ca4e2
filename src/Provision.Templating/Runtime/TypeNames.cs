using System.Collections;
using System.Numerics;

namespace Provision.Templating.Runtime;

/// <summary>How messages and <c>object.typeof</c> speak of types.</summary>
internal static class TypeNames
{
    /// <summary>The type in a sentence: <c>a string</c>.</summary>
    internal static string Of(object? value) => Kind(value) switch
    {
        null => "null",
        "int" or "object" or "array" or "iterator" => "an " + Kind(value),
        "datetime" => "a date",
        var kind => "a " + kind,
    };

    /// <summary>The name of a value's type; null for null.</summary>
    internal static string? Kind(object? value) => value switch
    {
        null => null,
        bool => "bool",
        int => "int",
        uint => "uint",
        long => "long",
        ulong => "ulong",
        short => "short",
        byte => "byte",
        float => "float",
        double => "double",
        decimal => "decimal",
        BigInteger => "bigint",
        string => "string",
        DateTime => "datetime",
        TimeSpan => "timespan",
        IScriptCustomFunction => "function",
        EmptyValue => "empty",
        ScriptRange => "range",
        LazySequence => "iterator",
        IScriptObject or IDictionary => "object",
        IList or IReadOnlyList<object?> => "array",
        IEnumerable => "iterator",
        _ => "object",
    };

    internal static string Size(object list) => list switch
    {
        string text => $"{text.Length} characters",
        IEnumerable all => $"{Sequences.Count(all)} items",
        _ => "no items",
    };
}
