namespace Provision.Core;

/// <summary>A private mount namespace in which directories can be overlaid, to inspect a system as it would be. No other process sees its mounts, and it ends
/// with this object or with this process.</summary>
/// <remarks>Needs root; uses <c>unshare</c>, <c>nsenter</c> and <c>mount</c> of util-linux.</remarks>
public sealed class PrivateMounts : IDisposable
{
    private readonly ICommandRunner commands;
    private readonly StartedProcess holder;

    private PrivateMounts(ICommandRunner commands, StartedProcess holder)
    {
        this.commands = commands;
        this.holder = holder;
    }

    /// <summary>Creates the namespace.</summary>
    /// <exception cref="CommandFailedException">The system does not allow it.</exception>
    public static PrivateMounts Create(ICommandRunner commands)
    {
        // The holder lives as long as its standard input is open: when this process dies in any way, the holder ends too.
        var command = Command.Of("unshare", "--mount", "--propagation", "private", "--", "sh", "-c", "echo ready; exec cat");
        var process = new StartedProcess(command);
        var output = new StreamReader(process.Output);
        if (output.ReadLine() is not "ready")
        {
            using (process)
            {
                var said = new StreamReader(process.Error).ReadToEnd();
                process.WaitForExit(TimeSpan.FromSeconds(5));
                throw new CommandFailedException(new CommandResult(command, process.ExitCode, default, said));
            }
        }

        return new PrivateMounts(commands, process);
    }

    /// <summary>Runs a command inside the namespace.</summary>
    /// <param name="command">The command; its program is looked up inside <paramref name="changeRoot"/>.</param>
    /// <param name="changeRoot">A root to change to, or null.</param>
    public CommandResult Run(Command command, string? changeRoot = null)
    {
        // nsenter would resolve --root outside the namespace; chroot inside it sees what is mounted there.
        var inside = changeRoot is null ? command : command.Through("chroot", changeRoot);
        return commands.Run(inside.Through("nsenter", $"--mount=/proc/{holder.Id}/ns/mnt", "--"));
    }

    /// <summary>Mounts an empty tmpfs on a directory.</summary>
    public void MountMemory(string folder) =>
        Run(Command.Of("mount", "-t", "tmpfs", "-o", "mode=0700", "provision", folder)).OrThrow();

    /// <summary>Overlays one directory on another: if both have an entry, the upper one is visible.</summary>
    /// <param name="lower">The existing directory, on which the result is mounted.</param>
    /// <param name="upper">The entries to overlay.</param>
    /// <param name="work">An empty directory on the filesystem of <paramref name="upper"/>.</param>
    public void Overlay(string lower, string upper, string work) =>
        Run(Command.Of("mount", "-t", "overlay", "-o", $"lowerdir={Escape(lower)},upperdir={Escape(upper)},workdir={Escape(work)}", "provision", lower)).OrThrow();

    /// <summary>Returns the files below a directory of the namespace, to be filled from outside.</summary>
    public RootedFiles FilesOf(string folder) => RootedFiles.Open($"/proc/{holder.Id}/root{folder}");

    /// <inheritdoc/>
    public void Dispose()
    {
        holder.Input.Dispose();
        holder.WaitForExit(TimeSpan.FromSeconds(5));
        holder.Dispose();
    }

    // Commas, colons and backslashes separate the options and directories of overlayfs.
    private static string Escape(string path) => path.Replace("\\", "\\\\").Replace(":", "\\:").Replace(",", "\\,");
}
