using System.CommandLine;
using Provision.State.Mastership;

namespace Provision.Cli;

/// <summary>The database of masters, as the commands open it that ask or change it.</summary>
internal static class MastersAccess
{
    /// <summary>Who is doing it, for the history.</summary>
    public static string Who => $"{Environment.GetEnvironmentVariable("SUDO_USER") ?? Environment.UserName}@{Environment.MachineName}";

    public static Option<string?> Database() => new("--database")
    {
        Description = "Database of masters: a file, or postgresql://user@host/database (default: what the inventory says)",
        HelpName = "DATABASE",
    };

    /// <summary>Opens it; what is changed is exported to where the inventory says.</summary>
    /// <exception cref="State.StateLostException">It cannot be reached or is not there.</exception>
    public static IMastershipStore Open(ParseResult arguments, Option<string?> database, Workspace workspace, bool create = false)
    {
        var place = workspace.Fleet.Mastership;
        return new ExportingMastershipStore(
            MastershipStores.Open(arguments.GetValue(database) ?? place.Database, create),
            new MastershipExporter([.. place.Exports.Select(where => new ExportDestination(where, workspace.Commands))], Console.Error.WriteLine));
    }
}
