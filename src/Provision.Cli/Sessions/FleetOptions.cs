using System.CommandLine;
using Provision.FleetRuns.Remote;
using Provision.FleetRuns.Runs;

namespace Provision.Cli.Sessions;

/// <summary>Options of the commands that reach many hosts, or that read the records of runs.</summary>
internal sealed class FleetOptions
{
    public Option<int> Jobs { get; } = new Option<int>("--jobs")
    {
        Description = "Number of hosts at a time",
        HelpName = "N",
        DefaultValueFactory = _ => 20,
    }.Between(1, 500);

    public Option<int?> Port { get; } = new("--ssh-port")
    {
        Description = "Port of the hosts' sshd (default: that of the ssh configuration)",
        HelpName = "PORT",
    };

    public Option<string> Runs { get; } = new("--runs")
    {
        Description = "Directory with the records of runs",
        HelpName = "DIR",
        DefaultValueFactory = _ => RunDatabase.DefaultDirectory,
    };

    public void AddConnection(Command command)
    {
        command.Options.Add(Port);
    }

    /// <summary>Opens the connector of a command.</summary>
    public OpenSshConnector Connector(ParseResult arguments, Workspace workspace) => new(workspace.Commands, workspace.Folder, arguments.GetValue(Port));

    /// <summary>Opens the records of runs.</summary>
    public RunDatabase Database(ParseResult arguments) => RunDatabase.Open(Path.GetFullPath(arguments.GetValue(Runs)!));
}
