namespace Provision.Inventory;

/// <summary>The whole inventory, validated: every name in it resolves.</summary>
public sealed record Fleet : Fact
{
    /// <summary>The parent domain of host names.</summary>
    public required string Domain { get; init; }

    /// <summary>Code name of the hosts' Debian release.</summary>
    public required string Release { get; init; }

    /// <summary>Addresses or names of time servers.</summary>
    public required IReadOnlyList<string> TimeServers { get; init; }

    /// <summary>The networks that contain every slot network, and from which those of new hosts are taken; may be empty.</summary>
    public required IReadOnlyList<Ipv4Network> SlotNetworks { get; init; }

    /// <summary>Abbreviations in the short names of hosts, by prefix.</summary>
    public required IReadOnlyDictionary<string, string> ShortNames { get; init; }

    /// <summary>The regular expression for instances' names; null if any name is allowed.</summary>
    public required string? InstanceNames { get; init; }

    /// <summary>Classes of stores that the inventory configures, in natural order of their names.</summary>
    public required IReadOnlyList<StoreClass> Classes { get; init; }

    /// <summary>Settings for every host.</summary>
    public required YamlMapping Settings { get; init; }

    /// <summary>Sites in natural order of their names.</summary>
    public required IReadOnlyList<Site> Sites { get; init; }

    /// <summary>All hosts, including retired ones, in natural order of their names.</summary>
    public required IReadOnlyList<Host> Hosts { get; init; }

    /// <summary>Roles in natural order of their names.</summary>
    public required IReadOnlyList<Role> Roles { get; init; }

    /// <summary>Hardware generations in natural order of their names.</summary>
    public required IReadOnlyList<Chassis> Chassis { get; init; }

    /// <summary>Stores in natural order of their names.</summary>
    public required IReadOnlyList<Store> Stores { get; init; }

    /// <summary>The drive records, in natural order of the hosts' names.</summary>
    public required IReadOnlyList<DriveRecord> DriveRecords { get; init; }

    /// <summary>The location of the database of masters.</summary>
    public required MastershipPlace Mastership { get; init; }

    /// <summary>
    /// URLs of the status daemons that read the database of masters: those configured, else one on every boot server. None in a fleet whose stores have
    /// one copy each: their masters never change.
    /// </summary>
    public IReadOnlyList<string> MasterServers => Mastership.Servers.Count > 0 ? Mastership.Servers
        : Stores.All(store => store.Slots.Count < 2) ? []
        : [.. Hosts.Where(host => host.Status != HostStatus.Retired && RolesOf(host).Provides.Contains(ProvidedService.BootServer))
            .Select(host => $"http://{host.Address}:{Mastership.Port}")];

    /// <summary>Lookups by name for the lists above.</summary>
    internal FleetIndex Index { get; init; } = new();

    /// <summary>Returns the host with a name, or null.</summary>
    public Host? FindHost(string name) => Index.Hosts.GetValueOrDefault(name);

    /// <summary>Returns the host that has a NIC, including retired hosts, or null.</summary>
    public Host? FindHost(MacAddress mac) => Index.Nics.GetValueOrDefault(mac);

    /// <summary>Returns the site with a name, or null.</summary>
    public Site? FindSite(string name) => Index.Sites.GetValueOrDefault(name);

    /// <summary>Returns the role with a name, or null.</summary>
    public Role? FindRole(string name) => Index.Roles.GetValueOrDefault(name);

    /// <summary>Returns the chassis with a name, or null.</summary>
    public Chassis? FindChassis(string name) => Index.Chassis.GetValueOrDefault(name);

    /// <summary>Returns the store with a name, or null.</summary>
    public Store? FindStore(string name) => Index.Stores.GetValueOrDefault(name);

    /// <summary>Returns the drive record of a host, or null.</summary>
    public DriveRecord? FindDrives(string host) => Index.Drives.GetValueOrDefault(host);

    /// <summary>Returns the slot with a name on any host, or null.</summary>
    public Slot? FindSlot(string name) => Index.Slots.GetValueOrDefault(name);

    /// <summary>
    /// Returns the address of a site's boot server: the one the site configures, else that of its first boot server host; null if there is neither.
    /// </summary>
    public Ipv4Address? BootServerOf(Site site) =>
        site.Netboot.Server
            ?? Hosts.FirstOrDefault(host => host.Site == site.Name && host.Status != HostStatus.Retired
                && RolesOf(host).Provides.Contains(ProvidedService.BootServer))?.Address;

    /// <summary>Returns the number of copies that stores of a class need, and the number of sites they are spread over.</summary>
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

    /// <summary>Returns all slots of a host in order; none for a retired host or a chassis without slots.</summary>
    public IReadOnlyList<Slot> SlotsOf(Host host) => Index.SlotsOfHost.GetValueOrDefault(host.Name) ?? [];

    /// <summary>Returns the store that uses a slot, or null.</summary>
    public Store? StoreOfSlot(string slot) => Index.StoreOfSlot.GetValueOrDefault(slot);

    /// <summary>Resolves the host's roles, including those they include.</summary>
    /// <exception cref="ArgumentException">The host does not belong to this fleet.</exception>
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
