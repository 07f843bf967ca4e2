using System.Collections;
using Provision.Configuration.Templates;
using Scriban;
using Scriban.Parsing;
using Scriban.Runtime;

namespace Provision.Configuration.Templates;

/// <summary>An object of the model as seen by templates: members in a fixed order, created when first read and then kept. Templates cannot change it, so hosts
/// and threads share it.</summary>
public sealed class ModelObject : IScriptObject, IEnumerable<KeyValuePair<string, object?>>, IFormattable
{
    private readonly Dictionary<string, object?> members = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public int Count => members.Count;

    /// <inheritdoc/>
    public bool IsReadOnly { get => true; set => throw new InvalidOperationException("a model stays read-only"); }

    internal object? this[string name] { set => members[name] = value; }

    /// <inheritdoc/>
    public IEnumerable<string> GetMembers() => members.Keys;

    /// <inheritdoc/>
    public bool Contains(string member) => members.ContainsKey(member);

    /// <inheritdoc/>
    public bool TryGetValue(TemplateContext? context, SourceSpan span, string member, out object? value)
    {
        var found = TryRead(member, out value);
        if (found)
        {
            (context as RenderContext)?.Recorder?.ReadMember(this, member, value);
        }

        return found;
    }

    /// <inheritdoc/>
    public bool CanWrite(string member) => false;

    /// <inheritdoc/>
    public bool TrySetValue(TemplateContext? context, SourceSpan span, string member, object? value, bool readOnly) => false;

    /// <inheritdoc/>
    public bool Remove(string member) => false;

    /// <inheritdoc/>
    public void SetReadOnly(string member, bool readOnly)
    {
    }

    /// <inheritdoc/>
    public IScriptObject Clone(bool deep) => this;

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator() =>
        members.Keys.Select(name => KeyValuePair.Create(name, TryRead(name, out var value) ? value : null)).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public string ToString(string? format, IFormatProvider? formatProvider)
    {
        var copy = new ScriptObject(Count);
        foreach (var (name, value) in this)
        {
            copy.Add(name, value);
        }

        return copy.ToString(format, formatProvider);
    }

    internal void Add(string name, Func<object?> make) => members.Add(name, new LazyMember(make));

    internal bool TryRead(string name, out object? value)
    {
        var found = members.TryGetValue(name, out value);
        value = value is LazyMember lazy ? lazy.Value : value;
        return found;
    }

    private sealed class LazyMember(Func<object?> make) : Lazy<object?>(make);
}
