namespace Provision.Inventory;

/// <summary>Everything read so far, not yet validated: the input of the checks.</summary>
internal sealed class FleetDraft
{
    private const int ManyHosts = 20;
    private int comparisonsLeft = 50_000;

    public required DiagnosticBag Found { get; init; }

    public required Fleet Fleet { get; init; }

    public required FleetIndex Index { get; init; }

    /// <summary>Names of configuration directories; null if they are not checked.</summary>
    public required IReadOnlyList<string>? Configs { get; init; }

    /// <summary>Hosts with errors in their own entries.</summary>
    public required IReadOnlySet<string> BrokenHosts { get; init; }

    /// <summary>Chassis with errors; their layouts are not computed.</summary>
    public required HashSet<string> BrokenChassis { get; init; }

    /// <summary>True if a role has errors, so that some of its content may be missing.</summary>
    public required bool HasBrokenRoles { get; init; }

    /// <summary>True if a file or section could not be read: unresolved names may be defined in it.</summary>
    public required bool IsIncomplete { get; init; }

    /// <summary>Short names of hosts whose slots could not be computed; unknown slots may belong to them.</summary>
    public List<string> LackingSlots { get; } = [];

    /// <summary>Hosts already reported because none of their roles defines how instances run.</summary>
    public HashSet<string> WithoutKind { get; } = new(StringComparer.Ordinal);

    /// <summary>Returns true if an unknown slot may belong to a host whose slots could not be computed.</summary>
    public bool MayBeLacking(string slot) =>
        LackingSlots.Count > ManyHosts || LackingSlots.Exists(host => slot.Contains(host, StringComparison.Ordinal));

    /// <summary>Records an unresolved name, unless its definition may be in something that could not be read.</summary>
    public void Unknown(Location location, string message, string name, IEnumerable<string> candidates, string? otherwise = null)
    {
        if (!IsIncomplete)
        {
            Found.Error(location, message, Hint(name, candidates) ?? otherwise);
        }
    }

    /// <summary>
    /// Returns the hint <c>did you mean</c>, but only for the first unknown names: a single bad merge can make tens of thousands of names unknown among as many
    /// candidates.
    /// </summary>
    public string? Hint(string name, IEnumerable<string> candidates)
    {
        comparisonsLeft -= candidates is IReadOnlyCollection<string> { Count: var count } ? count : 10;
        return comparisonsLeft > 0 ? NearestName.Hint(name, candidates) : null;
    }

    /// <summary>Records an error with a second location.</summary>
    public void Error(Location location, string message, Location other, string said, string? hint = null) =>
        Found.Add(Diagnostic.Error(location, message, hint) with { Related = [new RelatedLocation(other, said)] });
}
