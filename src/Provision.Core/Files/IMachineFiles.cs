namespace Provision.Core;

/// <summary>One of the two interfaces to a machine: the files below a root. Every path begins with <c>/</c> and is relative to that root; no path, link or race
/// leads outside.</summary>
/// <remarks>Every method throws <see cref="MachineFileException"/> if the system refuses.</remarks>
public interface IMachineFiles : IDisposable
{
    /// <summary>The root as the user gave it, absolute; <c>/</c> for the running system.</summary>
    string Root { get; }

    /// <summary>True if the root is that of the running system.</summary>
    bool IsRunningSystem { get; }

    /// <summary>True if this process may change the owner of files.</summary>
    bool MayChangeOwner { get; }

    /// <summary>Returns the metadata of a path; null if nothing is there.</summary>
    /// <param name="path">Path below the root.</param>
    /// <param name="follow">Whether to follow a link at the end of the path (inside the root).</param>
    FileFacts? Stat(string path, bool follow = false);

    /// <summary>Reads a regular file; null if the path does not exist or is not a regular file.</summary>
    /// <param name="path">Path below the root.</param>
    /// <param name="follow">Whether to follow a link at the end of the path (inside the root).</param>
    FileContent? Read(string path, bool follow = false);

    /// <summary>Returns the target of a link as written in it; null if the path is not a link.</summary>
    string? ReadLink(string path);

    /// <summary>Returns the names in a directory in ordinal order; empty if there is no such directory.</summary>
    IReadOnlyList<string> List(string folder);

    /// <summary>Creates a directory and its missing parents (those with mode 0755); an existing one is left unchanged. Below <see cref="StateFolder"/>
    /// every mode is 0700.</summary>
    /// <returns>The directories that were created, outermost first.</returns>
    IReadOnlyList<string> MakeFolder(string path, int mode = FileModes.PublicDirectory, Owner? owner = null);

    /// <summary>Creates and writes a new file with its final mode, owner and extended attributes. Not synced unless requested.</summary>
    void WriteNew(
        string path, ReadOnlySpan<byte> content, int mode, Owner? owner = null, bool sync = false, IReadOnlyDictionary<string, byte[]>? attributes = null);

    /// <summary>Returns the first link on the way to a path that a user other than root, the caller or the root's owner may have made: it lies in their
    /// directory, or is theirs. Null if there is none. The end of the path is not followed. Whatever changes an entry refuses such a path.</summary>
    string? UnsafeLink(string path) => null;

    /// <summary>True if the filesystem that holds a path is mounted read-only.</summary>
    bool IsReadOnly(string path) => false;

    /// <summary>Creates a new symbolic link.</summary>
    void MakeLink(string path, string target);

    /// <summary>Renames a file, atomically replacing whatever has the new name. Both names must be on one filesystem.</summary>
    void Rename(string from, string to);

    /// <summary>Removes a file or link; a missing one is not an error.</summary>
    void Remove(string path);

    /// <summary>Removes an empty directory; false if it is missing or not empty.</summary>
    bool RemoveFolder(string path);

    /// <summary>Makes the entries of a directory durable.</summary>
    void SyncFolder(string path);

    /// <summary>Makes everything on a directory's filesystem durable.</summary>
    void SyncFilesystem(string folder);

    /// <summary>Takes an exclusive lock on a lock file, creating it if missing; null if another process holds the lock.</summary>
    IDisposable? TryLock(string path);
}
