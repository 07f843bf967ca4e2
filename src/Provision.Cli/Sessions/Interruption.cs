using System.Globalization;
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
        signals = [.. Ending.Where(signal => !IsIgnored(signal)).Select(signal => PosixSignalRegistration.Create(signal, _ =>
        {
            if (leftBehind() is { } left)
            {
                Console.Error.WriteLine($"provision: interrupted: {left}");
            }
        }))];

    /// <summary>True if whoever started the program wants a signal to change nothing, as nohup does; to register it would end that.</summary>
    private static bool IsIgnored(PosixSignal signal)
    {
        var number = signal switch { PosixSignal.SIGHUP => 1, PosixSignal.SIGINT => 2, _ => 15 };
        const string label = "SigIgn:";
        return File.ReadLines("/proc/self/status").FirstOrDefault(line => line.StartsWith(label, StringComparison.Ordinal)) is { } mask
            && (ulong.Parse(mask.AsSpan(label.Length).Trim(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) >> (number - 1) & 1) == 1;
    }

    public void Dispose()
    {
        foreach (var signal in signals)
        {
            signal.Dispose();
        }
    }
}
