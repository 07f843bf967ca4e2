using System.Diagnostics;
using System.Globalization;

namespace Provision.Inventory.Tests;

/// <summary>Time that the processor spends on one piece of work, whatever else the machine does meanwhile.</summary>
internal static class CpuTime
{
    private const string OwnThread = "/proc/thread-self/schedstat";

    public static TimeSpan Of(Action work)
    {
        var before = Now();
        work();
        return Now() - before;
    }

    /// <summary>The kernel's count of nanoseconds for this thread; where there is none, the clock on the wall.</summary>
    private static TimeSpan Now() =>
        File.Exists(OwnThread) && long.TryParse(File.ReadAllText(OwnThread).Split(' ')[0], NumberStyles.None, CultureInfo.InvariantCulture,
            out var nanoseconds) && nanoseconds > 0
            ? TimeSpan.FromMicroseconds(nanoseconds / 1000.0)
            : Stopwatch.GetElapsedTime(0);
}
