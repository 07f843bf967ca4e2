namespace Provision.Inventory;

/// <summary>Whose work data is; decides what a reinstall may do to it.</summary>
public enum DataClass
{
    /// <summary>Can always be made again. A reinstall may wipe the operating system's own target and nothing else.</summary>
    Cache,

    /// <summary>Our own work; lives in git and nowhere else.</summary>
    Own,

    /// <summary>Other people's data; never opened for writing by a reinstall.</summary>
    Primary,
}

/// <summary>What a host provides to others because of a role.</summary>
public enum ProvidedService
{
    /// <summary>It boots the machines of its site from the network, and keeps the database of masters.</summary>
    BootServer,
}

/// <summary>The life of a host in the inventory.</summary>
public enum HostStatus
{
    /// <summary>In the inventory, not yet in service.</summary>
    New,

    /// <summary>In service.</summary>
    Active,

    /// <summary>Gone; its name, MACs and addresses stay taken.</summary>
    Retired,
}
