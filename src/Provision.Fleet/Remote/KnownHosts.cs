using Provision.Inventory;

namespace Provision.FleetRuns.Remote;

/// <summary>The public ssh host keys that a repository keeps in <c>hosts/known_hosts</c>, in the form of sshd(8), one line a key.</summary>
/// <param name="File">Full path of the file.</param>
/// <param name="Keys">Type and key (base64) of each host, by its name.</param>
internal sealed record KnownHosts(string File, ILookup<string, (string Type, string Key)> Keys)
{
    /// <summary>Path of the file in a repository.</summary>
    public const string Path = "hosts/known_hosts";

    /// <summary>Reads the file of a repository; a missing one has no keys.</summary>
    public static KnownHosts Read(string repository)
    {
        var path = System.IO.Path.Combine(repository, Path);
        return Parse(path, System.IO.File.Exists(path) ? System.IO.File.ReadAllText(path) : "");
    }

    /// <summary>Reads the text of such a file. Lines with markers (<c>@revoked</c>), patterns or hashed names name no host and are skipped.</summary>
    public static KnownHosts Parse(string path, string text) => new(path, text.Split('\n')
        .Select(line => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        .Where(words => words.Length >= 3 && words[0][0] is not ('#' or '@' or '|'))
        .SelectMany(words => words[0].Split(','), (words, name) => (Name: name, Key: (words[1], words[2])))
        .ToLookup(entry => entry.Name, entry => entry.Key, StringComparer.Ordinal));

    /// <summary>True if a host has a key.</summary>
    public bool Has(Host host) => Keys.Contains(host.Name);
}
