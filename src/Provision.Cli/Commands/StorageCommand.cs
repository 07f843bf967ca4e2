using System.CommandLine;

namespace Provision.Cli.Commands;

/// <summary><c>provision storage</c>: shows the expected and the observed disks, and changes them under guard.</summary>
internal static class StorageCommand
{
    public static Command Create()
    {
        var command = new Command(
            "storage",
            "Shows, compares and changes a host's disks.\n\n" +
            "Nothing is created by itself: a set is created only if the drive record calls it new, on blank drives, for the serials that are named; " +
            "what is missing is never created again.");
        command.Subcommands.Add(StorageShowCommand.Create());
        command.Subcommands.Add(StorageDiffCommand.Diff());
        command.Subcommands.Add(StorageDiffCommand.Plan());
        command.Subcommands.Add(StorageCreateCommand.Create());
        command.Subcommands.Add(StorageReplaceCommand.Replace());
        command.Subcommands.Add(StorageReplaceCommand.Wipe());
        command.Subcommands.Add(StorageUnlockCommand.Unlock());
        command.Subcommands.Add(StorageUnlockCommand.Rehearse());
        return command;
    }
}
