using System.Text;

namespace Provision.Boot.Installer.Setup;

/// <summary>Files of the new root that come from neither the image nor the inventory.</summary>
internal static class RootFile
{
    /// <summary>Writes a file, in the place of one that the image may have.</summary>
    public static void Put(IMachineFiles root, string path, ReadOnlySpan<byte> content, int mode = FileModes.Public)
    {
        root.MakeFolder(path[..path.LastIndexOf('/')]);
        root.Remove(path);
        root.WriteNew(path, content, mode);
    }

    /// <summary>The same of text.</summary>
    public static void Put(IMachineFiles root, string path, string text, int mode = FileModes.Public) => Put(root, path, Encoding.UTF8.GetBytes(text), mode);

    /// <summary>Content of a file of the image that has to be there.</summary>
    public static byte[] Need(IMachineFiles root, string path) =>
        root.Read(path, follow: true) is { } file ? file.Content : throw new InstallException($"the image has no {path}");
}
