using System.Runtime.InteropServices;
using System.Text;

namespace Provision.Core;

/// <content>Directories in which entries are changed: reached without links that another user may have made. The rule is systemd-tmpfiles', for the same
/// reason: who owns a directory could lead root to a file of somebody else.</content>
public sealed unsafe partial class RootedFiles
{
    private const int MostLinks = 40;

    /// <inheritdoc/>
    public string? UnsafeLink(string path)
    {
        using var folder = Walk(ParentOf(path, out _), out var link);
        return link;
    }

    /// <inheritdoc/>
    public bool IsReadOnly(string path)
    {
        using var entry = TryOpen(path, LinuxCalls.OpenPath);
        return entry is not null && LinuxCalls.Access($"/proc/self/fd/{entry.Descriptor}", LinuxCalls.AccessWrite) < 0
            && Marshal.GetLastPInvokeError() == LinuxCalls.ErrorReadOnly;
    }

    /// <summary>Opens a directory in which an entry is to be changed; null if it is missing or no directory.</summary>
    /// <exception cref="MachineFileException">An unsafe link is on the way.</exception>
    private Handle? TryOpenDirectory(string directory, string operation, string path)
    {
        var folder = Walk(directory, out var link);
        return link is null ? folder : throw MachineFileException.UnsafeLink(operation, path, link, Root);
    }

    private Handle? Walk(string directory, out string? unsafeLink)
    {
        unsafeLink = null;
        var descriptor = LinuxCalls.OpenAt2(root, directory, LinuxCalls.OpenPath | LinuxCalls.OpenFolder, 0, LinuxCalls.ResolveNoLinks);
        if (descriptor >= 0)
        {
            return new Handle(descriptor);
        }

        var error = Marshal.GetLastPInvokeError();
        return error switch
        {
            LinuxCalls.ErrorNotFound or LinuxCalls.ErrorNotFolder => null,
            LinuxCalls.ErrorLoop => WalkLinks(directory, out unsafeLink),
            _ => throw new MachineFileException("open", directory, error, Root),
        };
    }

    /// <summary>Walks a path with links entry by entry. Each directory is held open, so that what was judged is what is used.</summary>
    private Handle? WalkLinks(string directory, out string? unsafeLink)
    {
        unsafeLink = null;
        var todo = new Stack<string>(Parts(directory));
        var way = new Stack<(Handle Folder, string Name)>();
        var top = OpenEntry(root, ".", directory)!;
        var topOwner = FactsOf(top, "/").Owner.Uid;
        way.Push((top, ""));
        var links = 0;
        try
        {
            while (todo.TryPop(out var name))
            {
                if (name is "." or "..")
                {
                    if (name == ".." && way.Count > 1)
                    {
                        way.Pop().Folder.Dispose();
                    }

                    continue;
                }

                var parent = way.Peek().Folder;
                var entry = OpenEntry(parent.Descriptor, name, directory);
                if (entry is null)
                {
                    return null;
                }

                var facts = FactsOf(entry, directory);
                if (facts.Kind == FileKind.Folder)
                {
                    way.Push((entry, name));
                    continue;
                }

                using (entry)
                {
                    if (facts.Kind != FileKind.Link)
                    {
                        return null;
                    }

                    if (!IsTrusted(facts.Owner.Uid, topOwner) || !IsTrusted(FactsOf(parent, directory).Owner.Uid, topOwner))
                    {
                        unsafeLink = $"{string.Join('/', way.Reverse().Select(one => one.Name))}/{name}";
                        return null;
                    }

                    if (++links > MostLinks)
                    {
                        throw new MachineFileException("open", directory, LinuxCalls.ErrorLoop, Root);
                    }

                    var target = TargetOf(entry, directory);
                    while (target.StartsWith('/') && way.Count > 1)
                    {
                        way.Pop().Folder.Dispose();
                    }

                    foreach (var part in Parts(target))
                    {
                        todo.Push(part);
                    }
                }
            }

            return way.Pop().Folder;
        }
        finally
        {
            foreach (var (folder, _) in way)
            {
                folder.Dispose();
            }
        }
    }

    /// <summary>Root, the user of this process, and the owner of the root: what is below it is theirs anyhow.</summary>
    private static bool IsTrusted(uint user, uint ownerOfRoot) => user == 0 || user == ownerOfRoot || user == LinuxCalls.EffectiveUser();

    private Handle? OpenEntry(int folder, string name, string path)
    {
        var descriptor = LinuxCalls.OpenAt(folder, name, LinuxCalls.OpenPath | LinuxCalls.OpenNoFollow | LinuxCalls.OpenCloseOnExec, 0);
        return descriptor >= 0 ? new Handle(descriptor)
            : Marshal.GetLastPInvokeError() is var error and not (LinuxCalls.ErrorNotFound or LinuxCalls.ErrorNotFolder)
            ? throw new MachineFileException("open", path, error, Root)
            : null;
    }

    private string TargetOf(Handle link, string path)
    {
        var buffer = stackalloc byte[4096];
        var length = Check(LinuxCalls.ReadLinkAt(link.Descriptor, "", buffer, 4096), "read the link", path);
        return Encoding.UTF8.GetString(buffer, (int)length);
    }

    private static IEnumerable<string> Parts(string path) => path.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse();
}
