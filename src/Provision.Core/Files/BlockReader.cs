using System.Runtime.InteropServices;

namespace Provision.Core;

/// <summary>Reads stretches of block devices as they are on the disk, past the page cache. It opens them for reading only.</summary>
public static unsafe class BlockReader
{
    private const int Alignment = 4096;

    /// <summary>Reads from an offset; fewer bytes where the device ends.</summary>
    /// <param name="node">The device; a regular file will do where its file system cannot read past the cache.</param>
    /// <param name="offset">Where to begin, a multiple of 4096.</param>
    /// <param name="bytes">How much, a multiple of 4096.</param>
    /// <exception cref="MachineFileException">It cannot be opened or read.</exception>
    public static byte[] Read(string node, long offset, int bytes)
    {
        var descriptor = LinuxCalls.Open(node, LinuxCalls.OpenReadOnly | LinuxCalls.OpenDirect | LinuxCalls.OpenCloseOnExec, 0);
        if (descriptor < 0 && Marshal.GetLastPInvokeError() == LinuxCalls.ErrorInvalid)
        {
            descriptor = LinuxCalls.Open(node, LinuxCalls.OpenReadOnly | LinuxCalls.OpenCloseOnExec, 0);
        }

        if (descriptor < 0)
        {
            throw Failed("open");
        }

        var buffer = (byte*)NativeMemory.AlignedAlloc((nuint)bytes, Alignment);
        try
        {
            var done = 0;
            while (done < bytes)
            {
                var read = (int)LinuxCalls.ReadAt(descriptor, buffer + done, bytes - done, offset + done);
                if (read < 0 && Marshal.GetLastPInvokeError() != LinuxCalls.ErrorInterrupted)
                {
                    throw Failed("read");
                }

                if (read == 0)
                {
                    break;
                }

                done += Math.Max(read, 0);
            }

            return new Span<byte>(buffer, done).ToArray();
        }
        finally
        {
            NativeMemory.AlignedFree(buffer);
            LinuxCalls.Close(descriptor);
        }

        MachineFileException Failed(string operation) => new(operation, node, Marshal.GetLastPInvokeError());
    }
}
