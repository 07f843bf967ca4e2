using System.Runtime.InteropServices;

namespace Provision.Core;

/// <summary>System calls that .NET does not expose. Only this project uses them.</summary>
internal static unsafe partial class LinuxCalls
{
    public const int AtEmptyPath = 0x1000;
    public const int AtSymlinkNoFollow = 0x100;
    public const int AtRemoveFolder = 0x200;

    public const int OpenReadOnly = 0;
    public const int OpenWriteOnly = 1;
    public const int OpenReadWrite = 2;
    public const int OpenCreate = 0x40;
    public const int OpenExclusive = 0x80;
    public const int OpenNonBlocking = 0x800;

    /// <summary>O_DIRECT on x86-64: bypasses the page cache.</summary>
    public const int OpenDirect = 0x4000;
    public const int OpenFolder = 0x10000;
    public const int OpenNoFollow = 0x20000;
    public const int OpenCloseOnExec = 0x80000;
    public const int OpenPath = 0x200000;

    /// <summary>F_DUPFD_CLOEXEC of fcntl(2).</summary>
    public const int DuplicateCloseOnExec = 1030;

    public const int ErrorNotFound = 2;
    public const int ErrorInterrupted = 4;
    public const int ErrorAgain = 11;
    public const int ErrorExists = 17;
    public const int ErrorInvalid = 22;
    public const int ErrorNotFolder = 20;
    public const int ErrorLoop = 40;
    public const int ErrorReadOnly = 30;
    public const int ErrorNoAttribute = 61;
    public const int ErrorTooSmall = 34;
    public const int ErrorNotSupported = 95;

    /// <summary>W_OK of access(2).</summary>
    public const int AccessWrite = 2;

    /// <summary>openat2(2): treat the directory as the root; absolute links and <c>..</c> stay inside it.</summary>
    public const ulong ResolveInRoot = 0x10;

    /// <summary>openat2(2): do not follow magic links of /proc.</summary>
    public const ulong ResolveNoMagicLinks = 0x02;

    /// <summary>openat2(2): fail with ELOOP at the first link.</summary>
    public const ulong ResolveNoLinks = 0x04;

    private const nint OpenAt2Number = 437; // the same on x86-64 and arm64

    [StructLayout(LayoutKind.Sequential)]
    private struct OpenHow
    {
        public ulong Flags;
        public ulong Mode;
        public ulong Resolve;
    }

    /// <summary>Result of statx(2); the layout is the kernel's and the same on every architecture.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    public struct StatX
    {
        [FieldOffset(0)] public uint Mask;
        [FieldOffset(8)] public ulong Attributes;
        [FieldOffset(16)] public uint Links;
        [FieldOffset(20)] public uint Uid;
        [FieldOffset(24)] public uint Gid;
        [FieldOffset(28)] public ushort Mode;
        [FieldOffset(32)] public ulong Inode;
        [FieldOffset(40)] public ulong Size;
        [FieldOffset(80)] public long BornSeconds;
        [FieldOffset(88)] public uint BornNanoseconds;
        [FieldOffset(112)] public long ModifiedSeconds;
        [FieldOffset(120)] public uint ModifiedNanoseconds;
        [FieldOffset(136)] public uint DeviceMajor;
        [FieldOffset(140)] public uint DeviceMinor;
        [FieldOffset(144)] public ulong MountId;
    }

    public const uint StatBasic = 0x7ff;
    public const uint StatMountId = 0x1000;
    public const uint StatBorn = 0x800;

    /// <summary>STATX_ATTR_IMMUTABLE and STATX_ATTR_APPEND.</summary>
    public const ulong StatUnchangeable = 0x30;

    public static int OpenAt2(int folder, string path, int flags, int mode, ulong resolve = 0)
    {
        var how = new OpenHow
        {
            Flags = (ulong)(uint)(flags | OpenCloseOnExec),
            Mode = (ulong)mode,
            Resolve = ResolveInRoot | ResolveNoMagicLinks | resolve,
        };
        var bytes = Marshal.StringToCoTaskMemUTF8(path);
        try
        {
            while (true)
            {
                var descriptor = (int)SystemCall(OpenAt2Number, folder, bytes, (nint)(&how), sizeof(OpenHow));

                // EAGAIN: a rename raced with the path walk, and the kernel could not prove that it stayed inside. Retry.
                if (descriptor >= 0 || Marshal.GetLastPInvokeError() is not (ErrorAgain or ErrorInterrupted))
                {
                    return descriptor;
                }
            }
        }
        finally
        {
            Marshal.FreeCoTaskMem(bytes);
        }
    }

    private const nint MountSetAttributesNumber = 442; // the same on x86-64 and arm64
    private const int Recursive = 0x8000;
    private const int OwnFolders = 0x200;
    private const int MountNamespace = 0x20000;

    /// <summary>The argument of mount_setattr(2).</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct MountAttributes
    {
        public ulong Set;
        public ulong Clear;
        public ulong Propagation;
        public ulong UserNamespace;
    }

    /// <summary>Moves the calling thread into a mount namespace: a thread of its own, as it cannot come back. Returns a negative number on an error.</summary>
    public static int EnterMounts(int descriptor) => Unshare(OwnFolders) is < 0 and var error ? error : SetNamespace(descriptor, MountNamespace);

    /// <summary>mount_setattr(2): makes the mount at a path, with all below it, read-only, or the mount alone writable again.</summary>
    public static int SetReadOnly(string path, bool isReadOnly)
    {
        const ulong readOnly = 1;
        const int currentFolder = -100;
        var attributes = new MountAttributes { Set = isReadOnly ? readOnly : 0, Clear = isReadOnly ? 0 : readOnly };
        var bytes = Marshal.StringToCoTaskMemUTF8(path);
        try
        {
            return (int)SystemCall(MountSetAttributesNumber, currentFolder, bytes, isReadOnly ? Recursive : 0, (nint)(&attributes), sizeof(MountAttributes));
        }
        finally
        {
            Marshal.FreeCoTaskMem(bytes);
        }
    }

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SystemCall(nint number, nint folder, nint path, nint how, nint size);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SystemCall(nint number, nint folder, nint path, nint flags, nint attributes, nint size);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    public static partial int ReadWindowSize(int descriptor, nint request, ushort* size);

    [LibraryImport("libc", EntryPoint = "unshare", SetLastError = true)]
    private static partial int Unshare(int flags);

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int SetNamespace(int descriptor, int kind);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "openat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int OpenAt(int folder, string name, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(int descriptor, byte* buffer, nint count);

    [LibraryImport("libc", EntryPoint = "pread64", SetLastError = true)]
    public static partial nint ReadAt(int descriptor, byte* buffer, nint count, long offset);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    public static partial nint Write(int descriptor, byte* buffer, nint count);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int StatAt(int folder, string name, int flags, uint mask, StatX* answer);

    [LibraryImport("libc", EntryPoint = "mkdirat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int MakeFolderAt(int folder, string name, int mode);

    [LibraryImport("libc", EntryPoint = "unlinkat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int UnlinkAt(int folder, string name, int flags);

    [LibraryImport("libc", EntryPoint = "renameat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int RenameAt(int fromFolder, string from, int toFolder, string to);

    [LibraryImport("libc", EntryPoint = "symlinkat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int LinkAt(string target, int folder, string name);

    [LibraryImport("libc", EntryPoint = "readlinkat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint ReadLinkAt(int folder, string name, byte* buffer, nint size);

    [LibraryImport("libc", EntryPoint = "flistxattr", SetLastError = true)]
    public static partial nint ListAttributes(int descriptor, byte* names, nint size);

    [LibraryImport("libc", EntryPoint = "fgetxattr", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint ReadAttribute(int descriptor, string name, byte* value, nint size);

    [LibraryImport("libc", EntryPoint = "fsetxattr", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int WriteAttribute(int descriptor, string name, byte* value, nint size, int flags);

    [LibraryImport("libc", EntryPoint = "access", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Access(string path, int mode);

    [LibraryImport("libc", EntryPoint = "fchmod", SetLastError = true)]
    public static partial int ChangeMode(int descriptor, int mode);

    [LibraryImport("libc", EntryPoint = "fchown", SetLastError = true)]
    public static partial int ChangeOwner(int descriptor, uint uid, uint gid);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    public static partial int Sync(int descriptor);

    [LibraryImport("libc", EntryPoint = "syncfs", SetLastError = true)]
    public static partial int SyncFilesystem(int descriptor);

    [LibraryImport("libc", EntryPoint = "memfd_create", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int MakeMemoryFile(string name, uint flags);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    public static partial int Lock(int descriptor, int operation);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    public static partial int Control(int descriptor, int command, nint argument);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    public static partial uint EffectiveUser();

    /// <summary>The user whose rights the calling thread has for files.</summary>
    public static uint FileUser() => (uint)SetFileUser(uint.MaxValue);

    /// <summary>Changes it, as only root may; whether it was changed is seen by asking again.</summary>
    public static void SetFileRights(uint user, uint group)
    {
        // The group first: without root's rights it could not be changed.
        _ = SetFileUser(0);
        _ = SetFileGroup(group);
        _ = SetFileUser(user);
    }

    [LibraryImport("libc", EntryPoint = "setfsuid")]
    private static partial int SetFileUser(uint user);

    [LibraryImport("libc", EntryPoint = "setfsgid")]
    private static partial int SetFileGroup(uint group);
}
