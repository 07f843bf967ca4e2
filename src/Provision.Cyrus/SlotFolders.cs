using Provision.Configuration.State;
using Provision.Inventory;
using Provision.Stores.Instances;

namespace Provision.Cyrus;

/// <summary>Creates the directories of a slot once. A start script never does, so that an unmounted disk is not mistaken for an empty slot.</summary>
/// <param name="files">The machine.</param>
/// <param name="owner">The user that Cyrus runs as.</param>
public sealed class SlotFolders(IMachineFiles files, Owner owner)
{
    /// <summary>The role's names for the directories that survive a reboot, besides <c>conf</c>.</summary>
    private static readonly string[] Lasting = ["spool", "archive", "meta", "data", "arch"];

    /// <summary>Creates the missing directories of a slot on its own mounts, and finally its marker.</summary>
    /// <returns>The directories that were created; empty if the slot existed.</returns>
    /// <exception cref="InstanceException">A mount is missing, or a directory holds another slot.</exception>
    public IReadOnlyList<string> Create(SlotView view)
    {
        var slot = view.Slot;
        if (view.Store is not { } store || view.Paths is not { } paths)
        {
            throw new InstanceException($"{slot.Name} is free: a slot has directories once a store uses it (hosts/stores.yaml)");
        }

        // The newest search index is in memory, and its directory is created at each start.
        foreach (var mount in slot.Tiers.Mounts)
        {
            var parent = files.Stat(mount[..Math.Max(1, mount.LastIndexOf('/'))], follow: true);
            if (files.Stat(mount, follow: true) is not { Kind: FileKind.Folder } folder || parent is null || folder.MountId == parent.MountId)
            {
                throw new InstanceException($"{slot.Name}: nothing is mounted at {mount}, and nothing was made; unlock the disks first (provision storage " +
                    $"unlock)");
            }
        }

        var of = paths.Where(path => path.Value is not null).ToDictionary(path => path.Key, path => path.Value!, StringComparer.Ordinal);
        var conf = of["conf"];
        var wanted = new InstanceMarker(slot.Name, store.Name);
        var found = InstanceMarker.Read(files, conf);
        if (found is not null && found != wanted)
        {
            throw new InstanceException($"{slot.Name}: {conf} holds {found.Store} of {found.Slot}, not {store.Name}; nothing was made");
        }

        var made = new List<string>();
        foreach (var path in (string?[])[conf, conf + "/db", conf + "/socket", conf + "/sieve", conf + "/sync", .. Lasting.Select(of.GetValueOrDefault)])
        {
            if (path is not null)
            {
                made.AddRange(files.MakeFolder(path, FileModes.GroupDirectory, owner));
            }
        }

        if (found is null)
        {
            files.WriteNew(conf + InstanceMarker.Name, wanted.ToBytes(), FileModes.GroupReadable, owner, sync: true);
            files.SyncFolder(conf);
        }

        return made;
    }
}
