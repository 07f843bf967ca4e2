using System.CommandLine;
using Provision.Stores.Mastership;

namespace Provision.Cli.Sessions;

/// <summary>The database of masters that a command names or the inventory has.</summary>
internal static class MastersDatabase
{
    public static Option<string?> Option() => new("--database")
    {
        Description = "The database: a file, or postgresql://user@host:port/database (default: masters.database of the inventory)",
        HelpName = "NAME",
    };

    /// <summary>Returns the destinations to which changes of a database are exported: those of the inventory for the inventory's database, and none for any
    /// other, whose serials would conflict with them.</summary>
    public static IReadOnlyList<string> ExportsOf(Workspace workspace, string? database) =>
        database is null || database == workspace.Fleet.Mastership.Database ? workspace.Fleet.Mastership.Exports : [];

    /// <summary>Opens the database; every change is exported (<see cref="ExportsOf"/>), and pending exports are reported on standard error.</summary>
    /// <exception cref="Provision.Core.StateLostException">The database cannot be reached or read.</exception>
    public static IMastershipDatabase Open(Workspace workspace, string? database, bool create = false)
    {
        var exporter = new MastershipExporter(Destinations(workspace, ExportsOf(workspace, database)), line => Console.Error.WriteLine($"provision: {line}"));
        return new ExportingMastershipDatabase(MastershipDatabases.Open(database ?? workspace.Fleet.Mastership.Database, create), exporter);
    }

    public static List<ExportDestination> Destinations(Workspace workspace, IReadOnlyList<string> named) =>
        [.. named.Select(destination => new ExportDestination(destination, workspace.Commands))];
}
