using System.Collections;
using System.Globalization;

namespace Provision.Templating.Runtime;

/// <summary>Sequences of any kind as sequences of values.</summary>
internal static class Sequences
{
    internal static int Count(IEnumerable sequence)
    {
        switch (sequence)
        {
            case IReadOnlyCollection<object?> known:
                return known.Count;
            case ICollection known:
                return known.Count;
            default:
                var count = 0;
                foreach (var _ in sequence)
                {
                    count++;
                }

                return count;
        }
    }

    /// <summary>The values a <c>for</c> loop walks, or null when the value is no sequence: key and value of objects, characters of strings.</summary>
    internal static IEnumerable<object?>? Of(object? value) => value switch
    {
        null => null,
        string text => text.Select(c => (object?)c.ToString()),
        IScriptObject model => Pairs(model),
        IEnumerable<object?> sequence => sequence,
        IDictionary dictionary => Pairs(dictionary),
        IEnumerable sequence => sequence.Cast<object?>(),
        _ => null,
    };

    private static IEnumerable<object?> Pairs(IScriptObject model)
    {
        foreach (var key in model.Keys)
        {
            model.TryGetValue(key, out var value);
            yield return new ScriptObject(2) { { "key", key }, { "value", value } };
        }
    }

    private static IEnumerable<object?> Pairs(IDictionary dictionary)
    {
        foreach (DictionaryEntry entry in dictionary)
        {
            yield return new ScriptObject(2) { { "key", Convert.ToString(entry.Key, CultureInfo.InvariantCulture) }, { "value", entry.Value } };
        }
    }
}
