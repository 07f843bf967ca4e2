using System.CommandLine;

namespace Provision.Cli.Commands;

/// <summary><c>provision fleet</c>: the commands that work on many hosts at once, from a control host.</summary>
internal static class FleetCommand
{
    public static Command Create()
    {
        var command = new Command(
            "fleet",
            "Works on many hosts at once, from a control host, through ssh. The commit of the working tree is sent to each host, which verifies it, renders " +
            "it and plans for itself; equal answers are shown once.");
        command.Subcommands.Add(FleetQuestionCommands.Diff());
        command.Subcommands.Add(FleetInstallCommand.Create());
        command.Subcommands.Add(FleetQuestionCommands.Check());
        command.Subcommands.Add(FleetQuestionCommands.Exec());
        command.Subcommands.Add(FleetRunCommands.Status());
        command.Subcommands.Add(FleetRunCommands.Resume());
        command.Subcommands.Add(FleetRunCommands.Rollback());
        command.Subcommands.Add(FleetRunCommands.Report());
        return command;
    }
}
