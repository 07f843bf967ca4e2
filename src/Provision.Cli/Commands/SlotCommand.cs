using System.CommandLine;

namespace Provision.Cli.Commands;

/// <summary><c>provision slot</c>: work with the Cyrus slots of a host.</summary>
internal static class SlotCommand
{
    public static Command Create()
    {
        var command = new Command("slot", "Works with the Cyrus slots of this host.");
        command.Subcommands.Add(SlotStatusCommand.Create());
        command.Subcommands.Add(SlotDigestCommand.Create());
        return command;
    }
}
