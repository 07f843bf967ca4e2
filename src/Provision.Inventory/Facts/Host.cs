namespace Provision.Inventory;

/// <summary>One machine.</summary>
public sealed record Host : Fact
{
    /// <summary>Whether it is new, in service or gone.</summary>
    public required HostStatus Status { get; init; }

    /// <summary>The site it stands in.</summary>
    public required string Site { get; init; }

    /// <summary>Where the site was set: in the host, or at the top of its file.</summary>
    public required Location SiteLocation { get; init; }

    /// <summary>Its network cards; any of them identifies it.</summary>
    public required IReadOnlyList<MacAddress> Macs { get; init; }

    /// <summary>The hardware generation, or null for a machine whose disks are not described.</summary>
    public required string? Chassis { get; init; }

    /// <summary>The roles as written, includes not resolved.</summary>
    public required IReadOnlyList<string> Roles { get; init; }

    /// <summary>Its own address.</summary>
    public required Ipv4Address Address { get; init; }

    /// <summary>The network its slots take their addresses from, or null.</summary>
    public required Ipv4Network? SlotNetwork { get; init; }

    /// <summary>The git branch the host is pinned to, or null.</summary>
    public required string? Branch { get; init; }

    /// <summary>Settings of this host alone.</summary>
    public required YamlMapping Settings { get; init; }

    /// <summary>The digits at the end of the name as a number; null when there are none (or more than nine).</summary>
    public int? Number => HostName.NumberOf(Name);

    /// <summary>What chassis patterns call <c>{short}</c>: the name, abbreviated as the fleet's <c>short_names</c> say.</summary>
    public required string ShortName { get; init; }
}
