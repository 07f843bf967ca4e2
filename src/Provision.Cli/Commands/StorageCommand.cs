using System.CommandLine;

namespace Provision.Cli.Commands;

/// <summary><c>provision storage</c>: the group of the storage commands.</summary>
internal static class StorageCommand
{
    public static Command Create()
    {
        var command = new Command("storage", "What a machine's disks are meant to look like, and bringing them there.");
        command.Subcommands.Add(StorageShowCommand.Create());
        return command;
    }
}
