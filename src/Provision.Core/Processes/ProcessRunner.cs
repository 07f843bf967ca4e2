using System.Buffers;
using System.ComponentModel;
using System.Runtime.ExceptionServices;
using System.Text;

namespace Provision.Core;

/// <summary>Runs commands as processes of this machine.</summary>
public sealed class ProcessRunner : ICommandRunner
{
    /// <summary>Time to wait for a killed process: one that waits for a dead disk cannot even be killed, and is abandoned.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    /// <summary>The longest single wait for a program's end; then its limits are checked again.</summary>
    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(1);

    /// <summary>How long output is still read after the program's end if one of its children holds the pipe open.</summary>
    internal TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    public CommandResult Run(Command command, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(command);
        StartedProcess process;
        try
        {
            process = new StartedProcess(command);
        }
        catch (Win32Exception e)
        {
            return Missing(command, e);
        }

        using (process)
        using (cancellation.Register(process.Kill))
        {
            return Follow(process, command, cancellation);
        }
    }

    /// <summary>Returns the result for a program that cannot be started.</summary>
    internal static CommandResult Missing(Command command, Win32Exception e) =>
        new(command, 127, default, $"{command.Program}: {(e.InnerException ?? e).Message}");

    private CommandResult Follow(StartedProcess process, Command command, CancellationToken cancellation)
    {
        var output = new Gathered(command.OutputLimit ?? long.MaxValue);
        var error = new StringBuilder();
        var readError = Guarded(process, () => StartedProcess.ReadLines(process.Error, line =>
        {
            lock (error)
            {
                error.Append(line).Append('\n');
            }

            command.Listener?.Invoke(line);
        }));
        var readOutput = Guarded(process, () =>
        {
            using var stream = process.Output;
            (command.Reader ?? (from => output.Read(from, command.Listener)))(stream);
        });

        // Input that certainly fits into the pipe is written at once, the rest by a separate thread, so that the time limit also covers it.
        var fits = command.Feed is null && command.Input is not { Length: > 4096 };
        var written = fits ? Task.CompletedTask : Guarded(process, () => Write(process, command));
        if (fits)
        {
            Write(process, command);
        }

        var timedOut = !HasEnded(
            process,
            command.Timeout,
            () => readOutput.IsFaulted || written.IsFaulted || cancellation.IsCancellationRequested,
            out var hasEnded);
        var exitCode = hasEnded ? process.ExitCode : 124;

        // A grandchild that outlives the program may hold the pipes open. A reader supplied by the caller sets its own pace.
        if (command.Reader is not null && !timedOut)
        {
            Task.WaitAny([readOutput], cancellation);
        }

        var whole = Task.WaitAll([Quiet(written), Quiet(readOutput), Quiet(readError)], Patience);
        cancellation.ThrowIfCancellationRequested();
        var tasks = new[] { written, readOutput, readError };
        foreach (var failed in tasks.Where(task => task.IsFaulted && task.Exception.InnerException is not OutputLimitException))
        {
            ExceptionDispatchInfo.Throw(failed.Exception!.InnerException!);
        }

        var tooMuch = readOutput.Exception?.InnerException is OutputLimitException;
        lock (error)
        {
            return new CommandResult(command, tooMuch ? 153 : timedOut ? 124 : exitCode, output.Bytes(), error.ToString()) { IsWhole = whole };
        }
    }

    /// <summary>Waits for the end; kills the tree and returns false on timeout.</summary>
    private static bool HasEnded(StartedProcess process, TimeSpan? limit, Func<bool> isKilled, out bool hasEnded)
    {
        var start = Environment.TickCount64;
        while (true)
        {
            var left = limit is { } time ? time - TimeSpan.FromMilliseconds(Environment.TickCount64 - start) : Turn;
            if (left <= TimeSpan.Zero || isKilled())
            {
                process.Kill();
                hasEnded = process.WaitForExit(Grace);
                return left > TimeSpan.Zero;
            }

            if (process.WaitForExit(left < Turn ? left : Turn))
            {
                hasEnded = true;
                return true;
            }
        }
    }

    /// <summary>Runs an action on a separate thread; kills the program if it throws.</summary>
    private static Task Guarded(StartedProcess process, Action action) => StartedProcess.OnItsOwn(() =>
    {
        try
        {
            action();
        }
        catch
        {
            process.Kill();
            throw;
        }
    });

    private static Task Quiet(Task task) =>
        task.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

    private static void Write(StartedProcess process, Command command)
    {
        try
        {
            using var input = process.Input;
            command.Feed?.Invoke(input);
            if (command.Input is { } bytes)
            {
                input.Write(bytes.Span);
            }
        }
        catch (IOException)
        {
            // The program ended, or closed its input, before it had read everything: its exit code tells whether that is an error.
        }
    }

    private sealed class Gathered(long limit)
    {
        private readonly ArrayBufferWriter<byte> bytes = new();

        public void Read(Stream from, Action<string>? listener)
        {
            var decoder = Encoding.UTF8.GetDecoder();
            var line = new StringBuilder();
            var buffer = new byte[16 * 1024];
            var text = new char[buffer.Length + 1];
            for (int read; (read = from.Read(buffer)) > 0;)
            {
                lock (bytes)
                {
                    bytes.Write(buffer.AsSpan(0, bytes.WrittenCount + read > limit ? throw new OutputLimitException() : read));
                }

                if (listener is not null)
                {
                    Tell(text.AsSpan(0, decoder.GetChars(buffer, 0, read, text, 0)), line, listener);
                }
            }
        }

        public byte[] Bytes()
        {
            lock (bytes)
            {
                return bytes.WrittenSpan.ToArray();
            }
        }

        private static void Tell(ReadOnlySpan<char> text, StringBuilder line, Action<string> listener)
        {
            for (int end; (end = text.IndexOf('\n')) >= 0; text = text[(end + 1)..])
            {
                listener(line.Append(text[..end]).ToString());
                line.Clear();
            }

            line.Append(text);
        }
    }

    private sealed class OutputLimitException : Exception;
}
