using Microsoft.Win32.SafeHandles;

namespace Provision.Cli;

/// <summary>The terminal that a person sits at.</summary>
internal static class Terminal
{
    /// <summary>
    /// Reads and writes a terminal through plain streams: the console class sets it up for reading keys, with escape sequences. A file or a
    /// pipe keeps the streams of the console class, which share its position with others.
    /// </summary>
    public static void UsePlainStreams()
    {
        if (!Console.IsOutputRedirected)
        {
            Console.SetOut(Writer(1));
        }

        if (!Console.IsErrorRedirected)
        {
            Console.SetError(Writer(2));
        }

        if (!Console.IsInputRedirected)
        {
            Console.SetIn(new StreamReader(Open(0, FileAccess.Read)));
        }
    }

    private static StreamWriter Writer(int descriptor) => new(Open(descriptor, FileAccess.Write)) { AutoFlush = true };

    private static FileStream Open(int descriptor, FileAccess access) => new(new SafeFileHandle(descriptor, ownsHandle: false), access, bufferSize: 0);
}
