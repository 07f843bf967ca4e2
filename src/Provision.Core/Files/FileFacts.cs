namespace Provision.Core;

/// <summary>What a directory entry is.</summary>
public enum FileKind
{
    /// <summary>A regular file.</summary>
    File,

    /// <summary>A folder.</summary>
    Folder,

    /// <summary>A symbolic link.</summary>
    Link,

    /// <summary>A device, socket or pipe.</summary>
    Other,
}

/// <summary>A numeric owner.</summary>
/// <param name="Uid">User id.</param>
/// <param name="Gid">Group id.</param>
public readonly record struct Owner(uint Uid, uint Gid);

/// <summary>What is known of a directory entry without reading it. Links are not followed.</summary>
/// <param name="Kind">File, folder, link or something else.</param>
/// <param name="Mode">Permission bits, set-id and sticky bits (octal 07777).</param>
/// <param name="Owner">Numeric owner.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Device">Filesystem it is on (major and minor in one number).</param>
/// <param name="MountId">Mount it is reached through; two bind mounts of one filesystem differ.</param>
/// <param name="Modified">When the content last changed.</param>
public sealed record FileFacts(FileKind Kind, int Mode, Owner Owner, long Size, ulong Device, ulong MountId, DateTimeOffset Modified)
{
    /// <summary>When it was made, which renaming does not change; null where the filesystem does not keep it.</summary>
    public DateTimeOffset? Born { get; init; }
}

/// <summary>A regular file, read.</summary>
/// <param name="Facts">What it is.</param>
/// <param name="Content">Its bytes.</param>
public sealed record FileContent(FileFacts Facts, byte[] Content);

/// <summary>An operation on a file of the machine failed: says which, where, and the system's reason.</summary>
public sealed class MachineFileException : IOException
{
    /// <summary>Makes the exception for an operation (<c>write</c>), the path below the root as the user knows it, and errno.</summary>
    public MachineFileException(string operation, string path, int errorNumber)
        : base($"cannot {operation} {path}: {System.Runtime.InteropServices.Marshal.GetPInvokeErrorMessage(errorNumber)}")
    {
        Operation = operation;
        Path = path;
        ErrorNumber = errorNumber;
    }

    /// <summary>What was tried.</summary>
    public string Operation { get; }

    /// <summary>The path below the root.</summary>
    public string Path { get; }

    /// <summary>The system's error number, such as 28 for a full disk.</summary>
    public int ErrorNumber { get; }
}
