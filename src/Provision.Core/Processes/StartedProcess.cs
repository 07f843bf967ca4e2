using System.Diagnostics;
using System.IO.Pipes;
using System.Runtime.InteropServices;
using System.Text;
using CliWrap;
using Microsoft.Win32.SafeHandles;

namespace Provision.Core;

/// <summary>
/// A process that CliWrap started, never through a shell.
/// </summary>
/// <remarks>
/// CliWrap continues on the thread pool, whose threads may all be waiting for programs; it returns only once every pipe is closed, which a grandchild may
/// prevent; and it closes the input as soon as the program ends, also under a thread that is writing, which .NET's pipe streams answer by spinning forever.
/// So the pipes are duplicated here and used by threads of our own, the end is awaited on the process itself, and CliWrap keeps the process until
/// this is disposed.
/// </remarks>
internal sealed class StartedProcess : IDisposable
{
    private readonly TaskCompletionSource released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource killed = new();
    private readonly Process process;

    /// <summary>Starts a command.</summary>
    /// <exception cref="System.ComponentModel.Win32Exception">There is no such program or folder, or it may not be run.</exception>
    public StartedProcess(Command command)
    {
        Process? started = null;
        FileStream? input = null, output = null, error = null;
        _ = Cli.Wrap(command.Program)
            .WithArguments(command.Arguments)
            .WithWorkingDirectory(command.WorkingFolder ?? "")
            .WithEnvironmentVariables(command.Environment)
            .WithValidation(CommandResultValidation.None)
            .WithStandardOutputPipe(PipeTarget.Create((_, _) => released.Task))
            .ExecuteAsync(
                null,
                it =>
                {
                    started = it;
                    input = Again(it.StandardInput.BaseStream, FileAccess.Write);
                    output = Again(it.StandardOutput.BaseStream, FileAccess.Read);
                    error = Again(it.StandardError.BaseStream, FileAccess.Read);
                },
                killed.Token);
        (process, Input, Output, Error) = (started!, input!, output!, error!);
    }

    /// <summary>Its standard input.</summary>
    public Stream Input { get; }

    /// <summary>Its standard output.</summary>
    public Stream Output { get; }

    /// <summary>Its standard error.</summary>
    public Stream Error { get; }

    /// <summary>Its process id.</summary>
    public int Id => process.Id;

    /// <summary>True once it was killed from here.</summary>
    public bool IsKilled => killed.IsCancellationRequested;

    /// <summary>False once it has ended.</summary>
    public bool IsRunning => !released.Task.IsCompleted && !process.HasExited;

    /// <summary>The exit code of a process that has ended; 128 + signal if it was killed.</summary>
    public int ExitCode => process.ExitCode;

    /// <summary>Runs something on a thread of its own.</summary>
    public static Task OnItsOwn(Action action) => OwnThread.Run(action);

    /// <summary>Reads text line by line to its end; a last line may lack its newline.</summary>
    public static void ReadLines(Stream from, Action<string> line)
    {
        using var reader = new StreamReader(from, Encoding.UTF8, detectEncodingFromByteOrderMarks: false);
        while (reader.ReadLine() is { } text)
        {
            line(text);
        }
    }

    /// <summary>Waits for its end; false if it still runs after that time.</summary>
    public bool WaitForExit(TimeSpan time) => process.WaitForExit(time);

    /// <summary>Kills it with everything it started.</summary>
    public void Kill()
    {
        if (!released.Task.IsCompleted)
        {
            killed.Cancel();
        }
    }

    /// <summary>Lets CliWrap close the streams and forget the process; a process that still runs is left to itself.</summary>
    public void Dispose()
    {
        released.TrySetResult();
        killed.Dispose();
    }

    /// <summary>A descriptor of our own for a pipe, which nobody closes but us.</summary>
    private static FileStream Again(Stream pipe, FileAccess access)
    {
        var descriptor = LinuxCalls.Control((int)((PipeStream)pipe).SafePipeHandle.DangerousGetHandle(), LinuxCalls.DuplicateCloseOnExec, 0);
        return descriptor >= 0
            ? new FileStream(new SafeFileHandle(descriptor, ownsHandle: true), access, bufferSize: 0)
            : throw new MachineFileException("open", "a pipe", Marshal.GetLastPInvokeError());
    }
}
