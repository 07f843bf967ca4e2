using Provision.Inventory;

namespace Provision.Stores.Placement;

/// <summary>The permitted use of a host's slots.</summary>
public enum HostUse
{
    /// <summary>In service: its free slots may be taken.</summary>
    InService,

    /// <summary>Not in service yet: no store may be on it.</summary>
    Waiting,

    /// <summary>Being evacuated: stores leave it and none is added.</summary>
    Leaving,
}

/// <summary>A host with slots.</summary>
/// <param name="Host">The host.</param>
/// <param name="Slots">All its slots, in order.</param>
/// <param name="Use">Their permitted use.</param>
public sealed record PlacedHost(Host Host, IReadOnlyList<Slot> Slots, HostUse Use);

/// <summary>A store and its slots.</summary>
/// <param name="Name">The store.</param>
/// <param name="Class">Its class.</param>
/// <param name="Slots">Its slots; the first is the preferred master.</param>
public sealed record PlacedStore(string Name, string Class, IReadOnlyList<Slot> Slots);

/// <summary>The placement of all stores: the input of measurements and plans.</summary>
/// <param name="Hosts">Hosts with slots, without retired ones, in natural order of their names.</param>
/// <param name="Stores">The stores.</param>
public sealed record PlacedFleet(IReadOnlyList<PlacedHost> Hosts, IReadOnlyList<PlacedStore> Stores)
{
    /// <summary>True if there are slots at more than one site.</summary>
    public bool SeveralSites { get; } = Hosts.Select(static host => host.Host.Site).Distinct(StringComparer.Ordinal).Skip(1).Any();

    /// <summary>Returns the copies that stores of a class need, and the number of sites they are spread over.</summary>
    public Func<string, (int Copies, int Sites)> CopiesOf { get; init; } = static _ => (StoreClass.DefaultCopies, StoreClass.DefaultSites);

    /// <summary>Returns the placement in the inventory. A host of status <c>new</c> is waiting.</summary>
    public static PlacedFleet Of(Fleet fleet) => new(
        [.. fleet.Hosts.Where(host => fleet.SlotsOf(host).Count > 0)
            .Select(host => new PlacedHost(host, fleet.SlotsOf(host), host.Status == HostStatus.New ? HostUse.Waiting : HostUse.InService))],
        [.. fleet.Stores.Select(store => new PlacedStore(store.Name, store.Class, [.. store.Slots.Select(slot => fleet.FindSlot(slot)!)]))])
    {
        CopiesOf = fleet.CopiesOf,
    };

    /// <summary>Returns the fleet with one host's use changed.</summary>
    public PlacedFleet With(string host, HostUse use) =>
        this with { Hosts = [.. Hosts.Select(known => known.Host.Name == host ? known with { Use = use } : known)] };
}
