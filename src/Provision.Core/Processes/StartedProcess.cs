using System.Diagnostics;
using System.IO.Pipes;
using System.Runtime.InteropServices;
using System.Text;
using CliWrap;
using Microsoft.Win32.SafeHandles;

namespace Provision.Core;

/// <summary>A process started by CliWrap, never through a shell.</summary>
/// <remarks>
/// CliWrap continues on the thread pool, whose threads may all be waiting for programs; it returns only once every pipe is closed, which a grandchild may
/// prevent; and it closes the input as soon as the program ends, even while a thread is writing, which makes .NET's pipe streams spin forever. Therefore the
/// pipes are duplicated here and used by dedicated threads, the end is awaited on the process itself, and CliWrap keeps the process until this is disposed.
/// </remarks>
internal sealed class StartedProcess : IDisposable
{
    private readonly TaskCompletionSource released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource killed = new();
    private readonly Process process;

    /// <summary>Starts a command.</summary>
    /// <exception cref="System.ComponentModel.Win32Exception">There is no such program or directory, or it may not be run.</exception>
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

    public Stream Input { get; }

    public Stream Output { get; }

    public Stream Error { get; }

    public int Id => process.Id;

    /// <summary>True once this object has killed it.</summary>
    public bool IsKilled => killed.IsCancellationRequested;

    /// <summary>False once it has ended.</summary>
    public bool IsRunning => !released.Task.IsCompleted && !process.HasExited;

    /// <summary>The exit code of a process that has ended; 128 + signal if it was killed.</summary>
    public int ExitCode => process.ExitCode;

    /// <summary>Runs an action on a dedicated thread.</summary>
    public static Task OnItsOwn(Action action) => OwnThread.Run(action);

    /// <summary>Reads text line by line to its end; the last line may lack its newline.</summary>
    public static void ReadLines(Stream from, Action<string> line)
    {
        using var reader = new StreamReader(from, Encoding.UTF8, detectEncodingFromByteOrderMarks: false);
        while (reader.ReadLine() is { } text)
        {
            line(text);
        }
    }

    /// <summary>Waits for the end; false if the process still runs after that time.</summary>
    public bool WaitForExit(TimeSpan time) => process.WaitForExit(time);

    /// <summary>Kills the process and all its descendants.</summary>
    public void Kill()
    {
        if (!released.Task.IsCompleted)
        {
            killed.Cancel();
        }
    }

    /// <summary>Lets CliWrap close the streams and release the process; a process that still runs is abandoned.</summary>
    public void Dispose()
    {
        released.TrySetResult();
        killed.Dispose();
    }

    /// <summary>Duplicates the descriptor of a pipe, so that only this class closes it.</summary>
    private static FileStream Again(Stream pipe, FileAccess access)
    {
        var descriptor = LinuxCalls.Control((int)((PipeStream)pipe).SafePipeHandle.DangerousGetHandle(), LinuxCalls.DuplicateCloseOnExec, 0);
        return descriptor >= 0
            ? new FileStream(new SafeFileHandle(descriptor, ownsHandle: true), access, bufferSize: 0)
            : throw new MachineFileException("open", "a pipe", Marshal.GetLastPInvokeError());
    }
}
