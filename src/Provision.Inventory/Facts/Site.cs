namespace Provision.Inventory;

/// <summary>One datacentre.</summary>
public sealed record Site : Fact
{
    /// <summary>Free-text description; may be empty.</summary>
    public required string Description { get; init; }

    /// <summary>Networks that contain the hosts' addresses.</summary>
    public required IReadOnlyList<Ipv4Network> Networks { get; init; }

    /// <summary>The hosts' default gateway.</summary>
    public required Ipv4Address Gateway { get; init; }

    /// <summary>Name servers, as IPv4 or IPv6 addresses.</summary>
    public required IReadOnlyList<string> Resolvers { get; init; }

    /// <summary>URL of the site's package cache, or null.</summary>
    public required string? PackageCache { get; init; }

    /// <summary>The network boot configuration.</summary>
    public required NetbootSite Netboot { get; init; }

    /// <summary>Settings for the site's hosts.</summary>
    public required YamlMapping Settings { get; init; }
}

/// <summary>The mode of the boot server's DHCP server.</summary>
public enum DhcpMode
{
    /// <summary>It assigns the site's hosts their addresses and announces what to boot.</summary>
    Full,

    /// <summary>Another server assigns addresses; this one only announces what to boot.</summary>
    Proxy,

    /// <summary>Another server does both.</summary>
    Off,
}

/// <summary>The network boot configuration of a site.</summary>
/// <param name="Server">Address of the boot server; null for that of the site's host with the role <c>install</c>.</param>
/// <param name="Port">Its HTTP port.</param>
/// <param name="Store">Directory of its image repository.</param>
/// <param name="Dhcp">The mode of its DHCP server.</param>
/// <param name="Lease">Lease time of an address, in dnsmasq's notation.</param>
/// <param name="KernelOptions">Additional options for the installer's kernel command line.</param>
/// <param name="Engineers">Public ssh keys allowed to log in to a stopped installer.</param>
/// <param name="Mirror">Package sources of images, as lines of <c>sources.list</c>; empty for the sources of the build machine.</param>
/// <param name="ImagePackages">Additional packages for every operating system image.</param>
/// <param name="InstallerPackages">Additional packages for the installer, such as firmware.</param>
/// <param name="Networks">Networks from which machines boot; the boot server answers no other.</param>
public sealed record NetbootSite(
    Ipv4Address? Server, int Port, string Store, DhcpMode Dhcp, string Lease, IReadOnlyList<string> KernelOptions, IReadOnlyList<string> Engineers,
    IReadOnlyList<string> Mirror, IReadOnlyList<string> ImagePackages, IReadOnlyList<string> InstallerPackages, IReadOnlyList<Ipv4Network> Networks);
