using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.ExceptionServices;
using System.Text;

namespace Provision.Core;

/// <summary>Runs commands as processes of this machine.</summary>
public sealed class ProcessRunner : ICommandRunner
{
    /// <summary>How long what a program said is still read after its end, where a process of its own holds its output open.</summary>
    internal TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How a command is started: never through a shell, with all three streams ours.</summary>
    internal static ProcessStartInfo StartOf(Command command)
    {
        var start = new ProcessStartInfo(command.Program, command.Arguments)
        {
            WorkingDirectory = command.WorkingFolder ?? "",
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var (name, value) in command.Environment)
        {
            start.Environment[name] = value;
        }

        return start;
    }

    /// <inheritdoc/>
    public CommandResult Run(Command command, CancellationToken cancellation = default)
    {
        using var process = new Process { StartInfo = StartOf(command) };
        try
        {
            process.Start();
        }
        catch (Win32Exception e)
        {
            return new CommandResult(command, 127, default, $"{command.Program}: {e.Message}");
        }

        using var output = new MemoryStream();
        var error = new StringBuilder();
        var timedOut = false;
        var saidTooMuch = false;
        // Threads of their own: the pool's may all be waiting for programs, and what is not read in time would be lost.
        var readOutput = Started(
            () =>
            {
                if (command.Reader is { } reader)
                {
                    try
                    {
                        reader(process.StandardOutput.BaseStream);
                    }
                    catch
                    {
                        Kill(process);
                        throw;
                    }
                }
                else if (!Pump(process.StandardOutput.BaseStream, output, command.OutputLimit ?? long.MaxValue, command.Listener))
                {
                    saidTooMuch = true;
                    Kill(process);
                }
            });
        var readError = Started(() => PumpText(process.StandardError, error, command.Listener));
        try
        {
            WriteInput(process, command);
        }
        catch (Exception)
        {
            Kill(process);
            throw;
        }

        using (var timer = command.Timeout is { } limit ? new CancellationTokenSource(limit) : new CancellationTokenSource())
        using (timer.Token.Register(() => timedOut = Kill(process)))
        using (cancellation.Register(() => Kill(process)))
        {
            // A process that waits for a dead disk cannot even be killed: after the time is up it is left to itself.
            for (var patience = 3; patience > 0 && !process.WaitForExit(TimeSpan.FromSeconds(1));)
            {
                patience -= timedOut || saidTooMuch || cancellation.IsCancellationRequested ? 1 : 0;
            }
        }

        // A grandchild that outlives the program may hold the pipes open: what it says later is nobody's. A reader of the caller's reads at its own speed.
        var whole = false;
        try
        {
            if (command.Reader is not null && !timedOut)
            {
                readOutput.Wait(cancellation);
            }

            whole = Task.WaitAll([readOutput, readError], Patience);
        }
        catch (AggregateException e) when (command.Reader is not null && readOutput.IsFaulted)
        {
            ExceptionDispatchInfo.Throw(e.InnerException!);
        }

        cancellation.ThrowIfCancellationRequested();
        lock (error)
        {
            var exitCode = saidTooMuch ? 153 : timedOut || !process.HasExited ? 124 : process.ExitCode;
            return new CommandResult(command, exitCode, Bytes(output), error.ToString()) { IsWhole = whole };
        }
    }

    private static Task Started(Action read) => Task.Factory.StartNew(read, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static byte[] Bytes(MemoryStream stream)
    {
        lock (stream)
        {
            return stream.ToArray();
        }
    }

    private static void WriteInput(Process process, Command command)
    {
        try
        {
            command.Feed?.Invoke(process.StandardInput.BaseStream);
            if (command.Input is { } bytes)
            {
                process.StandardInput.BaseStream.Write(bytes.Span);
            }

            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The program ended, or closed its input, before it had read everything: its exit code says what that means.
        }
    }

    private static bool Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
            return true;
        }
        catch (InvalidOperationException)
        {
            return false; // It had just ended by itself.
        }
    }

    /// <summary>Gathers what the program says; false where it says more than it may.</summary>
    private static bool Pump(Stream from, MemoryStream to, long limit, Action<string>? listener)
    {
        var buffer = new byte[16 * 1024];
        var line = new StringBuilder();
        int read;
        while ((read = from.Read(buffer)) > 0)
        {
            lock (to)
            {
                if (to.Length + read > limit)
                {
                    return false;
                }

                to.Write(buffer, 0, read);
            }

            if (listener is not null)
            {
                Tell(Encoding.UTF8.GetString(buffer, 0, read), line, listener);
            }
        }

        return true;
    }

    private static void PumpText(StreamReader from, StringBuilder to, Action<string>? listener)
    {
        while (from.ReadLine() is { } line)
        {
            lock (to)
            {
                to.Append(line).Append('\n');
            }

            listener?.Invoke(line);
        }
    }

    private static void Tell(string text, StringBuilder line, Action<string> listener)
    {
        foreach (var c in text)
        {
            if (c == '\n')
            {
                listener(line.ToString());
                line.Clear();
            }
            else
            {
                line.Append(c);
            }
        }
    }
}
