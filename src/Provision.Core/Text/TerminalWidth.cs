namespace Provision.Core;

/// <summary>The width of the terminal on standard output, asked of the kernel: the console class would set the terminal up with escape sequences.</summary>
public static unsafe class TerminalWidth
{
    private const nint WindowSize = 0x5413; // TIOCGWINSZ

    /// <summary>Returns the number of columns; null if standard output is no terminal or has no size.</summary>
    public static int? Read()
    {
        var size = stackalloc ushort[4];
        return LinuxCalls.ReadWindowSize(1, WindowSize, size) == 0 && size[1] > 0 ? size[1] : null;
    }
}
