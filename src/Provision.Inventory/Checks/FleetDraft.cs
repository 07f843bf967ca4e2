namespace Provision.Inventory;

/// <summary>Everything read so far, before it is known to be right: what the checks look at.</summary>
internal sealed class FleetDraft
{
    private const int ManyHosts = 20;
    private int comparisonsLeft = 50_000;

    public required DiagnosticBag Found { get; init; }

    public required Fleet Fleet { get; init; }

    public required FleetIndex Index { get; init; }

    /// <summary>Names of config folders, or null where they are not to be checked.</summary>
    public required IReadOnlyList<string>? Configs { get; init; }

    /// <summary>Hosts about whose own lines something was found.</summary>
    public required IReadOnlySet<string> BrokenHosts { get; init; }

    /// <summary>Chassis about which something was found; their layouts are not computed.</summary>
    public required HashSet<string> BrokenChassis { get; init; }

    /// <summary>True if something was found about a role: what it says may be missing.</summary>
    public required bool HasBrokenRoles { get; init; }

    /// <summary>True when a file or section could not be read: names that lead nowhere may be defined in it.</summary>
    public required bool IsIncomplete { get; init; }

    /// <summary>Short names of hosts whose slots could not be computed; unknown slots may be theirs.</summary>
    public List<string> LackingSlots { get; } = [];

    /// <summary>Hosts about which it was reported that no role says how their instances run.</summary>
    public HashSet<string> WithoutKind { get; } = new(StringComparer.Ordinal);

    /// <summary>True when a slot that nobody has may be of a host whose slots are not known.</summary>
    public bool MayBeLacking(string slot) =>
        LackingSlots.Count > ManyHosts || LackingSlots.Exists(host => slot.Contains(host, StringComparison.Ordinal));

    /// <summary>Records a name that leads nowhere, unless what it leads to may be in something that could not be read.</summary>
    public void Unknown(Location location, string message, string name, IEnumerable<string> candidates, string? otherwise = null)
    {
        if (!IsIncomplete)
        {
            Found.Error(location, message, Hint(name, candidates) ?? otherwise);
        }
    }

    /// <summary>
    /// The hint <c>did you mean</c>; only for the first unknown names where there are very many, because one bad merge can
    /// make tens of thousands of names unknown among tens of thousands of candidates.
    /// </summary>
    public string? Hint(string name, IEnumerable<string> candidates)
    {
        comparisonsLeft -= candidates is IReadOnlyCollection<string> { Count: var count } ? count : 10;
        return comparisonsLeft > 0 ? NearestName.Hint(name, candidates) : null;
    }

    /// <summary>Records an error with one second place.</summary>
    public void Error(Location location, string message, Location other, string said, string? hint = null) =>
        Found.Add(Diagnostic.Error(location, message, hint) with { Related = [new RelatedLocation(other, said)] });
}
