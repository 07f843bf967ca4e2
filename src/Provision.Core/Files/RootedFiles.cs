using System.Runtime.InteropServices;
using System.Text;

namespace Provision.Core;

/// <summary>Files below a root, reached only through a handle of the root directory and <c>openat2(RESOLVE_IN_ROOT)</c>: the kernel resolves links and
/// <c>..</c> inside the root, so neither a planted link nor one swapped during the run leads outside.</summary>
public sealed unsafe partial class RootedFiles : IMachineFiles
{
    private readonly int root;

    private RootedFiles(string path, int handle)
    {
        Root = path;
        root = handle;
    }

    /// <inheritdoc/>
    public string Root { get; }

    /// <inheritdoc/>
    public bool IsRunningSystem => string.Equals(Root, "/", StringComparison.Ordinal);

    /// <inheritdoc/>
    public bool MayChangeOwner { get; } = LinuxCalls.EffectiveUser() == 0;

    /// <summary>Opens a root directory.</summary>
    /// <exception cref="MachineFileException">There is no such directory, or it may not be opened.</exception>
    public static RootedFiles Open(string path)
    {
        var full = Path.GetFullPath(path);
        full = full.Length > 1 ? full.TrimEnd('/') : full;
        var handle = LinuxCalls.Open(full, LinuxCalls.OpenPath | LinuxCalls.OpenFolder | LinuxCalls.OpenCloseOnExec, 0);
        return handle < 0 ? throw new MachineFileException("open the root", full, Marshal.GetLastPInvokeError()) : new RootedFiles(full, handle);
    }

    /// <inheritdoc/>
    public FileFacts? Stat(string path, bool follow = false)
    {
        using var entry = TryOpen(path, LinuxCalls.OpenPath | (follow ? 0 : LinuxCalls.OpenNoFollow));
        return entry is null ? null : FactsOf(entry, path);
    }

    /// <inheritdoc/>
    public FileContent? Read(string path, bool follow = false)
    {
        // Non-blocking, so that a pipe planted at the path cannot block the run.
        var flags = LinuxCalls.OpenReadOnly | LinuxCalls.OpenNonBlocking | (follow ? 0 : LinuxCalls.OpenNoFollow);
        using var file = TryOpen(path, flags, alsoMissing: LinuxCalls.ErrorLoop);
        if (file is null)
        {
            return null;
        }

        var facts = FactsOf(file, path);
        if (facts.Kind != FileKind.File)
        {
            return null;
        }

        var content = new byte[Math.Max(facts.Size, 0)];
        var have = 0;

        // Files of /proc and /sys report a size of 0 or one page, and other files may have grown: read past the known size.
        var probe = stackalloc byte[256];
        while (true)
        {
            if (have == content.Length)
            {
                var more = Check(LinuxCalls.Read(file.Descriptor, probe, 256), "read", path);
                if (more == 0)
                {
                    return new FileContent(facts with { Size = have }, content) { Attributes = AttributesOf(file, path) };
                }

                Array.Resize(ref content, have + (int)more);
                new ReadOnlySpan<byte>(probe, (int)more).CopyTo(content.AsSpan(have));
                have += (int)more;
                continue;
            }

            fixed (byte* start = &content[have])
            {
                var read = Check(LinuxCalls.Read(file.Descriptor, start, content.Length - have), "read", path);
                if (read == 0)
                {
                    Array.Resize(ref content, have);
                    return new FileContent(facts with { Size = have }, content) { Attributes = AttributesOf(file, path) };
                }

                have += (int)read;
            }
        }
    }

    /// <inheritdoc/>
    public string? ReadLink(string path)
    {
        using var link = TryOpen(path, LinuxCalls.OpenPath | LinuxCalls.OpenNoFollow);
        if (link is null || FactsOf(link, path).Kind != FileKind.Link)
        {
            return null;
        }

        return TargetOf(link, path);
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> List(string folder)
    {
        using var handle = TryOpen(folder, LinuxCalls.OpenReadOnly | LinuxCalls.OpenFolder, alsoMissing: LinuxCalls.ErrorNotFolder);
        if (handle is null)
        {
            return [];
        }

        var names = Directory.EnumerateFileSystemEntries($"/proc/self/fd/{handle.Descriptor}").Select(entry => Path.GetFileName(entry)!).ToList();
        names.Sort(string.CompareOrdinal);
        return names;
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> MakeFolder(string path, int mode = FileModes.PublicDirectory, Owner? owner = null)
    {
        var made = new List<string>();
        Make(path, mode, owner, made);
        return made;
    }

    /// <inheritdoc/>
    public void WriteNew(
        string path, ReadOnlySpan<byte> content, int mode, Owner? owner = null, bool sync = false, IReadOnlyDictionary<string, byte[]>? attributes = null)
    {
        using var folder = OpenParent(path, out var name);
        var flags = LinuxCalls.OpenWriteOnly | LinuxCalls.OpenCreate | LinuxCalls.OpenExclusive | LinuxCalls.OpenNoFollow | LinuxCalls.OpenCloseOnExec;
        using var file = new Handle((int)Check(LinuxCalls.OpenAt(folder.Descriptor, name, flags, FileModes.Private), "create", path));

        // Set the owner first: chown clears set-id bits, and a secret must not be readable before it has its owner.
        if (owner is { } given)
        {
            Check(LinuxCalls.ChangeOwner(file.Descriptor, given.Uid, given.Gid), "change the owner of", path);
        }

        fixed (byte* start = content)
        {
            for (nint written = 0; written < content.Length;)
            {
                written += Check(LinuxCalls.Write(file.Descriptor, start + written, content.Length - written), "write", path);
            }
        }

        // User attributes need write permission; the mode would become the mask of an access list, and writing clears capabilities.
        WriteAttributes(file, path, attributes, ExtendedAttributes.IsKept);
        Check(LinuxCalls.ChangeMode(file.Descriptor, mode), "change the mode of", path);
        WriteAttributes(file, path, attributes, ExtendedAttributes.GivesAccess);
        if (sync)
        {
            Check(LinuxCalls.Sync(file.Descriptor), "sync", path);
        }
    }

    /// <inheritdoc/>
    public void MakeLink(string path, string target)
    {
        using var folder = OpenParent(path, out var name);
        Check(LinuxCalls.LinkAt(target, folder.Descriptor, name), "link", path);
    }

    /// <inheritdoc/>
    public void Rename(string from, string to)
    {
        using var fromFolder = OpenParent(from, out var fromName);
        using var toFolder = OpenParent(to, out var toName);
        Check(LinuxCalls.RenameAt(fromFolder.Descriptor, fromName, toFolder.Descriptor, toName), $"rename {from} to", to);
    }

    /// <inheritdoc/>
    public void Remove(string path)
    {
        using var folder = TryOpenDirectory(ParentOf(path, out var name), "remove", path);
        if (folder is not null && LinuxCalls.UnlinkAt(folder.Descriptor, name, 0) < 0
            && Marshal.GetLastPInvokeError() is var error and not LinuxCalls.ErrorNotFound)
        {
            throw new MachineFileException("remove", path, error, Root);
        }
    }

    /// <inheritdoc/>
    public bool RemoveFolder(string path)
    {
        using var folder = TryOpenDirectory(ParentOf(path, out var name), "remove", path);
        return folder is not null && LinuxCalls.UnlinkAt(folder.Descriptor, name, LinuxCalls.AtRemoveFolder) == 0;
    }

    /// <inheritdoc/>
    public void SyncFolder(string path)
    {
        using var folder = Open(path, LinuxCalls.OpenReadOnly | LinuxCalls.OpenFolder);
        Check(LinuxCalls.Sync(folder.Descriptor), "sync", path);
    }

    /// <inheritdoc/>
    public void SyncFilesystem(string folder)
    {
        using var handle = Open(folder, LinuxCalls.OpenReadOnly | LinuxCalls.OpenFolder);
        Check(LinuxCalls.SyncFilesystem(handle.Descriptor), "sync the filesystem of", folder);
    }

    /// <inheritdoc/>
    public IDisposable? TryLock(string path)
    {
        using var folder = OpenParent(path, out var name);
        var flags = LinuxCalls.OpenReadWrite | LinuxCalls.OpenCreate | LinuxCalls.OpenNoFollow | LinuxCalls.OpenCloseOnExec;
        var file = new Handle((int)Check(LinuxCalls.OpenAt(folder.Descriptor, name, flags, FileModes.Private), "open the lock", path));
        const int exclusive = 2, nonBlocking = 4;
        if (LinuxCalls.Lock(file.Descriptor, exclusive | nonBlocking) == 0)
        {
            return new HeldLock(file);
        }

        var error = Marshal.GetLastPInvokeError();
        file.Dispose();
        return error == LinuxCalls.ErrorAgain ? null : throw new MachineFileException("lock", path, error, Root);
    }

    /// <inheritdoc/>
    public void Dispose() => _ = LinuxCalls.Close(root);

    private void Make(string path, int mode, Owner? owner, List<string> made)
    {
        if (path.TrimEnd('/').Length == 0)
        {
            return;
        }

        using (var existing = TryOpenDirectory(path, "make the directory", path))
        {
            if (existing is not null)
            {
                return;
            }
        }

        Make(ParentOf(path, out var name), FileModes.PublicDirectory, null, made);
        using var folder = OpenParent(path, out _);
        mode = StateFolder.ModeOf(path, mode);
        if (LinuxCalls.MakeFolderAt(folder.Descriptor, name, mode) < 0)
        {
            var error = Marshal.GetLastPInvokeError();
            if (error != LinuxCalls.ErrorExists)
            {
                throw new MachineFileException("make the directory", path, error, Root);
            }
        }
        else
        {
            // mkdir applies the umask to the mode.
            using var fresh = new Handle((int)Check(
                LinuxCalls.OpenAt(folder.Descriptor, name, LinuxCalls.OpenFolder | LinuxCalls.OpenNoFollow | LinuxCalls.OpenCloseOnExec, 0), "open", path));
            if (owner is { } given)
            {
                Check(LinuxCalls.ChangeOwner(fresh.Descriptor, given.Uid, given.Gid), "change the owner of", path);
            }

            Check(LinuxCalls.ChangeMode(fresh.Descriptor, mode), "change the mode of", path);
            made.Add(path);
        }
    }

    private Handle OpenParent(string path, out string name) =>
        TryOpenDirectory(ParentOf(path, out name), "open", path)
        ?? throw new MachineFileException("open", ParentOf(path, out _), LinuxCalls.ErrorNotFound, Root);

    private static string ParentOf(string path, out string name)
    {
        var trimmed = path.TrimEnd('/');
        var slash = trimmed.LastIndexOf('/');
        name = trimmed[(slash + 1)..];
        if (slash < 0 || name.Length == 0 || name is "." or "..")
        {
            throw new ArgumentException($"\"{path}\" is no path of an entry below a root", nameof(path));
        }

        return slash == 0 ? "/" : trimmed[..slash];
    }

    private Handle Open(string path, int flags) =>
        TryOpen(path, flags) ?? throw new MachineFileException("open", path, LinuxCalls.ErrorNotFound, Root);

    /// <summary>Opens a path below the root; null if nothing is there.</summary>
    private Handle? TryOpen(string path, int flags, int alsoMissing = LinuxCalls.ErrorNotFound)
    {
        var descriptor = LinuxCalls.OpenAt2(root, path, flags, 0);
        if (descriptor >= 0)
        {
            return new Handle(descriptor);
        }

        var error = Marshal.GetLastPInvokeError();
        return error == LinuxCalls.ErrorNotFound || error == LinuxCalls.ErrorNotFolder || error == alsoMissing
            ? null
            : throw new MachineFileException("open", path, error, Root);
    }

    private FileFacts FactsOf(Handle handle, string path)
    {
        LinuxCalls.StatX answer;
        Check(
            LinuxCalls.StatAt(
                handle.Descriptor,
                "",
                LinuxCalls.AtEmptyPath | LinuxCalls.AtSymlinkNoFollow,
                LinuxCalls.StatBasic | LinuxCalls.StatMountId | LinuxCalls.StatBorn,
                &answer),
            "look at",
            path);
        var kind = (answer.Mode & 0xF000) switch
        {
            0x8000 => FileKind.File,
            0x4000 => FileKind.Folder,
            0xA000 => FileKind.Link,
            _ => FileKind.Other,
        };
        var device = ((ulong)answer.DeviceMajor << 32) | answer.DeviceMinor;
        var modified = Time(answer.ModifiedSeconds, answer.ModifiedNanoseconds);
        return new FileFacts(kind, answer.Mode & FileModes.All, new Owner(answer.Uid, answer.Gid), (long)answer.Size, device, answer.MountId, modified)
        {
            Born = (answer.Mask & LinuxCalls.StatBorn) == 0 ? null : Time(answer.BornSeconds, answer.BornNanoseconds),
            IsImmutable = (answer.Attributes & LinuxCalls.StatUnchangeable) != 0,
        };
    }

    private static DateTimeOffset Time(long seconds, uint nanoseconds) => DateTimeOffset.FromUnixTimeSeconds(seconds).AddTicks(nanoseconds / 100);

    private nint Check(nint result, string operation, string path) =>
        result < 0 ? throw new MachineFileException(operation, path, Marshal.GetLastPInvokeError(), Root) : result;

    /// <summary>Unlocks before closing: a child that is just starting briefly holds a copy of the descriptor.</summary>
    private sealed class HeldLock(Handle file) : IDisposable
    {
        public void Dispose()
        {
            const int unlock = 8;
            _ = LinuxCalls.Lock(file.Descriptor, unlock);
            file.Dispose();
        }
    }

    private sealed class Handle(int descriptor) : IDisposable
    {
        public int Descriptor => descriptor;

        public void Dispose() => _ = LinuxCalls.Close(descriptor);
    }
}
