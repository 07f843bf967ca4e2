namespace Provision.Inventory;

/// <summary>Everything the inventory says, checked as a whole: no name in it leads nowhere.</summary>
public sealed record Fleet : Fact
{
    /// <summary>The domain that host names are below.</summary>
    public required string Domain { get; init; }

    /// <summary>Code name of the Debian release that hosts run.</summary>
    public required string Release { get; init; }

    /// <summary>Addresses or names of time servers.</summary>
    public required IReadOnlyList<string> TimeServers { get; init; }

    /// <summary>Where slot networks of new hosts are taken from, and inside which every slot network lies; may be empty.</summary>
    public required IReadOnlyList<Ipv4Network> SlotNetworks { get; init; }

    /// <summary>What is abbreviated in the short names of hosts, by prefix.</summary>
    public required IReadOnlyDictionary<string, string> ShortNames { get; init; }

    /// <summary>The form of instances' names, a regular expression; null if any will do.</summary>
    public required string? InstanceNames { get; init; }

    /// <summary>Classes of stores that the inventory says something of, in natural order of their names.</summary>
    public required IReadOnlyList<StoreClass> Classes { get; init; }

    /// <summary>Settings for every host.</summary>
    public required YamlMapping Settings { get; init; }

    /// <summary>Sites in natural order of their names.</summary>
    public required IReadOnlyList<Site> Sites { get; init; }

    /// <summary>All hosts, retired ones too, in natural order of their names.</summary>
    public required IReadOnlyList<Host> Hosts { get; init; }

    /// <summary>Roles in natural order of their names.</summary>
    public required IReadOnlyList<Role> Roles { get; init; }

    /// <summary>Hardware generations in natural order of their names.</summary>
    public required IReadOnlyList<Chassis> Chassis { get; init; }

    /// <summary>Stores in natural order of their names.</summary>
    public required IReadOnlyList<Store> Stores { get; init; }

    /// <summary>What is known to be in the machines, in natural order of the hosts' names.</summary>
    public required IReadOnlyList<DriveRecord> DriveRecords { get; init; }

    /// <summary>Where it is kept who is master of each store.</summary>
    public required MastershipPlace Mastership { get; init; }

    /// <summary>URLs of the status daemons that read the database of masters: the named ones, else one on every boot server.</summary>
    public IReadOnlyList<string> MasterServers => Mastership.Servers.Count > 0
        ? Mastership.Servers
        : [.. Hosts.Where(host => host.Status != HostStatus.Retired && RolesOf(host).Provides.Contains(ProvidedService.BootServer)).Select(host => $"http://{host.Address}:{Mastership.Port}")];

    /// <summary>What the lists above hold, by name.</summary>
    internal FleetIndex Index { get; init; } = new();

    /// <summary>The host of a name, or null.</summary>
    public Host? FindHost(string name) => Index.Hosts.GetValueOrDefault(name);

    /// <summary>The host that has a NIC, retired ones too, or null.</summary>
    public Host? FindHost(MacAddress mac) => Index.Nics.GetValueOrDefault(mac);

    /// <summary>The site of a name, or null.</summary>
    public Site? FindSite(string name) => Index.Sites.GetValueOrDefault(name);

    /// <summary>The role of a name, or null.</summary>
    public Role? FindRole(string name) => Index.Roles.GetValueOrDefault(name);

    /// <summary>The chassis of a name, or null.</summary>
    public Chassis? FindChassis(string name) => Index.Chassis.GetValueOrDefault(name);

    /// <summary>The store of a name, or null.</summary>
    public Store? FindStore(string name) => Index.Stores.GetValueOrDefault(name);

    /// <summary>The drive record of a host, or null.</summary>
    public DriveRecord? FindDrives(string host) => Index.Drives.GetValueOrDefault(host);

    /// <summary>The slot of a name on any host, or null.</summary>
    public Slot? FindSlot(string name) => Index.Slots.GetValueOrDefault(name);

    /// <summary>Address of a site's boot server: the one that the site names, else that of its first host that is one; null where there is neither.</summary>
    public Ipv4Address? BootServerOf(Site site) =>
        site.Netboot.Server ?? Hosts.FirstOrDefault(host => host.Site == site.Name && host.Status != HostStatus.Retired && RolesOf(host).Provides.Contains(ProvidedService.BootServer))?.Address;

    /// <summary>Copies that the stores of a class need, and the sites that they lie at.</summary>
    public (int Copies, int Sites) CopiesOf(string storeClass)
    {
        foreach (var known in Classes)
        {
            if (known.Name == storeClass)
            {
                return (known.Copies, known.Sites);
            }
        }

        return (StoreClass.DefaultCopies, StoreClass.DefaultSites);
    }

    /// <summary>All slots of a host in their order; none for a retired host or a chassis without slots.</summary>
    public IReadOnlyList<Slot> SlotsOf(Host host) => Index.SlotsOfHost.GetValueOrDefault(host.Name) ?? [];

    /// <summary>The store that uses a slot, or null.</summary>
    public Store? StoreOfSlot(string slot) => Index.StoreOfSlot.GetValueOrDefault(slot);

    /// <summary>Everything the host's roles amount to, includes resolved.</summary>
    /// <exception cref="ArgumentException">The host is not of this fleet.</exception>
    public RoleSet RolesOf(Host host) =>
        Index.RolesOfHost.TryGetValue(host.Name, out var roles)
            ? roles
            : throw new ArgumentException($"{host.Name} is not a host of this fleet", nameof(host));
}

/// <summary>Lookups by name; built once when the fleet is loaded.</summary>
internal sealed class FleetIndex
{
    public Dictionary<string, Host> Hosts { get; } = new(StringComparer.Ordinal);

    public Dictionary<MacAddress, Host> Nics { get; } = [];

    public Dictionary<string, Site> Sites { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, Role> Roles { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, Chassis> Chassis { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, Store> Stores { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, DriveRecord> Drives { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, Slot> Slots { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, IReadOnlyList<Slot>> SlotsOfHost { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, Store> StoreOfSlot { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, RoleSet> RolesOfHost { get; } = new(StringComparer.Ordinal);
}
