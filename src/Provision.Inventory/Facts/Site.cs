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

    /// <summary>How its machines boot from the network.</summary>
    public required NetbootSite Netboot { get; init; }

    /// <summary>Settings for the site's hosts.</summary>
    public required YamlMapping Settings { get; init; }
}

/// <summary>What the boot server's DHCP server does.</summary>
public enum DhcpMode
{
    /// <summary>It gives the site's hosts their addresses and says what to boot.</summary>
    Full,

    /// <summary>Another server gives addresses; it only says what to boot.</summary>
    Proxy,

    /// <summary>Another server does both.</summary>
    Off,
}

/// <summary>How a site's machines boot from the network.</summary>
/// <param name="Server">Address of the boot server; null where it is that of the site's host with the role <c>install</c>.</param>
/// <param name="Port">Its HTTP port.</param>
/// <param name="Store">Folder of the images on it.</param>
/// <param name="Dhcp">What its DHCP server does.</param>
/// <param name="Lease">How long an address is lent, in dnsmasq's words.</param>
/// <param name="KernelOptions">More words for the installer's kernel command line.</param>
/// <param name="Engineers">Public ssh keys of who may log in to an installer that has stopped.</param>
/// <param name="Mirror">Where packages of images come from, lines as in <c>sources.list</c>; none for the sources of the machine that builds.</param>
/// <param name="ImagePackages">More packages for every operating system's image.</param>
/// <param name="InstallerPackages">More packages for the installer: firmware.</param>
public sealed record NetbootSite(
    Ipv4Address? Server, int Port, string Store, DhcpMode Dhcp, string Lease, IReadOnlyList<string> KernelOptions, IReadOnlyList<string> Engineers,
    IReadOnlyList<string> Mirror, IReadOnlyList<string> ImagePackages, IReadOnlyList<string> InstallerPackages);
