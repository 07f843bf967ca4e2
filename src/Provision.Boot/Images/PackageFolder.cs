namespace Provision.Boot.Images;

/// <summary>A folder of Debian packages as a small repository that apt can use: <c>Packages</c>, <c>Release</c> and, signed, <c>InRelease</c>.</summary>
internal static class PackageFolder
{
    /// <summary>Label of a repository of packages that were named; they go before all others.</summary>
    public const string LocalLabel = "provision-local";

    /// <summary>Label of a repository of an image's exact packages.</summary>
    public const string KeptLabel = "provision-packages";

    /// <summary>The public key that a kept repository is signed with, beside it.</summary>
    public const string KeyFile = "provision-packages.asc";

    /// <summary>Writes the index of a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="label">Its label.</param>
    /// <param name="release">The Debian release; mmdebstrap looks for essential packages by it.</param>
    /// <param name="commands">Runs apt-ftparchive.</param>
    /// <exception cref="CommandFailedException">It failed; a file that is no package is named.</exception>
    public static void Index(string folder, string label, string release, ICommandRunner commands)
    {
        Write("Packages", Command.Of("apt-ftparchive", "packages", "."));
        string[] about = [$"Origin={label}", $"Label={label}", $"Suite={release}", $"Codename={release}", "Architectures=amd64"];
        Write("Release", Command.Of("apt-ftparchive", [.. about.SelectMany(fact => (string[])["-o", "APT::FTPArchive::Release::" + fact]), "release", "."]));

        void Write(string name, Command command)
        {
            var text = commands.Run(command.In(folder).WithTimeout(TimeSpan.FromMinutes(10))).OrThrow().Output;
            File.WriteAllBytes(Path.Combine(folder, name), text.ToArray());
        }
    }
}
