using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace Provision.Core;

/// <summary>A program that goes on running beside us: a daemon of our own, such as dnsmasq. What it says is told line by line.</summary>
public sealed class RunningCommand : IDisposable
{
    private readonly Process process;

    private RunningCommand(Command command, Process process)
    {
        Command = command;
        this.process = process;
    }

    /// <summary>What runs.</summary>
    public Command Command { get; }

    /// <summary>False once it has ended.</summary>
    public bool IsRunning => !process.HasExited;

    /// <summary>Starts a program; its output goes to the command's listener.</summary>
    /// <exception cref="CommandFailedException">It cannot be started (127).</exception>
    public static RunningCommand Start(Command command)
    {
        ArgumentNullException.ThrowIfNull(command);
        var child = new Process { StartInfo = ProcessRunner.StartOf(command) };
        child.OutputDataReceived += (_, said) => Tell(command, said.Data);
        child.ErrorDataReceived += (_, said) => Tell(command, said.Data);
        try
        {
            child.Start();
        }
        catch (Win32Exception e)
        {
            child.Dispose();
            throw new CommandFailedException(new CommandResult(command, 127, default, $"{command.Program}: {e.Message}"));
        }

        child.StandardInput.Close();
        child.BeginOutputReadLine();
        child.BeginErrorReadLine();
        return new RunningCommand(command, child);
    }

    /// <summary>
    /// Ends what an earlier run of ours left behind when it was killed: the process of a pid file, but only if its arguments still name the given one,
    /// because pids are given out again.
    /// </summary>
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
            // There is none.
        }
    }

    /// <summary>Ends it, and waits for that.</summary>
    public void Dispose()
    {
        try
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit(TimeSpan.FromSeconds(5));
        }
        catch (InvalidOperationException)
        {
            // It had ended by itself.
        }

        process.Dispose();
    }

    private static void Tell(Command command, string? line)
    {
        if (line is not null)
        {
            command.Listener?.Invoke(line);
        }
    }
}
