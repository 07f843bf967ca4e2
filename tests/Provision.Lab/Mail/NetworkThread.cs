using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Provision.Lab;

/// <summary>Runs something on a thread that is in a network namespace: sockets that it opens are of that network.</summary>
internal static partial class NetworkThread
{
    private const int NewNetwork = 0x40000000;

    /// <summary>Runs a function there and waits for it.</summary>
    public static T Run<T>(string space, Func<T> work)
    {
        var result = default(T)!;
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                using var file = File.OpenHandle("/run/netns/" + space);
                if (SetNamespace(file, NewNetwork) != 0)
                {
                    throw new InvalidOperationException($"setns: {Marshal.GetLastPInvokeErrorMessage()}");
                }

                result = work();
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        })
        { IsBackground = true };
        thread.Start();
        thread.Join();
        failure?.Throw();
        return result;
    }

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int SetNamespace(SafeHandle file, int type);
}
