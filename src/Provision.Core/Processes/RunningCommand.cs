using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace Provision.Core;

/// <summary>A program that keeps running beside this one as its daemon, such as dnsmasq. Output is forwarded line by line.</summary>
public sealed class RunningCommand : IDisposable
{
    private readonly StartedProcess process;

    private RunningCommand(Command command, StartedProcess process)
    {
        Command = command;
        this.process = process;
    }

    /// <summary>The command that runs.</summary>
    public Command Command { get; }

    /// <summary>False once it has ended.</summary>
    public bool IsRunning => process.IsRunning;

    /// <summary>Starts a program; its output goes to the command's listener.</summary>
    /// <exception cref="CommandFailedException">The program cannot be started (127).</exception>
    public static RunningCommand Start(Command command)
    {
        ArgumentNullException.ThrowIfNull(command);
        try
        {
            var started = new StartedProcess(command);
            started.Input.Dispose();
            foreach (var stream in new[] { started.Output, started.Error })
            {
                _ = StartedProcess.OnItsOwn(() => StartedProcess.ReadLines(stream, line => command.Listener?.Invoke(line)));
            }

            return new RunningCommand(command, started);
        }
        catch (Win32Exception e)
        {
            throw new CommandFailedException(ProcessRunner.Missing(command, e));
        }
    }

    /// <summary>Ends a process left behind by an earlier run that was killed: the process in a pid file, but only if its arguments still contain the given one,
    /// because pids are reused.</summary>
    public static void EndLeftOver(string pidFile, string argument)
    {
        try
        {
            if (int.TryParse(File.ReadAllText(pidFile).Trim(), CultureInfo.InvariantCulture, out var pid)
                && File.ReadAllText($"/proc/{pid}/cmdline").Split('\0').Contains(argument))
            {
                using var old = Process.GetProcessById(pid);
                old.Kill();
                old.WaitForExit(TimeSpan.FromSeconds(5));
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or InvalidOperationException)
        {
            // There is no such process.
        }
    }

    /// <summary>Ends the program and waits for it.</summary>
    public void Dispose()
    {
        process.Kill();
        if (process.IsRunning)
        {
            process.WaitForExit(TimeSpan.FromSeconds(5));
        }

        process.Dispose();
    }
}
