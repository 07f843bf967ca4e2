namespace Provision.Templating.Builtins;

/// <summary>The object <c>date</c>: its functions, and <c>date.format</c>, which each context can set for itself.</summary>
internal sealed class DateObject(ScriptObject functions) : IScriptObject
{
    internal const string DefaultFormat = "%d %b %Y";

    public IEnumerable<string> Keys => functions.Keys.Append("default_format").Append("format");

    public bool TryGetValue(string name, out object? value)
    {
        value = name is "default_format" or "format" ? DefaultFormat : null;
        return value is not null || functions.TryGetValue(name, out value);
    }
}
