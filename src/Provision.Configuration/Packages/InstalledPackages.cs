using System.Text;
using Provision.Configuration.Desired;

namespace Provision.Configuration.Packages;

/// <summary>The packages installed below a root, from dpkg's status file.</summary>
internal sealed class InstalledPackages
{
    private const string StatusPath = "/var/lib/dpkg/status";
    private readonly Dictionary<string, string>? installedVersions;

    private InstalledPackages(Dictionary<string, string>? versions) => installedVersions = versions;

    /// <summary>False for a root without dpkg, in which packages are not compared.</summary>
    public bool IsThere => installedVersions is not null;

    /// <summary>Reads the status file of a root.</summary>
    /// <param name="files">The machine's files.</param>
    /// <param name="names">The packages of interest; others are skipped.</param>
    public static InstalledPackages Read(IMachineFiles files, IReadOnlySet<string> names)
    {
        if (files.Read(StatusPath, follow: true) is not { } status)
        {
            return new InstalledPackages(null);
        }

        var versions = new Dictionary<string, string>(StringComparer.Ordinal);
        string? name = null, version = null;
        var installed = false;
        var rest = status.Content.AsSpan();
        while (true)
        {
            var end = rest.IndexOf((byte)'\n');
            var line = end < 0 ? rest : rest[..end];
            if (line.IsEmpty)
            {
                if (name is not null && installed && version is not null)
                {
                    versions[name] = version;
                }

                (name, version, installed) = (null, null, false);
            }
            else if (line.StartsWith("Package: "u8))
            {
                var found = Encoding.UTF8.GetString(line[9..]);
                name = names.Contains(found) ? found : null;
            }
            else if (name is not null && line.StartsWith("Version: "u8))
            {
                version = Encoding.UTF8.GetString(line[9..]);
            }
            else if (name is not null && line.StartsWith("Status: "u8))
            {
                installed = line.EndsWith(" installed"u8);
            }

            if (end < 0)
            {
                // A file without a final empty line still has a last package.
                if (name is not null && installed && version is not null)
                {
                    versions[name] = version;
                }

                return new InstalledPackages(versions);
            }

            rest = rest[(end + 1)..];
        }
    }

    /// <summary>Returns the installed version; null if the package is not installed.</summary>
    public string? VersionOf(string name) => installedVersions?.GetValueOrDefault(name);

    /// <summary>Returns the packages that are missing or at a version other than requested.</summary>
    public IReadOnlyList<PackageDifference> Compare(IEnumerable<DesiredPackage> wanted)
    {
        if (!IsThere)
        {
            return [];
        }

        var differences = new List<PackageDifference>();
        foreach (var package in wanted)
        {
            var installed = VersionOf(package.Name);
            if (installed is null || (package.Version is { } pattern && !Matches(pattern, installed)))
            {
                differences.Add(new PackageDifference(package, installed));
            }
        }

        return differences;
    }

    /// <summary>True if a version matches a pattern in which <c>*</c> stands for any text, as in apt.</summary>
    public static bool Matches(string pattern, string version) =>
        System.IO.Enumeration.FileSystemName.MatchesSimpleExpression(pattern, version, ignoreCase: false);
}

/// <summary>A package that is missing or at the wrong version.</summary>
/// <param name="Wanted">The required package.</param>
/// <param name="Installed">The installed version; null if none.</param>
public sealed record PackageDifference(DesiredPackage Wanted, string? Installed);
