namespace Provision.Cli.Sessions;

/// <summary>The age key of the person at the keyboard, outside every repository.</summary>
internal static class OperatorKey
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    /// <summary>Returns the recipient of a key; makes the key if there is none. A key that exists is never replaced.</summary>
    /// <param name="path">The key's file.</param>
    /// <param name="commands">Runs age-keygen.</param>
    public static (string Recipient, bool IsNew) FindOrMake(string path, ICommandRunner commands)
    {
        var full = Path.GetFullPath(path);
        var isNew = !File.Exists(full);
        if (isNew)
        {
            using var files = RootedFiles.Open("/");
            AtomicFile.Write(files, full, Run(commands, Provision.Core.Command.Of("age-keygen")).Output.Span, FileModes.Private);
        }

        return (Run(commands, Provision.Core.Command.Of("age-keygen", "-y", full)).Text.Trim(), isNew);
    }

    /// <summary>Encrypts a value to a recipient.</summary>
    public static ReadOnlyMemory<byte> Encrypt(string recipient, byte[] value, ICommandRunner commands) =>
        Run(commands, Provision.Core.Command.Of("age", "--encrypt", "--armor", "--recipient", recipient).WithInput(value)).Output;

    private static CommandResult Run(ICommandRunner commands, Provision.Core.Command command)
    {
        var result = commands.Run(command.WithTimeout(Limit));
        return result.ExitCode == 127 ? throw new UserErrorException("age is not installed: apt install age") : result.OrThrow();
    }
}
