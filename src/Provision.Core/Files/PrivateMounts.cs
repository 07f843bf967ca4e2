namespace Provision.Core;

/// <summary>
/// A mount namespace of its own in which folders can be laid over others, for looking at a system as it would be.
/// Nothing mounted in it is seen by any other process, and it is gone with this object, or with this process.
/// </summary>
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

    /// <summary>Makes the namespace.</summary>
    /// <exception cref="CommandFailedException">The system does not allow it.</exception>
    public static PrivateMounts Create(ICommandRunner commands)
    {
        // The holder lives as long as its standard input is open: when this process dies in any way, it ends too.
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

    /// <summary>Runs a command inside.</summary>
    /// <param name="command">The command; its program is looked up inside <paramref name="changeRoot"/>.</param>
    /// <param name="changeRoot">A root to change to, or null.</param>
    public CommandResult Run(Command command, string? changeRoot = null)
    {
        // --root of nsenter would be resolved outside: chroot inside the namespace sees what is mounted there.
        var inside = changeRoot is null ? command : command.Through("chroot", changeRoot);
        return commands.Run(inside.Through("nsenter", $"--mount=/proc/{holder.Id}/ns/mnt", "--"));
    }

    /// <summary>Mounts an empty filesystem in memory on a folder.</summary>
    public void MountMemory(string folder) =>
        Run(Command.Of("mount", "-t", "tmpfs", "-o", "mode=0700", "provision", folder)).OrThrow();

    /// <summary>Lays a folder over another: where both have an entry, the upper one is seen.</summary>
    /// <param name="lower">The folder that is there, and where the result is mounted.</param>
    /// <param name="upper">The entries to lay over it.</param>
    /// <param name="work">An empty folder on the filesystem of <paramref name="upper"/>.</param>
    public void Overlay(string lower, string upper, string work) =>
        Run(Command.Of("mount", "-t", "overlay", "-o", $"lowerdir={Escape(lower)},upperdir={Escape(upper)},workdir={Escape(work)}", "provision", lower)).OrThrow();

    /// <summary>The files of the namespace below a folder, to be filled from outside.</summary>
    public RootedFiles FilesOf(string folder) => RootedFiles.Open($"/proc/{holder.Id}/root{folder}");

    /// <inheritdoc/>
    public void Dispose()
    {
        holder.Input.Dispose();
        holder.WaitForExit(TimeSpan.FromSeconds(5));
        holder.Dispose();
    }

    // Commas, colons and backslashes separate overlay's options and folders.
    private static string Escape(string path) => path.Replace("\\", "\\\\").Replace(":", "\\:").Replace(",", "\\,");
}
