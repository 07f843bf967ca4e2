using System.Runtime.InteropServices;

namespace Provision.Core;

/// <summary>The outcome of unpacking.</summary>
public enum UnpackOutcome
{
    /// <summary>Everything was unpacked.</summary>
    Whole,

    /// <summary>The content is longer than allowed.</summary>
    TooLong,

    /// <summary>The input is not zstd, is damaged or truncated, or needs a window larger than 64 MiB.</summary>
    Damaged,
}

/// <summary>Unpacks zstd in this process with Debian's own library (package libzstd1, which dpkg itself needs): starting a program for each of a thousand
/// bundles takes longer than reading them.</summary>
public static unsafe partial class Zstandard
{
    /// <summary><c>ZSTD_d_windowLogMax</c> of zstd.h.</summary>
    private const int MostWindowLog = 100;

    private const int WindowLog = 26;

    /// <summary>Unpacks one or more frames.</summary>
    /// <param name="packed">The frames.</param>
    /// <param name="most">Maximum number of unpacked bytes.</param>
    /// <param name="unpacked">The result; empty unless the outcome is <see cref="UnpackOutcome.Whole"/>.</param>
    public static UnpackOutcome Unpack(ReadOnlySpan<byte> packed, long most, out ReadOnlyMemory<byte> unpacked)
    {
        unpacked = default;
        var context = CreateContext();
        try
        {
            SetParameter(context, MostWindowLog, WindowLog);
            var output = new byte[Math.Min(most + 1, Math.Max(packed.Length * 8L, 64 * 1024))];
            fixed (byte* source = packed)
            {
                var input = new Buffer { Start = source, Length = (nuint)packed.Length };
                nuint have = 0;
                while (true)
                {
                    nuint left;
                    fixed (byte* start = output)
                    {
                        var target = new Buffer { Start = start, Length = (nuint)output.Length, Done = have };
                        left = Decompress(context, &target, &input);
                        have = target.Done;
                    }

                    if (IsError(left) != 0)
                    {
                        return UnpackOutcome.Damaged;
                    }

                    if ((long)have > most)
                    {
                        return UnpackOutcome.TooLong;
                    }

                    if (have < (nuint)output.Length && input.Done == input.Length)
                    {
                        // 0 is the end of a frame; any other value means that more input was expected.
                        unpacked = left == 0 ? output.AsMemory(0, (int)have) : default;
                        return left == 0 ? UnpackOutcome.Whole : UnpackOutcome.Damaged;
                    }

                    if (have == (nuint)output.Length)
                    {
                        Array.Resize(ref output, (int)Math.Min(most + 1, output.Length * 2L));
                    }
                }
            }
        }
        finally
        {
            FreeContext(context);
        }
    }

    [LibraryImport("libzstd.so.1", EntryPoint = "ZSTD_createDCtx")]
    private static partial nint CreateContext();

    [LibraryImport("libzstd.so.1", EntryPoint = "ZSTD_freeDCtx")]
    private static partial nuint FreeContext(nint context);

    [LibraryImport("libzstd.so.1", EntryPoint = "ZSTD_DCtx_setParameter")]
    private static partial nuint SetParameter(nint context, int parameter, int value);

    [LibraryImport("libzstd.so.1", EntryPoint = "ZSTD_decompressStream")]
    private static partial nuint Decompress(nint context, Buffer* output, Buffer* input);

    [LibraryImport("libzstd.so.1", EntryPoint = "ZSTD_isError")]
    private static partial uint IsError(nuint code);

    /// <summary><c>ZSTD_inBuffer</c> and <c>ZSTD_outBuffer</c>: pointer, length and position.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Buffer
    {
        public byte* Start;
        public nuint Length;
        public nuint Done;
    }
}
