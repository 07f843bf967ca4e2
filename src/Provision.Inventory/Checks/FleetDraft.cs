using Provision.Text;

namespace Provision.Inventory;

/// <summary>Everything read so far, before it is known to be right: what the checks look at.</summary>
internal sealed class FleetDraft
{
    private const int MostHints = 100;
    private int hints;

    public required DiagnosticBag Found { get; init; }

    public required Fleet Fleet { get; init; }

    public required FleetIndex Index { get; init; }

    /// <summary>Names of config folders, or null where they are not to be checked.</summary>
    public required IReadOnlyList<string>? Configs { get; init; }

    /// <summary>Hosts about whose own lines something was found.</summary>
    public required IReadOnlySet<string> BrokenHosts { get; init; }

    /// <summary>Chassis about which something was found; their layouts are not computed.</summary>
    public required HashSet<string> BrokenChassis { get; init; }

    /// <summary>True once a host's slots could not be computed, so that an unknown slot may be that host's.</summary>
    public bool LacksSlots { get; set; }

    /// <summary>
    /// The hint <c>did you mean</c>; only for the first hundred unknown names, because a missing file can make
    /// thousands of names unknown among thousands of candidates.
    /// </summary>
    public string? Hint(string name, IEnumerable<string> candidates) =>
        hints++ < MostHints ? NearestName.Hint(name, candidates) : null;

    /// <summary>Records an error with one second place.</summary>
    public void Error(Location location, string message, Location other, string said, string? hint = null) =>
        Found.Add(Diagnostic.Error(location, message, hint) with { Related = [new RelatedLocation(other, said)] });
}
