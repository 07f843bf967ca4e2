using System.Globalization;
using System.Text;

namespace Provision.Boot.Images;

/// <summary>A small archive in the kernel's initrd form (cpio "newc"), to be loaded behind the installer's own.</summary>
internal static class CpioArchive
{
    /// <summary>One file below one folder. Its length is a multiple of 512, so that what follows is aligned as the kernel wants it.</summary>
    public static byte[] Of(string folder, string file, ReadOnlySpan<byte> content)
    {
        using var archive = new MemoryStream();
        Entry(archive, 1, folder, 0x41C0, []); // drwx------
        Entry(archive, 2, folder + "/" + file, 0x8180, content); // -rw-------
        Entry(archive, 0, "TRAILER!!!", 0, []);
        Pad(archive, 512);
        return archive.ToArray();
    }

    private static void Entry(MemoryStream archive, int inode, string name, int mode, ReadOnlySpan<byte> content)
    {
        // magic, inode, mode, uid, gid, links, mtime, size, device (2), special (2), length of the name with its zero, checksum
        int[] fields = [inode, mode, 0, 0, mode >> 12 == 4 ? 2 : 1, 0, content.Length, 0, 0, 0, 0, name.Length + 1, 0];
        archive.Write(Encoding.ASCII.GetBytes(
            "070701" + string.Concat(fields.Select(field => field.ToString("x8", CultureInfo.InvariantCulture))) + name + "\0"));
        Pad(archive, 4);
        archive.Write(content);
        Pad(archive, 4);
    }

    private static void Pad(MemoryStream archive, int to)
    {
        while (archive.Length % to != 0)
        {
            archive.WriteByte(0);
        }
    }
}
