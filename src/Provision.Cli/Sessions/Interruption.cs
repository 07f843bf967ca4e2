using System.Runtime.InteropServices;

namespace Provision.Cli.Sessions;

/// <summary>Prints what a run leaves when a signal ends it; the signal then does what it always does.</summary>
internal sealed class Interruption : IDisposable
{
    private static readonly PosixSignal[] Ending = [PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP];
    private readonly PosixSignalRegistration[] signals;

    /// <summary>Begins to wait for signals.</summary>
    /// <param name="leftBehind">Returns what is left at this moment; null if there is nothing to say.</param>
    public Interruption(Func<string?> leftBehind) =>
        signals = [.. Ending.Select(signal => PosixSignalRegistration.Create(signal, _ =>
        {
            if (leftBehind() is { } left)
            {
                Console.Error.WriteLine($"provision: interrupted: {left}");
            }
        }))];

    public void Dispose()
    {
        foreach (var signal in signals)
        {
            signal.Dispose();
        }
    }
}
