namespace Provision.Inventory;

/// <summary>How a gate is checked.</summary>
public enum GateKind
{
    /// <summary>Nothing must hold.</summary>
    None,

    /// <summary>Built in: no store has its master on the host, and enough healthy copies of each are elsewhere.</summary>
    NoMasters,

    /// <summary>A command says so.</summary>
    Command,
}

/// <summary>Where a gate's command runs.</summary>
public enum GateTarget
{
    /// <summary>On the host that is to be reinstalled.</summary>
    Host,

    /// <summary>On the other hosts of the role that are in service.</summary>
    Peers,

    /// <summary>On those of them that are at the host's site.</summary>
    SitePeers,
}

/// <summary>What must hold before a host of a role may be reinstalled. A gate that is not checked is not a gate.</summary>
/// <param name="Name">What messages call it.</param>
/// <param name="Kind">How it is checked.</param>
public sealed record ReinstallGate(string Name, GateKind Kind)
{
    /// <summary>Program and arguments of a command; it holds if the exit code is 0.</summary>
    public IReadOnlyList<string> Run { get; init; } = [];

    /// <summary>Where the command runs.</summary>
    public GateTarget On { get; init; }

    /// <summary>On how many peers it must hold.</summary>
    public int Need { get; init; } = 1;

    /// <summary>True if the command must print nothing, too: an empty queue.</summary>
    public bool PrintsNothing { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
