namespace Provision.Inventory;

/// <summary>The origin of data, which determines what a reinstall may do to it.</summary>
public enum DataClass
{
    /// <summary>Can always be regenerated. A reinstall may wipe the operating system's own target and nothing else.</summary>
    Cache,

    /// <summary>Produced by our own team; kept in git and nowhere else.</summary>
    Own,

    /// <summary>Other people's data; never opened for writing by a reinstall.</summary>
    Primary,
}

/// <summary>A service that a role makes a host provide to others.</summary>
public enum ProvidedService
{
    /// <summary>Boots the machines of its site from the network, and keeps the database of masters.</summary>
    BootServer,
}

/// <summary>The lifecycle status of a host in the inventory.</summary>
public enum HostStatus
{
    /// <summary>In the inventory, not yet in service.</summary>
    New,

    /// <summary>In service.</summary>
    Active,

    /// <summary>Decommissioned; its name, MACs and addresses stay reserved.</summary>
    Retired,
}
