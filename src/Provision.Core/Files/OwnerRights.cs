namespace Provision.Core;

/// <summary>
/// Lets root work in a daemon's directory with the rights of the directory's owner: what root creates there belongs to the daemon, and a link that a
/// daemon has planted there leads root nowhere that the daemon may not go itself.
/// </summary>
public static class OwnerRights
{
    /// <summary>Runs work with the rights of a directory's owner (<c>setfsuid(2)</c>); with its own if this process is not root, or the directory and all
    /// above it are root's.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="work">Accesses files on the calling thread only. Programs that it starts have root's rights.</param>
    /// <exception cref="IOException">The rights could not be changed.</exception>
    public static T In<T>(string directory, Func<T> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        if (LinuxCalls.EffectiveUser() != 0 || LinuxCalls.FileUser() != 0 || OwnerOf(directory) is not { Uid: not 0 } owner)
        {
            return work();
        }

        LinuxCalls.SetFileRights(owner.Uid, owner.Gid);
        try
        {
            return LinuxCalls.FileUser() == owner.Uid ? work()
                : throw new IOException($"{directory}: the rights of its owner, user {owner.Uid}, cannot be taken");
        }
        finally
        {
            LinuxCalls.SetFileRights(0, 0);
        }
    }

    /// <summary>Runs work without a result.</summary>
    /// <inheritdoc cref="In{T}(string, Func{T})"/>
    public static void In(string directory, Action work) => In(directory, () =>
    {
        work();
        return true;
    });

    /// <summary>Returns the first owner on the way to a directory who is not root: what lies below is in that user's hands, whoever owns it.</summary>
    private static Owner? OwnerOf(string directory)
    {
        using var files = RootedFiles.Open("/");
        var at = "";
        foreach (var part in Path.GetFullPath(directory).Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            at += "/" + part;
            var owner = files.Stat(at)?.Owner;
            if (owner is not { Uid: 0 })
            {
                return owner;
            }
        }

        return null;
    }
}
