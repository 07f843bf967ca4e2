namespace Provision.Inventory;

/// <summary>How a gate is evaluated.</summary>
public enum GateKind
{
    /// <summary>No condition.</summary>
    None,

    /// <summary>Built in: no store has its master on the host, and enough healthy copies of each are on other hosts.</summary>
    NoMasters,

    /// <summary>A command decides.</summary>
    Command,
}

/// <summary>The hosts on which a gate's command runs.</summary>
public enum GateTarget
{
    /// <summary>The host to be reinstalled.</summary>
    Host,

    /// <summary>The other hosts of the role that are in service.</summary>
    Peers,

    /// <summary>Those of the peers that are at the host's site.</summary>
    SitePeers,
}

/// <summary>A condition for reinstalling a host of a role. A gate that is not evaluated protects nothing.</summary>
/// <param name="Name">Its name in messages.</param>
/// <param name="Kind">How it is evaluated.</param>
public sealed record ReinstallGate(string Name, GateKind Kind)
{
    /// <summary>Program and arguments of the command; the gate holds if the exit code is 0.</summary>
    public IReadOnlyList<string> Run { get; init; } = [];

    /// <summary>Where the command runs.</summary>
    public GateTarget On { get; init; }

    /// <summary>The number of peers on which it must hold.</summary>
    public int Need { get; init; } = 1;

    /// <summary>True if the command must also print nothing, as for an empty queue.</summary>
    public bool PrintsNothing { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
