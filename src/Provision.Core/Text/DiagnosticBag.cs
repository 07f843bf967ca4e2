using System.Collections;

namespace Provision.Core;

/// <summary>Collects findings during a run, so that all of them can be shown at once.</summary>
public sealed class DiagnosticBag : IReadOnlyCollection<Diagnostic>
{
    private readonly List<Diagnostic> found = [];

    /// <summary>True if at least one finding is an error.</summary>
    public bool HasErrors { get; private set; }

    /// <inheritdoc/>
    public int Count => found.Count;

    /// <summary>Adds a finding.</summary>
    public void Add(Diagnostic diagnostic)
    {
        found.Add(diagnostic);
        HasErrors |= diagnostic.Severity == Severity.Error;
    }

    /// <summary>Adds an error at a location.</summary>
    public void Error(Location location, string message, string? hint = null) =>
        Add(Diagnostic.Error(location, message, hint));

    /// <summary>Adds a warning at a location.</summary>
    public void Warning(Location location, string message, string? hint = null) =>
        Add(Diagnostic.Warning(location, message, hint));

    /// <summary>Adds every diagnostic of a collection.</summary>
    public void AddRange(IEnumerable<Diagnostic> diagnostics)
    {
        foreach (var diagnostic in diagnostics)
        {
            Add(diagnostic);
        }
    }

    /// <summary>Returns all findings ordered by file, line and column; findings at equal locations keep the order in which they were added.</summary>
    public IReadOnlyList<Diagnostic> InOrder() => [.. found.OrderBy(d => d.Location)];

    /// <inheritdoc/>
    public IEnumerator<Diagnostic> GetEnumerator() => found.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
