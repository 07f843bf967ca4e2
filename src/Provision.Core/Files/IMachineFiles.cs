namespace Provision.Core;

/// <summary>
/// The second door to a machine: files below a root. Every path begins with <c>/</c> and means that path below the
/// root; no path, link or race leads outside.
/// </summary>
/// <remarks>Every method throws <see cref="MachineFileException"/> where the system refuses.</remarks>
public interface IMachineFiles : IDisposable
{
    /// <summary>The root as the user gave it, absolute; <c>/</c> for the running system.</summary>
    string Root { get; }

    /// <summary>True when the root is the running system's own.</summary>
    bool IsRunningSystem { get; }

    /// <summary>True when this process may give files to other users.</summary>
    bool MayChangeOwner { get; }

    /// <summary>What is at a path; null where there is nothing.</summary>
    /// <param name="path">Path below the root.</param>
    /// <param name="follow">Whether a link at its end is followed (inside the root).</param>
    FileFacts? Stat(string path, bool follow = false);

    /// <summary>A regular file with its content; null where there is nothing, or something that is no regular file.</summary>
    /// <param name="path">Path below the root.</param>
    /// <param name="follow">Whether a link at its end is followed (inside the root).</param>
    FileContent? Read(string path, bool follow = false);

    /// <summary>Where a link points, as it is written in it; null where there is no link.</summary>
    string? ReadLink(string path);

    /// <summary>The names in a folder in ordinal order; empty where there is none.</summary>
    IReadOnlyList<string> List(string folder);

    /// <summary>Makes a folder and the missing ones above it (those with mode 0755); an existing one is left as it is.</summary>
    /// <returns>The folders that were made, the outermost first.</returns>
    IReadOnlyList<string> MakeFolder(string path, int mode = FileModes.PublicDirectory, Owner? owner = null);

    /// <summary>Makes a file that was not there before, with its final mode and owner, and writes it. Not yet synced.</summary>
    void WriteNew(string path, ReadOnlySpan<byte> content, int mode, Owner? owner = null, bool sync = false);

    /// <summary>Makes a symbolic link that was not there before.</summary>
    void MakeLink(string path, string target);

    /// <summary>Renames, replacing what is at the new name in one step. Both must be on one filesystem.</summary>
    void Rename(string from, string to);

    /// <summary>Removes a file or link; nothing there is not an error.</summary>
    void Remove(string path);

    /// <summary>Removes an empty folder; false where it is missing or not empty.</summary>
    bool RemoveFolder(string path);

    /// <summary>Makes a folder's entries durable.</summary>
    void SyncFolder(string path);

    /// <summary>Makes everything on the filesystem of a folder durable.</summary>
    void SyncFilesystem(string folder);

    /// <summary>Takes an exclusive lock on a lock file, which is made when missing; null where somebody else holds it.</summary>
    IDisposable? TryLock(string path);
}
