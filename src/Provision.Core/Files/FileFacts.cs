namespace Provision.Core;

/// <summary>The kind of a directory entry.</summary>
public enum FileKind
{
    /// <summary>A regular file.</summary>
    File,

    /// <summary>A directory.</summary>
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

/// <summary>Metadata of a directory entry, obtained without reading it. Links are not followed.</summary>
/// <param name="Kind">File, directory, link or something else.</param>
/// <param name="Mode">Permission bits, set-id and sticky bits (octal 07777).</param>
/// <param name="Owner">Numeric owner.</param>
/// <param name="Size">Size in bytes.</param>
/// <param name="Device">Filesystem that holds it (major and minor in one number).</param>
/// <param name="MountId">Mount through which it is reached; two bind mounts of one filesystem differ.</param>
/// <param name="Modified">Time of the last change of the content.</param>
public sealed record FileFacts(FileKind Kind, int Mode, Owner Owner, long Size, ulong Device, ulong MountId, DateTimeOffset Modified)
{
    /// <summary>Creation time, which renaming does not change; null if the filesystem does not record it.</summary>
    public DateTimeOffset? Born { get; init; }

    /// <summary>True if the entry is immutable or append-only (<c>lsattr</c>: <c>i</c>, <c>a</c>): not even root may replace or change it.</summary>
    public bool IsImmutable { get; init; }
}

/// <summary>A regular file with its content.</summary>
/// <param name="Facts">Its metadata.</param>
/// <param name="Content">Its bytes.</param>
public sealed record FileContent(FileFacts Facts, byte[] Content)
{
    /// <summary>Its extended attributes that <see cref="ExtendedAttributes.IsKept"/> or <see cref="ExtendedAttributes.GivesAccess"/> names.</summary>
    public IReadOnlyDictionary<string, byte[]> Attributes { get; init; } = ExtendedAttributes.None;
}

/// <summary>A file operation on the machine failed; carries the operation, the path and the system's error.</summary>
public sealed class MachineFileException : IOException
{
    /// <summary>Creates the exception from the operation (<c>write</c>), the path below the root, errno, and the root.</summary>
    public MachineFileException(string operation, string path, int errorNumber, string root = "/")
        : base($"cannot {operation} {PathBelow(root, path)}: {System.Runtime.InteropServices.Marshal.GetPInvokeErrorMessage(errorNumber)}{Hint(errorNumber)}")
    {
        Operation = operation;
        Path = path;
        ErrorNumber = errorNumber;
    }

    private MachineFileException(string operation, string path, string message)
        : base(message) => (Operation, Path, ErrorNumber) = (operation, path, LinuxCalls.ErrorLoop);

    /// <summary>Creates the exception for a path that leads through a link which another user may have made.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="path">The path below the root.</param>
    /// <param name="link">The link.</param>
    /// <param name="root">The root.</param>
    public static MachineFileException UnsafeLink(string operation, string path, string link, string root) => new(
        operation,
        path,
        $"cannot {operation} {PathBelow(root, path)}: {PathBelow(root, link)} is a link that another user than root may have made");

    /// <summary>Returns a path below a root as the user types it on the machine that runs this program.</summary>
    public static string PathBelow(string root, string path) => string.Equals(root, "/", StringComparison.Ordinal) ? path : root + path;

    private static string Hint(int errorNumber) => errorNumber switch
    {
        1 => " (is it immutable? \"lsattr\" shows it)",
        28 => " (\"df\" and \"df -i\" show what is full)",
        _ => "",
    };

    /// <summary>The operation that failed.</summary>
    public string Operation { get; }

    /// <summary>The path below the root.</summary>
    public string Path { get; }

    /// <summary>The system's error number (errno), such as 28 for a full disk.</summary>
    public int ErrorNumber { get; }
}
