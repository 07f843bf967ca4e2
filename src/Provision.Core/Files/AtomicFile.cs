namespace Provision.Core;

/// <summary>Replaces files atomically: even after a crash or with concurrent writers, a file has either its old content or its new content.</summary>
public static class AtomicFile
{
    /// <summary>Replaces a file below a root; a missing directory is created with access for its owner only.</summary>
    /// <param name="files">The root's files.</param>
    /// <param name="path">Path below the root.</param>
    /// <param name="content">The new content; durable when this returns.</param>
    /// <param name="mode">Permission bits, such as <see cref="FileModes.Private"/>.</param>
    /// <param name="owner">The owner; null for the user of this process.</param>
    /// <exception cref="MachineFileException">The system refused; the file is unchanged.</exception>
    public static void Write(IMachineFiles files, string path, ReadOnlySpan<byte> content, int mode, Owner? owner = null)
    {
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(path);
        files.MakeFolder(DirectoryOf(path), FileModes.PrivateDirectory);
        Put(files, path, content, mode, owner);
    }

    /// <summary>Replaces a file of this machine.</summary>
    /// <param name="path">Path of the file; its directory must exist.</param>
    /// <param name="content">The new content; durable when this returns.</param>
    /// <param name="mode">Permission bits; null for those of the old file, or 0644.</param>
    /// <exception cref="MachineFileException">The system refused; the file is unchanged.</exception>
    public static void Write(string path, ReadOnlySpan<byte> content, int? mode = null)
    {
        var full = Path.GetFullPath(path);
        using var files = RootedFiles.Open("/");
        Put(files, full, content, mode ?? files.Stat(full)?.Mode ?? FileModes.Public, null);
    }

    /// <summary>Replaces a file of this machine by one that a callback writes.</summary>
    /// <param name="path">Path of the file; its directory must exist.</param>
    /// <param name="write">Creates a file at the path it receives.</param>
    /// <param name="mode">Permission bits; null keeps those the file was created with.</param>
    /// <exception cref="IOException">The system refused; the file is unchanged.</exception>
    public static void Create(string path, Action<string> write, int? mode = null)
    {
        ArgumentNullException.ThrowIfNull(write);
        var full = Path.GetFullPath(path);
        var temporary = TemporaryName(full);
        using var files = RootedFiles.Open("/");
        try
        {
            write(temporary);
            if (mode is { } bits)
            {
                File.SetUnixFileMode(temporary, (UnixFileMode)bits);
            }

            using (var file = File.OpenHandle(temporary, FileMode.Open, FileAccess.ReadWrite))
            {
                RandomAccess.FlushToDisk(file);
            }

            files.Rename(temporary, full);
        }
        catch
        {
            Discard(files, temporary);
            throw;
        }

        files.SyncFolder(DirectoryOf(full));
    }

    private static void Put(IMachineFiles files, string path, ReadOnlySpan<byte> content, int mode, Owner? owner)
    {
        var temporary = TemporaryName(path);
        try
        {
            files.WriteNew(temporary, content, mode, owner, sync: true);
            files.Rename(temporary, path);
        }
        catch
        {
            Discard(files, temporary);
            throw;
        }

        files.SyncFolder(DirectoryOf(path));
    }

    private static string TemporaryName(string path) =>
        $"{path[..(path.LastIndexOf('/') + 1)]}.{path[(path.LastIndexOf('/') + 1)..]}.{Guid.NewGuid().ToString("N")[..12]}.new";

    private static string DirectoryOf(string path) => path.LastIndexOf('/') is > 0 and var slash ? path[..slash] : "/";

    private static void Discard(IMachineFiles files, string temporary)
    {
        try
        {
            files.Remove(temporary);
        }
        catch (MachineFileException)
        {
            // The caller must see why the file could not be replaced, not why cleaning up failed.
        }
    }
}
