namespace Provision.Core;

/// <summary>A private mount namespace in which directories can be overlaid, to inspect a system as it would be. No other process sees its mounts, and it ends
/// with this object or with this process.</summary>
/// <remarks>Needs root; uses <c>unshare</c>, <c>nsenter</c> and <c>mount</c> of util-linux.</remarks>
public sealed class PrivateMounts : IDisposable
{
    /// <summary>Postfix refuses to read its configuration without an active interface; loopback is one.</summary>
    private const string Alone = "ip link set lo up 2> /dev/null; \"$@\" 2>&1; exit $?";

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
    public CommandResult Run(Command command, string? changeRoot = null) => commands.Run(Inside(Below(command, changeRoot)));

    /// <summary>Runs a command inside the namespace, without network, and with processes of its own that end with it. Both outputs are in the result's
    /// <see cref="CommandResult.Output"/>, so that one limit holds for them.</summary>
    /// <param name="command">The command; its program is looked up inside <paramref name="changeRoot"/>.</param>
    /// <param name="changeRoot">A root to change to, or null.</param>
    public CommandResult RunAlone(Command command, string? changeRoot = null) => commands.Run(Inside(
        Below(command, changeRoot).Through("unshare", "--net", "--pid", "--fork", "--kill-child", "--mount-proc", "--", "sh", "-c", Alone, "sh")));

    /// <summary>Makes everything in the namespace read-only.</summary>
    /// <param name="writable">Mount points that stay writable.</param>
    /// <exception cref="MachineFileException">The system refuses.</exception>
    public void MakeReadOnly(IEnumerable<string> writable)
    {
        var paths = writable.ToList();
        MachineFileException? failure = null;

        // A thread that has entered the namespace cannot leave it.
        var thread = new Thread(() =>
        {
            var descriptor = LinuxCalls.Open($"/proc/{holder.Id}/ns/mnt", LinuxCalls.OpenReadOnly | LinuxCalls.OpenCloseOnExec, 0);
            if (descriptor < 0 || LinuxCalls.EnterMounts(descriptor) < 0
                || LinuxCalls.SetReadOnly("/", true) < 0 || paths.Any(path => LinuxCalls.SetReadOnly(path, false) < 0))
            {
                failure = new MachineFileException("make read-only", "/", System.Runtime.InteropServices.Marshal.GetLastPInvokeError());
            }

            _ = descriptor < 0 ? 0 : LinuxCalls.Close(descriptor);
        });
        thread.Start();
        thread.Join();
        if (failure is not null)
        {
            throw failure;
        }
    }

    /// <summary>The mount points of the namespace.</summary>
    public IReadOnlyList<string> Points() =>
        [.. File.ReadLines($"/proc/{holder.Id}/mountinfo").Select(line => line.Split(' ')[4].Replace("\\040", " ", StringComparison.Ordinal))];

    // nsenter would resolve --root outside the namespace; chroot inside it sees what is mounted there.
    private static Command Below(Command command, string? changeRoot) => changeRoot is null ? command : command.Through("chroot", changeRoot);

    private Command Inside(Command command) => command.Through("nsenter", $"--mount=/proc/{holder.Id}/ns/mnt", "--");

    /// <summary>Mounts an empty tmpfs on a directory.</summary>
    public void MountMemory(string folder) =>
        Run(Command.Of("mount", "-t", "tmpfs", "-o", "mode=0700", "provision", folder)).OrThrow();

    /// <summary>Overlays one directory on another: if both have an entry, the upper one is visible.</summary>
    /// <param name="lower">The existing directory, on which the result is mounted.</param>
    /// <param name="upper">The entries to overlay.</param>
    /// <param name="work">An empty directory on the filesystem of <paramref name="upper"/>.</param>
    public void Overlay(string lower, string upper, string work) =>
        Run(Command.Of(
            "mount", "-t", "overlay", "-o", $"lowerdir={Escape(lower)},upperdir={Escape(upper)},workdir={Escape(work)}", "provision", lower)).OrThrow();

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
