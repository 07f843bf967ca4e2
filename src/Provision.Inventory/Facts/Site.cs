namespace Provision.Inventory;

/// <summary>One datacentre.</summary>
public sealed record Site : Fact
{
    /// <summary>What people call it; may be empty.</summary>
    public required string Description { get; init; }

    /// <summary>Networks that host addresses lie in.</summary>
    public required IReadOnlyList<Ipv4Network> Networks { get; init; }

    /// <summary>The router of the hosts.</summary>
    public required Ipv4Address Gateway { get; init; }

    /// <summary>Name servers, addresses of IPv4 or IPv6.</summary>
    public required IReadOnlyList<string> Resolvers { get; init; }

    /// <summary>URL of the site's package cache, or null.</summary>
    public required string? PackageCache { get; init; }

    /// <summary>Settings for the site's hosts.</summary>
    public required YamlMapping Settings { get; init; }
}
