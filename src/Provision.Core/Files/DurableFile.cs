namespace Provision.Core;

/// <summary>Files that are there whole or not at all, also after the power failed.</summary>
public static class DurableFile
{
    /// <summary>Writes a file beside the old one, syncs it, and puts it in its place.</summary>
    /// <exception cref="MachineFileException">The system refuses.</exception>
    public static void Replace(IMachineFiles files, string path, ReadOnlySpan<byte> content, int mode)
    {
        var folder = path[..path.LastIndexOf('/')];
        files.MakeFolder(folder, 0x1C0);
        var next = path + ".new";
        files.Remove(next);
        files.WriteNew(next, content, mode, sync: true);
        files.Rename(next, path);
        files.SyncFolder(folder);
    }
}
