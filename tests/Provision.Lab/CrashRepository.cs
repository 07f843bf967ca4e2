using System.Security.Cryptography;

namespace Provision.Lab;

/// <summary>
/// A small repository in two states, <c>A</c> and <c>B</c>, between which files are added, changed, removed and given other
/// modes; crash tests install A, kill the install of B, and look at what is left.
/// </summary>
public sealed class CrashRepository : IDisposable
{
    public CrashRepository(string? parent = null)
    {
        Folder = Path.Combine(parent ?? Path.GetTempPath(), "provision-crash-" + Guid.NewGuid().ToString("N")[..8]);
        foreach (var state in (string[])["A", "B"])
        {
            WriteState(Path.Combine(Folder, state), state);
        }
    }

    public string Folder { get; }

    public string A => Path.Combine(Folder, "A");

    public string B => Path.Combine(Folder, "B");

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    /// <summary>Every file below a root but for what provision remembers, with mode and hash, by path.</summary>
    public static SortedDictionary<string, string> Tree(string root)
    {
        var tree = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var path in Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories))
        {
            var name = path[root.Length..];
            if (!name.StartsWith("/var/lib/provision/", StringComparison.Ordinal) && !name.StartsWith("/run/", StringComparison.Ordinal)
                && !name.StartsWith("/lost+found", StringComparison.Ordinal))
            {
                tree[name] = $"{File.GetUnixFileMode(path)} {Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)))}";
            }
        }

        return tree;
    }

    /// <summary>Which file is neither old nor new, or missing though both states have it; null where none is.</summary>
    public static string? Damage(SortedDictionary<string, string> before, SortedDictionary<string, string> after, SortedDictionary<string, string> now)
    {
        foreach (var (path, content) in now.Where(file => !file.Key.Contains("/.provision/", StringComparison.Ordinal)))
        {
            if (content != before.GetValueOrDefault(path) && content != after.GetValueOrDefault(path))
            {
                return $"{path} is neither old nor new";
            }
        }

        return before.Keys.FirstOrDefault(path => after.ContainsKey(path) && !now.ContainsKey(path)) is { } missing ? $"{missing} is missing" : null;
    }

    private static void WriteState(string folder, string state)
    {
        Write("hosts/fleet.yaml",
            "fleet: { name: crash, domain: mail.example, release: trixie }\nsites:\n  nyi: { networks: [192.0.2.0/24], gateway: 192.0.2.1 }\n");
        Write("hosts/nyi.yaml", "site: nyi\nhosts:\n  web1:\n    macs: [\"00:00:5E:00:53:01\"]\n    roles: [web]\n    address: 192.0.2.11\n");
        var names = state == "A" ? "[a, b, c, leaving]" : "[a, b, c, coming]";
        Write("roles/web.yaml", $"data: cache\ngate: none\nconfigs: [web]\ndefaults: {{ state: {state}, names: {names} }}\n");
        Write("templates/web/slot", "---\neach: settings.names\nas: name\npath: /etc/slots/{{ name }}/slot.conf\nmode: \"0640\"\nunit: slot@{{ name }}.service\n---\n{{ settings.state }} of {{ name }}\n" + new string('x', 5000) + "\n");
        Write("templates/web/etc/same.conf", "the same in both\n");
        Write("templates/web/etc/changing.conf", "state {{ settings.state }}\n");
        Write("templates/web/etc/mode.conf", $"---\nmode: \"{(state == "A" ? "0644" : "0600")}\"\n---\nonly the mode changes\n");
        Write($"templates/web/etc/only{state}.conf", "in one state only\n");
        Write("templates/web/usr/lib/deep/folder/file", "state {{ settings.state }}\n");

        void Write(string path, string text)
        {
            var full = Path.Combine(folder, path);
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            File.WriteAllText(full, text);
        }
    }
}
