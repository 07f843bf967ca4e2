namespace Provision.Inventory;

/// <summary>One machine.</summary>
public sealed record Host : Fact
{
    /// <summary>Its lifecycle status: new, in service or retired.</summary>
    public required HostStatus Status { get; init; }

    /// <summary>The name of its site.</summary>
    public required string Site { get; init; }

    /// <summary>The location where the site is set: in the host, or at the top of its file.</summary>
    public required Location SiteLocation { get; init; }

    /// <summary>The MAC addresses of its NICs; any of them identifies it.</summary>
    public required IReadOnlyList<MacAddress> Macs { get; init; }

    /// <summary>The hardware generation, or null for a machine whose disks are not described.</summary>
    public required string? Chassis { get; init; }

    /// <summary>The roles as written, without resolving includes.</summary>
    public required IReadOnlyList<string> Roles { get; init; }

    /// <summary>Its own address.</summary>
    public required Ipv4Address Address { get; init; }

    /// <summary>The network of its slots' addresses, or null.</summary>
    public required Ipv4Network? SlotNetwork { get; init; }

    /// <summary>The git branch the host is pinned to, or null.</summary>
    public required string? Branch { get; init; }

    /// <summary>Settings specific to this host.</summary>
    public required YamlMapping Settings { get; init; }

    /// <summary>The trailing digits of the name as a number; null if there are none (or more than nine).</summary>
    public int? Number => HostName.NumberOf(Name);

    /// <summary>The value of <c>{short}</c> in chassis patterns: the name, abbreviated by the fleet's <c>short_names</c>.</summary>
    public required string ShortName { get; init; }
}
