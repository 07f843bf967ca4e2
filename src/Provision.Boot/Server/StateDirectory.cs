using System.Security.Cryptography;
using Provision.Boot.Jobs;

namespace Provision.Boot.Server;

/// <summary>The directory of a boot server's state, readable by its owner only: jobs, the key of the tokens, bundles of the inventory, dnsmasq's files. Root
/// works in it with the rights of its owner, which is the boot server's user.</summary>
/// <param name="path">The folder.</param>
public sealed class StateDirectory(string path)
{
    /// <summary>Where it is, where nothing else is said.</summary>
    public const string Default = "/var/lib/provision-netboot";

    private const int ReserveBytes = 2 << 20;

    private const long RoomBytes = 16 << 20;

    /// <summary>The folder, absolute.</summary>
    public string Folder { get; } = System.IO.Path.GetFullPath(path);

    /// <summary>True if there is a job database; only a boot server, or a machine on which a host was armed, has one.</summary>
    public bool HasJobs => File.Exists(JobFile);

    /// <summary>Opens the job database; directory and file are created if they are missing.</summary>
    /// <exception cref="StateLostException">It cannot be read.</exception>
    public IJobDatabase OpenJobs()
    {
        Make(Folder);
        var jobs = SqliteJobDatabase.Open(JobFile, GiveUpReserve);
        OwnerRights.In(Folder, KeepReserve);
        return jobs;
    }

    /// <summary>The discovered machines.</summary>
    public DiscoveredMachines Discovered => new(System.IO.Path.Combine(Folder, "discovered"));

    /// <summary>True while the disk has room for more than what jobs need.</summary>
    public bool HasRoom => new DriveInfo(Folder).AvailableFreeSpace > RoomBytes;

    /// <summary>The key that tokens are made with; drawn on first use. Without it an offered token is worth nothing, and the machine boots locally.</summary>
    public JobKey Key()
    {
        Make(Folder);
        return OwnerRights.In(Folder, () =>
        {
            var file = System.IO.Path.Combine(Folder, "key");
            if (!File.Exists(file) || new FileInfo(file).Length != 32)
            {
                AtomicFile.Write(file, RandomNumberGenerator.GetBytes(32), FileModes.Private);
            }

            return new JobKey(File.ReadAllBytes(file));
        });
    }

    /// <summary>The git bundle of a commit; null where it was not made.</summary>
    public FileInfo? BundleOf(string commit) =>
        commit.Length == 40 && commit.All(char.IsAsciiHexDigitLower) && new FileInfo(BundleFile(commit)) is { Exists: true } file ? file : null;

    /// <summary>
    /// Makes the git bundle of a commit, with the branch <c>provision</c> at it. In a repository of its own that borrows the objects: the engineer's gets no
    /// branch for it.
    /// </summary>
    /// <exception cref="CommandFailedException">git failed.</exception>
    public void MakeBundle(string repository, string commit, ICommandRunner commands)
    {
        if (BundleOf(commit) is not null)
        {
            return;
        }

        var work = Directory.CreateTempSubdirectory("provision-bundle-").FullName;
        try
        {
            var objects = new Git(commands, repository).Run("rev-parse", "--path-format=absolute", "--git-path", "objects").Text.Trim();
            var (borrowing, made) = (System.IO.Path.Combine(work, "git"), System.IO.Path.Combine(work, "bundle"));
            var git = Git.MakeBare(commands, borrowing);
            File.WriteAllText(System.IO.Path.Combine(borrowing, "objects/info/alternates"), objects + "\n");
            git.Run("update-ref", "refs/heads/provision", commit);
            git.Run("bundle", "create", "--quiet", made, "refs/heads/provision");
            using var bundle = File.OpenRead(made);
            OwnerRights.In(Folder, () => Keep(bundle, BundleFile(commit)));
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    /// <summary>Removes bundles that no job needs any more.</summary>
    public void KeepBundles(IReadOnlyCollection<string> commits) => OwnerRights.In(Folder, () => RemoveBundles(commits));

    private void RemoveBundles(IReadOnlyCollection<string> commits)
    {
        var folder = System.IO.Path.Combine(Folder, "bundles");
        foreach (var file in Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*.bundle") : [])
        {
            if (!commits.Contains(System.IO.Path.GetFileNameWithoutExtension(file)))
            {
                File.Delete(file);
            }
        }
    }

    private static void Keep(Stream bundle, string target)
    {
        Make(System.IO.Path.GetDirectoryName(target)!);
        AtomicFile.Create(target, temporary =>
        {
            using var to = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write);
            bundle.CopyTo(to);
        });
    }

    /// <summary>On a full disk the reserve is what a host is disarmed with.</summary>
    private void GiveUpReserve() => File.Delete(Reserve);

    private void KeepReserve()
    {
        if (!File.Exists(Reserve) && HasRoom)
        {
            // Random bytes: a file system that compresses would keep no room for zeros.
            AtomicFile.Write(Reserve, RandomNumberGenerator.GetBytes(ReserveBytes), FileModes.Private);
        }
    }

    private string Reserve => System.IO.Path.Combine(Folder, "reserve");

    private string JobFile => System.IO.Path.Combine(Folder, "jobs.sqlite");

    private static void Make(string folder) => StateFolder.Make(folder, FileModes.PrivateDirectory);

    private string BundleFile(string commit) => System.IO.Path.Combine(Folder, "bundles", commit + ".bundle");
}
