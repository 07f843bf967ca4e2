namespace Provision.Inventory;

/// <summary>Everything that one host is: what templates, plans and reports are made from.</summary>
public sealed record HostView
{
    /// <summary>The whole fleet.</summary>
    public required Fleet Fleet { get; init; }

    /// <summary>The host.</summary>
    public required Host Host { get; init; }

    /// <summary>The host's site.</summary>
    public required Site Site { get; init; }

    /// <summary>The hardware, or null for a machine whose disks are not described.</summary>
    public required Chassis? Chassis { get; init; }

    /// <summary>Roles, packages, configs, services and defaults.</summary>
    public required RoleSet Roles { get; init; }

    /// <summary>The settings of this host; each value knows the file and line that won.</summary>
    public required YamlMapping Settings { get; init; }

    /// <summary>Disks and slots, or null for a machine whose disks are not described.</summary>
    public required Layout? Layout { get; init; }

    /// <summary>All slots in order, free ones too.</summary>
    public required IReadOnlyList<SlotView> Slots { get; init; }

    /// <summary>Who is master of what.</summary>
    public required Masters Masters { get; init; }

    /// <summary>The name with the fleet's domain.</summary>
    public string Fqdn => $"{Host.Name}.{Fleet.Domain}";

    /// <summary>Looks at one host of a fleet; masters that <paramref name="masters"/> does not name are the stores' first slots.</summary>
    /// <exception cref="ArgumentException">The host is not of this fleet, or is retired and so has no desired state.</exception>
    public static HostView Of(Fleet fleet, Host host, Masters masters) => throw new NotSupportedException();
}

/// <summary>A slot with what is in it.</summary>
/// <param name="Slot">The slot.</param>
/// <param name="Store">The store that uses it, or null for a free slot.</param>
/// <param name="IsMaster">True when it is the store's master.</param>
/// <param name="Peers">The store's other slots, in the store's order.</param>
/// <param name="Paths">Its directories; null for a free slot.</param>
public sealed record SlotView(Slot Slot, Store? Store, bool IsMaster, IReadOnlyList<PeerSlot> Peers, SlotPaths? Paths);

/// <summary>A slot as its peers see it.</summary>
/// <param name="Slot">The slot, with its host.</param>
/// <param name="IsMaster">True when it is the store's master.</param>
public sealed record PeerSlot(Slot Slot, bool IsMaster);
