using System.CommandLine;

namespace Provision.Cli.Commands;

/// <summary><c>provision slot</c>: operates on the Cyrus slots of a host.</summary>
internal static class SlotCommand
{
    public static Command Create()
    {
        var command = new Command("slot", "Operates on the Cyrus slots of a host.");
        command.Subcommands.Add(SlotUnitCommands.Status());
        command.Subcommands.Add(SlotUnitCommands.Folders());
        command.Subcommands.Add(SlotUnitCommands.Start());
        command.Subcommands.Add(SlotUnitCommands.Stop());
        command.Subcommands.Add(SlotUnitCommands.Drain());
        command.Subcommands.Add(SlotUnitCommands.Fill());
        command.Subcommands.Add(SlotDigestCommand.Create());
        command.Subcommands.Add(SlotConfirmCommand.Create());
        command.Subcommands.Add(SlotMergeCommand.Create());
        return command;
    }
}
