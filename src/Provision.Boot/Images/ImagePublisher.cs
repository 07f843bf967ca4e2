namespace Provision.Boot.Images;

/// <summary>
/// The writing side of the store of images (<see cref="ImageRepository"/> reads it). Nothing has its name before it is whole and on the disk, and
/// <c>current/NAME</c> changes in one step: a build that is killed anywhere leaves what was current.
/// </summary>
public sealed class ImagePublisher
{
    /// <summary>Folder of the kept packages in the store: <c>packages/DIGEST</c>, of the image with the same digest.</summary>
    public const string Packages = "packages";

    private readonly string store;
    private readonly ImageRepository images;

    /// <summary>Opens a store; it is made where it is not there.</summary>
    public ImagePublisher(string folder)
    {
        store = Path.GetFullPath(folder);
        images = new ImageRepository(store);
        Directory.CreateDirectory(Scratch);
    }

    /// <summary>What builds keep for each other: lists and packages that were fetched. It may be deleted while no build runs.</summary>
    public string Scratch => Path.Combine(store, ".build");

    /// <summary>One build at a time.</summary>
    /// <exception cref="ImageException">Another build runs.</exception>
    public IDisposable Lock()
    {
        try
        {
            return new FileStream(Path.Combine(Scratch, "lock"), FileMode.OpenOrCreate, FileAccess.Write, FileShare.None);
        }
        catch (IOException)
        {
            throw new ImageException($"another build works in {store}; wait until it has ended");
        }
    }

    /// <summary>True where an image is there with everything that belongs to it.</summary>
    public bool IsWhole(string name, string digest) => File.Exists(Path.Combine(ImageOf(name, digest), "manifest.json.sig"))
        && Directory.Exists(PackagesOf(digest));

    /// <summary>Size of an image's files.</summary>
    public long BytesOf(string name, string digest) =>
        new DirectoryInfo(ImageOf(name, digest)).EnumerateFiles().Where(file => !file.Name.Contains(".json", StringComparison.Ordinal))
            .Sum(file => file.Length);

    /// <summary>Folder of the packages of an image.</summary>
    public string PackagesOf(string digest) => Path.Combine(store, Packages, digest);

    /// <summary>Digest of the newest kept packages of a name: those of its current image; null where there are none.</summary>
    public string? KeptOf(string name) => images.Current(name) is { } current && current[(name.Length + 1)..] is var digest
        && Directory.Exists(PackagesOf(digest)) ? digest : null;

    /// <summary>An empty folder for an image's files.</summary>
    public string Begin(string name, string digest) => Empty(Unfinished(ImageOf(name, digest)));

    /// <summary>Gives a begun image its name, and makes it current.</summary>
    public void Publish(string name, string digest)
    {
        Finish(ImageOf(name, digest));
        MakeCurrent(name, digest);
    }

    /// <summary>An empty folder for kept packages.</summary>
    public string BeginPackages(string digest) => Empty(Unfinished(PackagesOf(digest)));

    /// <summary>Gives begun packages their name.</summary>
    public void PublishPackages(string digest) => Finish(PackagesOf(digest));

    /// <summary>Makes an image the one to use of its name.</summary>
    public void MakeCurrent(string name, string digest)
    {
        using var files = RootedFiles.Open(store);
        files.MakeFolder("/current");
        AtomicFile.Write(files, "/current/" + name, System.Text.Encoding.ASCII.GetBytes(digest + "\n"), FileModes.Public);
    }

    /// <summary>Removes images and packages that no job and no pin needs any more.</summary>
    /// <param name="name">The image's name.</param>
    /// <param name="keep">How many of the newest stay, beside the current one.</param>
    /// <param name="pinned">Images of open jobs, as <c>NAME/DIGEST</c>.</param>
    /// <returns>Digests that were removed.</returns>
    public IReadOnlyList<string> Prune(string name, int keep, IReadOnlyCollection<string> pinned)
    {
        var current = images.Current(name);
        var old = new DirectoryInfo(Path.Combine(store, name)).GetDirectories()
            .Where(folder => folder.Name.Length == 64 && $"{name}/{folder.Name}" is var image && image != current && !pinned.Contains(image))
            .OrderByDescending(folder => folder.LastWriteTimeUtc).Skip(keep).ToList();
        foreach (var folder in old)
        {
            folder.Delete(recursive: true);
            if (Directory.Exists(PackagesOf(folder.Name)))
            {
                Directory.Delete(PackagesOf(folder.Name), recursive: true);
            }
        }

        return [.. old.Select(folder => folder.Name)];
    }

    private static string Unfinished(string folder) => Path.Combine(Path.GetDirectoryName(folder)!, $".{Path.GetFileName(folder)}.unfinished");

    private static string Empty(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        return Directory.CreateDirectory(folder).FullName;
    }

    /// <summary>Everything reaches the disk before the name does; what a forced build replaces goes first.</summary>
    private void Finish(string folder)
    {
        using var files = RootedFiles.Open(store);
        files.SyncFilesystem("/");
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        Directory.Move(Unfinished(folder), folder);
        files.SyncFilesystem("/");
    }

    private string ImageOf(string name, string digest) => Path.Combine(store, name, digest);
}
