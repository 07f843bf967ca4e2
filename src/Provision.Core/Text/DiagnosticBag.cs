using System.Collections;

namespace Provision.Core;

/// <summary>Gathers findings while work goes on, so that all of them can be shown at once.</summary>
public sealed class DiagnosticBag : IReadOnlyCollection<Diagnostic>
{
    private readonly List<Diagnostic> found = [];

    /// <summary>True when at least one finding is an error.</summary>
    public bool HasErrors { get; private set; }

    /// <inheritdoc/>
    public int Count => found.Count;

    /// <summary>Adds a finding.</summary>
    public void Add(Diagnostic diagnostic)
    {
        found.Add(diagnostic);
        HasErrors |= diagnostic.Severity == Severity.Error;
    }

    /// <summary>Adds an error at a place.</summary>
    public void Error(Location location, string message, string? hint = null) =>
        Add(Diagnostic.Error(location, message, hint));

    /// <summary>Adds a warning at a place.</summary>
    public void Warning(Location location, string message, string? hint = null) =>
        Add(Diagnostic.Warning(location, message, hint));

    /// <summary>Adds all of another collection.</summary>
    public void AddRange(IEnumerable<Diagnostic> diagnostics)
    {
        foreach (var diagnostic in diagnostics)
        {
            Add(diagnostic);
        }
    }

    /// <summary>All findings in the order of files, lines and columns; equal places keep the order they were found in.</summary>
    public IReadOnlyList<Diagnostic> InOrder() => [.. found.OrderBy(d => d.Location)];

    /// <inheritdoc/>
    public IEnumerator<Diagnostic> GetEnumerator() => found.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
