using System.Runtime.InteropServices;
using System.Text;

namespace Provision.Core;

/// <content>Extended attributes of an open file.</content>
public sealed unsafe partial class RootedFiles
{
    private IReadOnlyDictionary<string, byte[]> AttributesOf(Handle file, string path)
    {
        // One call for most files, which have none.
        var size = LinuxCalls.ListAttributes(file.Descriptor, null, 0);
        if (size == 0 || (size < 0 && Marshal.GetLastPInvokeError() == LinuxCalls.ErrorNotSupported))
        {
            return ExtendedAttributes.None;
        }

        var names = Grown(Check(size, "list the attributes of", path), (buffer, length) => LinuxCalls.ListAttributes(file.Descriptor, buffer, length), path);
        var found = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var name in Encoding.UTF8.GetString(names!).Split('\0', StringSplitOptions.RemoveEmptyEntries))
        {
            if ((ExtendedAttributes.IsKept(name) || ExtendedAttributes.GivesAccess(name))
                && Grown(64, (buffer, length) => LinuxCalls.ReadAttribute(file.Descriptor, name, buffer, length), path) is { } value)
            {
                found[name] = value;
            }
        }

        return found.Count == 0 ? ExtendedAttributes.None : found;
    }

    private delegate nint Filled(byte* buffer, nint length);

    /// <summary>Reads into a buffer that grows while the kernel calls it too small; null if the attribute was removed meanwhile.</summary>
    private byte[]? Grown(nint length, Filled read, string path)
    {
        while (true)
        {
            var buffer = new byte[Math.Max(length, 1)];
            fixed (byte* start = buffer)
            {
                var got = read(start, buffer.Length);
                if (got >= 0)
                {
                    return buffer[..(int)got];
                }
            }

            var error = Marshal.GetLastPInvokeError();
            if (error == LinuxCalls.ErrorNoAttribute)
            {
                return null;
            }

            const int most = 1 << 20;
            length = error == LinuxCalls.ErrorTooSmall && length < most
                ? length * 4
                : throw new MachineFileException("read the attributes of", path, error, Root);
        }
    }

    private void WriteAttributes(Handle file, string path, IReadOnlyDictionary<string, byte[]>? attributes, Func<string, bool> which)
    {
        foreach (var (name, value) in attributes ?? ExtendedAttributes.None)
        {
            if (which(name))
            {
                fixed (byte* start = value)
                {
                    Check(LinuxCalls.WriteAttribute(file.Descriptor, name, start, value.Length, 0), $"write the attribute {name} of", path);
                }
            }
        }
    }
}
