using Provision.Inventory;

namespace Provision.FleetRuns.Remote;

/// <summary>One authenticated connection to a host, on which commands run as root.</summary>
public interface IHostConnection : IDisposable
{
    /// <summary>Runs a command there; its words arrive unchanged. Environment and directory are those of the login.</summary>
    /// <exception cref="HostUnreachableException">The host does not answer, its key is not the recorded one, or the connection died.</exception>
    CommandResult Run(Command command);
}

/// <summary>Opens connections to hosts.</summary>
public interface IHostConnector
{
    /// <summary>Returns a new connection, which shares nothing with an older one. It may be opened by its first command.</summary>
    /// <exception cref="HostUnreachableException">The host does not answer, or its key is not the recorded one.</exception>
    IHostConnection Connect(Host host);
}
