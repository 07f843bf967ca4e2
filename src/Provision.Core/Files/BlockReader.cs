using System.Runtime.InteropServices;

namespace Provision.Core;

/// <summary>Reads ranges of block devices directly from the disk, bypassing the page cache. Devices are opened read-only.</summary>
public static unsafe class BlockReader
{
    private const int Alignment = 4096;

    /// <summary>Reads from an offset; returns fewer bytes at the end of the device.</summary>
    /// <param name="node">The device, or a regular file on a filesystem that supports direct I/O.</param>
    /// <param name="offset">First byte, a multiple of 4096.</param>
    /// <param name="bytes">Number of bytes, a multiple of 4096.</param>
    /// <exception cref="MachineFileException">The device cannot be opened or read.</exception>
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
