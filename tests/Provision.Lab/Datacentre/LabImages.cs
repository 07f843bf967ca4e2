namespace Provision.Lab;

/// <summary>The image store of the <see cref="Datacentre"/>: installer and operating system with the program that is tested.</summary>
internal static class LabImages
{
    private static readonly TimeSpan Limit = TimeSpan.FromHours(1);
    private static readonly Lazy<string> Built = new(Build);

    /// <summary>The store's folder; what changed is built now.</summary>
    public static string Store => Built.Value;

    /// <summary>The key that signs orders and commits: its public half is in installer and images.</summary>
    public static string OrderKey => Path.Combine(Path.GetDirectoryName(Store)!, "orders.key");

    /// <summary>The image to use of a name, as <c>NAME/DIGEST</c>.</summary>
    public static string CurrentOf(string name) => $"{name}/{File.ReadAllText(Path.Combine(Store, "current", name)).Trim()}";

    /// <summary>The files of an image.</summary>
    public static IEnumerable<FileInfo> FilesOf(string image) => new DirectoryInfo(Path.Combine(Store, image)).EnumerateFiles();

    private static string Build()
    {
        using var folder = new LabFolder();
        var repository = Path.Combine(folder.Path, "repository");
        Datacentre.CopyRepository(repository);
        return new ProcessRunner().Run(Command.Of(Path.Combine(ProvisionBinary.Repository, "build/lab-images.sh"), ProvisionBinary.Path,
            repository).WithTimeout(Limit)).OrThrow().Text.Trim();
    }
}
