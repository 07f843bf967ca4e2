namespace Provision.Inventory;

/// <summary>Where the masters of all stores are recorded.</summary>
/// <param name="Database">A file on the host with the role <c>install</c>, or <c>postgresql://user@host:port/database</c>.</param>
/// <param name="Servers">URLs of the status daemons; empty if they run on the hosts with the role <c>install</c>: see
/// <see cref="Fleet.MasterServers"/>.</param>
/// <param name="Port">The status daemons' HTTP port.</param>
/// <param name="Exports">Destinations to which every change is exported: directories, or <c>ssh://user@host/directory</c>.</param>
public sealed record MastershipPlace(string Database, IReadOnlyList<string> Servers, int Port, IReadOnlyList<string> Exports);
