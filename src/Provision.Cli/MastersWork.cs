using System.CommandLine;
using Provision.Stores.Mastership;

namespace Provision.Cli;

/// <summary>The database of masters, as commands open it.</summary>
internal static class MastersWork
{
    /// <summary>Who changes something, for the history: <c>user@host</c>; behind sudo the person and not root.</summary>
    public static string Me => $"{(Environment.GetEnvironmentVariable("SUDO_USER") is { Length: > 0 } person ? person : Environment.UserName)}@{Environment.MachineName}";

    public static Option<string?> Database() => new("--database")
    {
        Description = "The database: a file, or postgresql://user@host:port/database (default: masters.database of the inventory)",
        HelpName = "NAME",
    };

    /// <summary>Where changes of a database are exported to: the inventory's destinations for the inventory's database, and none for another one, whose serials would mix with them.</summary>
    public static IReadOnlyList<string> ExportsOf(Workspace workspace, string? database) =>
        database is null || database == workspace.Fleet.Mastership.Database ? workspace.Fleet.Mastership.Exports : [];

    /// <summary>Opens the database; every change is exported (<see cref="ExportsOf"/>), and what is owed is told on standard error.</summary>
    /// <exception cref="Provision.Core.StateLostException">It cannot be reached or read.</exception>
    public static IMastershipStore Open(Workspace workspace, string? database, bool create = false)
    {
        var exporter = new MastershipExporter(Destinations(workspace, ExportsOf(workspace, database)), line => Console.Error.WriteLine($"provision: {line}"));
        return new ExportingMastershipStore(MastershipStores.Open(database ?? workspace.Fleet.Mastership.Database, create), exporter);
    }

    /// <summary>Destinations by their names.</summary>
    public static List<ExportDestination> Destinations(Workspace workspace, IReadOnlyList<string> named) =>
        [.. named.Select(destination => new ExportDestination(destination, workspace.Commands))];
}
