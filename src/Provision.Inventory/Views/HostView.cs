namespace Provision.Inventory;

/// <summary>Everything known about one host: the input of templates, plans and reports.</summary>
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

    /// <summary>The settings of this host; each value knows the file and line that set it.</summary>
    public required YamlMapping Settings { get; init; }

    /// <summary>Disks and slots, or null for a machine whose disks are not described.</summary>
    public required Layout? Layout { get; init; }

    /// <summary>All slots in order, including free ones.</summary>
    public required IReadOnlyList<SlotView> Slots { get; init; }

    /// <summary>The current masters.</summary>
    public required Masters Masters { get; init; }

    /// <summary>The fully qualified domain name.</summary>
    public string Fqdn => $"{Host.Name}.{Fleet.Domain}";

    /// <summary>
    /// The host's id as used by ZFS and <c>hostid(1)</c>, eight hexadecimal digits: the first four bytes of the SHA-256 of <see cref="Fqdn"/>. A reinstalled
    /// host keeps its id, so it imports its pools without force; an id in the image would be the same on every machine.
    /// </summary>
    public string HostId
    {
        get
        {
            var id = BitConverter.ToUInt32(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(Fqdn)));
            return (id == 0 ? 1 : id).ToString("x8", System.Globalization.CultureInfo.InvariantCulture); // 0 means none
        }
    }

    /// <summary>Creates the view of one host of a fleet; stores that <paramref name="masters"/> does not name have their first slot as master.</summary>
    /// <exception cref="ArgumentException">The host does not belong to this fleet, or is retired and so has no desired state.</exception>
    public static HostView Of(Fleet fleet, Host host, Masters masters)
    {
        if (host.Status == HostStatus.Retired)
        {
            throw new ArgumentException($"{host.Name} is retired and has no desired state", nameof(host));
        }

        var roles = fleet.RolesOf(host);
        var site = fleet.FindSite(host.Site) ?? throw new ArgumentException($"{host.Name} has no site in this fleet", nameof(host));
        var chassis = host.Chassis is null ? null : fleet.FindChassis(host.Chassis);
        return new HostView
        {
            Fleet = fleet,
            Host = host,
            Site = site,
            Chassis = chassis,
            Roles = roles,
            Settings = SettingsOf(fleet, site, host, roles),
            Layout = chassis is null ? null : Layout.Of(host, chassis, roles.Instances),
            Slots = SlotsOf(fleet, host, masters),
            Masters = masters,
        };
    }

    private static YamlMapping SettingsOf(Fleet fleet, Site site, Host host, RoleSet roles)
    {
        var settings = roles.Defaults;
        foreach (var layer in (ReadOnlySpan<YamlMapping>)[fleet.Settings, site.Settings, host.Settings])
        {
            settings = SettingsMerge.Over(settings, SettingsMerge.OnlyDeclared(layer, roles.Defaults));
        }

        return settings;
    }

    private static SlotView[] SlotsOf(Fleet fleet, Host host, Masters masters)
    {
        var slots = fleet.SlotsOf(host);
        var views = new SlotView[slots.Count];
        for (var i = 0; i < views.Length; i++)
        {
            var slot = slots[i];
            var store = fleet.StoreOfSlot(slot.Name);
            if (store is null)
            {
                views[i] = new SlotView(slot, null, false, [], null);
                continue;
            }

            var members = StoreView.Of(fleet, store, masters);
            var peers = new List<PeerSlot>(members.Slots.Count);
            var isMaster = false;
            foreach (var member in members.Slots)
            {
                if (ReferenceEquals(member.Slot, slot))
                {
                    isMaster = member.IsMaster;
                }
                else
                {
                    peers.Add(member);
                }
            }

            peers.Sort(static (one, other) => string.CompareOrdinal(one.Slot.Name, other.Slot.Name));
            views[i] = new SlotView(slot, store, isMaster, peers, slot.Kind?.PathsOf(slot, store.Name));
        }

        return views;
    }
}

/// <summary>A store with its slots at one moment.</summary>
/// <param name="Store">The store.</param>
/// <param name="Slots">Its slots in the store's order.</param>
public sealed record StoreView(Store Store, IReadOnlyList<PeerSlot> Slots)
{
    /// <summary>The slot that is master.</summary>
    public PeerSlot Master
    {
        get
        {
            foreach (var slot in Slots)
            {
                if (slot.IsMaster)
                {
                    return slot;
                }
            }

            return Slots[0];
        }
    }

    /// <summary>Creates the view of a store. If the snapshot names a slot that is not the store's, the first slot is master.</summary>
    public static StoreView Of(Fleet fleet, Store store, Masters masters)
    {
        var master = masters.MasterOf(store);
        var slots = new PeerSlot[store.Slots.Count];
        for (var i = 0; i < slots.Length; i++)
        {
            slots[i] = new PeerSlot(
                fleet.FindSlot(store.Slots[i]) ?? throw new ArgumentException($"{store.Name} is not a store of this fleet", nameof(store)),
                store.Slots[i] == master);
        }

        return new StoreView(store, slots);
    }
}

/// <summary>A slot with its current store.</summary>
/// <param name="Slot">The slot.</param>
/// <param name="Store">The store that uses it, or null for a free slot.</param>
/// <param name="IsMaster">True if it is the store's master.</param>
/// <param name="Peers">The store's other slots, by name, so that a change of the preferred master does not change the configuration.</param>
/// <param name="Paths">Its directories by the names used in templates; null for a free slot.</param>
public sealed record SlotView(Slot Slot, Store? Store, bool IsMaster, IReadOnlyList<PeerSlot> Peers, IReadOnlyList<KeyValuePair<string, string?>>? Paths);

/// <summary>A slot as its peers see it.</summary>
/// <param name="Slot">The slot, with its host.</param>
/// <param name="IsMaster">True if it is the store's master.</param>
public sealed record PeerSlot(Slot Slot, bool IsMaster);
