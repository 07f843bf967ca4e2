using System.Formats.Tar;
using Provision.Configuration.Secrets;

namespace Provision.Boot.Installer.Setup;

/// <summary>
/// What makes a host the one that others know: its ssh host keys and its age key, as a tar archive. It is kept as
/// <c>hosts/secrets/identity-HOST.age</c>, encrypted to the boot servers, and a reinstalled host gets it back.
/// </summary>
public static class HostIdentityArchive
{
    /// <summary>Folder of the ssh host keys, without its leading slash, as in an archive.</summary>
    public const string SshFolder = "etc/ssh";

    /// <summary>How the ssh host keys' names begin.</summary>
    public const string SshKey = "ssh_host_";

    private const int Most = 1 << 20;

    /// <summary>Packs files.</summary>
    /// <param name="files">Absolute path and content.</param>
    public static byte[] Pack(IEnumerable<(string Path, byte[] Content)> files)
    {
        using var bytes = new MemoryStream();
        using (var tar = new TarWriter(bytes, TarEntryFormat.Ustar, leaveOpen: true))
        {
            foreach (var (path, content) in files)
            {
                tar.WriteEntry(new UstarTarEntry(
                    TarEntryType.RegularFile, path[1..])
                { DataStream = new MemoryStream(content), Mode = (UnixFileMode)FileModes.Private });
            }
        }

        return bytes.ToArray();
    }

    /// <summary>Reads an archive: small regular files of known names only.</summary>
    /// <returns>Absolute path and content.</returns>
    /// <exception cref="InstallException">Something else is in it, or nothing.</exception>
    /// <exception cref="InvalidDataException">It is no archive.</exception>
    public static IReadOnlyList<(string Path, byte[] Content)> Read(Stream archive)
    {
        var files = new List<(string, byte[])>();
        using var tar = new TarReader(archive);
        while (tar.GetNextEntry() is { } entry)
        {
            if (entry.EntryType is TarEntryType.Directory or TarEntryType.GlobalExtendedAttributes)
            {
                continue;
            }

            var path = PlaceOf(entry.Name)
                ?? throw new InstallException($"the host's identity has a file {entry.Name}: only etc/ssh/ssh_host_* and etc/provision/identity.age belong " +
                $"to it");
            if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile) || entry.DataStream is not { } data || entry.Length > Most)
            {
                throw new InstallException($"the host's identity has something at {entry.Name} that is no small regular file");
            }

            using var content = new MemoryStream();
            data.CopyTo(content);
            files.Add((path, content.ToArray()));
        }

        return files.Count > 0 ? files : throw new InstallException("the host's identity is empty: say --new-identity if it is to get a new one");
    }

    private static string? PlaceOf(string name)
    {
        name = name.StartsWith("./", StringComparison.Ordinal) ? name[2..] : name;
        return name is "etc/provision/host.key" or "etc/provision/identity.age" ? SecretStore.DefaultIdentity
            : name.StartsWith($"{SshFolder}/{SshKey}", StringComparison.Ordinal) && !name[(SshFolder.Length + 1)..].Contains('/', StringComparison.Ordinal)
                ? "/" + name
            : null;
    }
}
