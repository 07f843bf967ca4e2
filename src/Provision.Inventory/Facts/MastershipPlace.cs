namespace Provision.Inventory;

/// <summary>Where it is kept who is master of each store.</summary>
/// <param name="Database">A file on the host with the role <c>install</c>, or <c>postgresql://user@host:port/database</c>.</param>
/// <param name="Servers">URLs of the status daemons; none where they are those of the hosts with the role <c>install</c>: see <see cref="Fleet.MasterServers"/>.</param>
/// <param name="Port">The status daemons' HTTP port.</param>
/// <param name="Exports">Where every change is exported to: folders, or <c>ssh://user@host/folder</c>.</param>
public sealed record MastershipPlace(string Database, IReadOnlyList<string> Servers, int Port, IReadOnlyList<string> Exports);
