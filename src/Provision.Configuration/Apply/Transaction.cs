using Provision.Configuration.Differences;
using Provision.Configuration.Plans;
using Provision.Configuration.State;

namespace Provision.Configuration.Apply;

/// <summary>The result of completing an interrupted transaction.</summary>
/// <param name="Transaction">Its name.</param>
/// <param name="Finished">Files put in place now.</param>
/// <param name="Kept">Files changed in the meantime by another program or person; they were left unchanged.</param>
public sealed record Recovery(string Transaction, IReadOnlyList<string> Finished, IReadOnlyList<string> Kept);

/// <summary>Changes a set of files so that each is either old or new at any instant, and so that an interrupted run can be completed. Contents go first to a
/// durable pack, then to a staging directory on each file's filesystem, then the journal is written; only then are files renamed into place.</summary>
/// <param name="files">The machine's files.</param>
/// <param name="store">Provision's records on the machine.</param>
public sealed class Transaction(IMachineFiles files, StateStore store)
{
    /// <summary>Name of the staging directory at the top of each filesystem; no daemon reads it.</summary>
    public const string StagingFolder = "/.provision";

    private const string StagesPath = StateStore.Folder + "/stages";

    // Beyond this many directories one sync of the filesystem is cheaper than one sync per directory.
    private const int SyncSingly = 8;

    /// <summary>Carries out a transaction whose contents are in packs: stages, writes the journal, swaps, writes the new host record. If a swap fails, the
    /// files already swapped are restored and the exception is rethrown.</summary>
    public void Commit(Journal journal)
    {
        try
        {
            var stages = Stage(journal.Transaction, journal.Changes);
            store.WriteJournal(journal);
            Swap(journal, stages);
        }
        finally
        {
            RemoveStages();
        }
    }

    /// <summary>Completes a transaction left behind by an earlier run; null if there is none.</summary>
    public Recovery? Recover()
    {
        RemoveStages();
        if (store.ReadJournal() is not { } journal)
        {
            return null;
        }

        var open = new List<FileChange>();
        var kept = new List<string>();
        foreach (var change in journal.Changes)
        {
            var observed = ObservedFile.At(files, change.Path);
            if (FileComparer.IsImage(observed, change.After, withOwner: false))
            {
                continue;
            }

            if (FileComparer.IsImage(observed, change.Before, withOwner: false))
            {
                open.Add(change);
            }
            else
            {
                kept.Add(change.Path);
            }
        }

        try
        {
            Swap(journal with { Changes = open }, Stage(journal.Transaction, open));
        }
        finally
        {
            RemoveStages();
        }

        return new Recovery(journal.Transaction, [.. open.Select(change => change.Path)], kept);
    }

    /// <summary>Writes each new content, with its final mode and owner, to the filesystem of its destination. Durable on return.</summary>
    private Dictionary<string, string> Stage(string transaction, IReadOnlyList<FileChange> changes)
    {
        var staged = new Dictionary<string, string>(StringComparer.Ordinal);
        var folders = new Dictionary<string, string>(StringComparer.Ordinal);
        var mounts = changes.Where(change => change.After is not null)
            .Select(change => MountOf(FolderOf(change.Path))).Distinct(StringComparer.Ordinal).ToList();
        RememberStages(mounts);
        foreach (var mount in mounts)
        {
            files.MakeFolder(mount + StagingFolder, FileModes.PrivateDirectory);
            files.MakeFolder($"{mount}{StagingFolder}/{transaction}", FileModes.PrivateDirectory);
            folders[mount] = $"{mount}{StagingFolder}/{transaction}";
        }

        foreach (var change in changes)
        {
            if (change.After is not { } image)
            {
                continue;
            }

            var path = $"{folders[MountOf(FolderOf(change.Path))]}/{staged.Count:D6}";
            if (image.LinkTarget is { } target)
            {
                files.MakeLink(path, target);
            }
            else
            {
                files.WriteNew(
                    path,
                    store.ReadContent(image.Content),
                    image.Mode,
                    files.MayChangeOwner ? new Owner(image.Uid, image.Gid) : null,
                    sync: changes.Count <= SyncSingly,
                    image.Attributes);
            }

            staged[change.Path] = path;
        }

        if (changes.Count > SyncSingly)
        {
            foreach (var folder in folders.Values)
            {
                files.SyncFilesystem(folder);
            }
        }

        return staged;
    }

    private void Swap(Journal journal, Dictionary<string, string> stages)
    {
        var done = new List<FileChange>();
        var made = new List<string>();
        try
        {
            foreach (var change in journal.Changes)
            {
                if (change.After is null)
                {
                    files.Remove(change.Path);
                }
                else
                {
                    made.AddRange(files.MakeFolder(FolderOf(change.Path)));
                    files.Rename(stages[change.Path], change.Path);
                }

                done.Add(change);
            }
        }
        catch (MachineFileException)
        {
            Undo(journal, done, made);
            throw;
        }

        journal.NextState.Folders.UnionWith(made);
        RemoveEmptyFolders(journal);
        SyncFolders(journal.Changes.Select(change => FolderOf(change.Path)).Concat(made.Select(FolderOf)));
        store.WriteGeneration(journal.Generation);
        store.WriteState(journal.NextState);
        store.RemoveJournal();
    }

    /// <summary>Restores the files swapped before a failure, as if the transaction had never begun.</summary>
    private void Undo(Journal journal, List<FileChange> done, List<string> made)
    {
        var back = done.Select(change => new FileChange(change.Path, change.After, change.Before)).Reverse().ToList();
        var stages = Stage(journal.Transaction + "-undo", back);
        foreach (var change in back)
        {
            if (change.After is null)
            {
                files.Remove(change.Path);
            }
            else
            {
                files.Rename(stages[change.Path], change.Path);
            }
        }

        foreach (var folder in made.AsEnumerable().Reverse())
        {
            files.RemoveFolder(folder);
        }

        SyncFolders(back.Select(change => FolderOf(change.Path)));
        store.RemoveJournal();
    }

    /// <summary>Removes directories created by provision that the removed files left empty.</summary>
    private void RemoveEmptyFolders(Journal journal)
    {
        foreach (var change in journal.Changes.Where(change => change.After is null))
        {
            for (var folder = FolderOf(change.Path); journal.NextState.Folders.Contains(folder) && files.RemoveFolder(folder); folder = FolderOf(folder))
            {
                journal.NextState.Folders.Remove(folder);
            }
        }
    }

    private void SyncFolders(IEnumerable<string> folders)
    {
        var there = folders.Distinct(StringComparer.Ordinal).Where(folder => files.Stat(folder)?.Kind == FileKind.Folder).ToList();
        if (there.Count <= SyncSingly)
        {
            there.ForEach(files.SyncFolder);
            return;
        }

        foreach (var mount in there.Select(MountOf).Distinct(StringComparer.Ordinal))
        {
            files.SyncFilesystem(mount.Length == 0 ? "/" : mount);
        }
    }

    private void RememberStages(List<string> mounts)
    {
        // Written before the directories are created, so that a killed run's leftovers are found on every mount.
        AtomicFile.Write(files, StagesPath, System.Text.Encoding.UTF8.GetBytes(string.Join('\n', mounts)), FileModes.Private);
    }

    private void RemoveStages()
    {
        if (files.Read(StagesPath) is not { } stages)
        {
            return;
        }

        foreach (var mount in System.Text.Encoding.UTF8.GetString(stages.Content).Split('\n'))
        {
            var staging = mount + StagingFolder;
            foreach (var transaction in files.List(staging))
            {
                foreach (var name in files.List($"{staging}/{transaction}"))
                {
                    files.Remove($"{staging}/{transaction}/{name}");
                }

                files.RemoveFolder($"{staging}/{transaction}");
            }

            files.RemoveFolder(staging);
        }

        files.Remove(StagesPath);
    }

    /// <summary>Returns the top directory of the mount that holds, or would hold, a directory; empty for the root itself.</summary>
    private string MountOf(string folder)
    {
        if (mountOf.TryGetValue(folder, out var known))
        {
            return known;
        }

        var facts = files.Stat(folder.Length == 0 ? "/" : folder, follow: true);
        if (folder.Length == 0)
        {
            return "";
        }

        var parent = FolderOf(folder);
        var above = files.Stat(parent.Length == 0 ? "/" : parent, follow: true);
        var mount = facts is null || facts.MountId == above?.MountId ? MountOf(parent) : folder;
        return mountOf[folder] = mount;
    }

    private readonly Dictionary<string, string> mountOf = new(StringComparer.Ordinal);

    private static string FolderOf(string path) => path[..path.LastIndexOf('/')];
}
