namespace Provision.Configuration.Units;

/// <summary>The unit files of a root, read without a running systemd.</summary>
internal sealed class UnitFiles(IMachineFiles files)
{
    /// <summary>Directories of unit files, highest precedence first.</summary>
    public static readonly IReadOnlyList<string> Folders =
        ["/etc/systemd/system", "/run/systemd/system", "/usr/local/lib/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system"];

    private List<string>? wants;

    /// <summary>True if the root contains a system's unit files; an empty directory does not.</summary>
    public bool IsSystem => files.Stat("/usr/lib/systemd/system") is not null || files.Stat("/lib/systemd/system") is not null;

    /// <summary>True if a file defines the unit, or its template (<c>db@.service</c> for <c>db@x.service</c>).</summary>
    public bool Defines(string unit) =>
        NamesOf(unit).Any(name => Folders.Any(folder => files.Stat($"{folder}/{name}") is not null));

    /// <summary>True if another unit wants or requires the unit through a link in <c>/etc/systemd/system</c>.</summary>
    public bool IsEnabled(string unit)
    {
        wants ??=
        [
            .. files.List("/etc/systemd/system")
                .Where(name => name.EndsWith(".wants", StringComparison.Ordinal) || name.EndsWith(".requires", StringComparison.Ordinal))
                .SelectMany(name => files.List($"/etc/systemd/system/{name}")),
        ];
        return wants.Contains(unit, StringComparer.Ordinal);
    }

    /// <summary>Returns the names under which a unit may be defined: its own and its template's.</summary>
    public static IReadOnlyList<string> NamesOf(string unit)
    {
        var at = unit.IndexOf('@', StringComparison.Ordinal);
        var dot = unit.LastIndexOf('.');
        return at > 0 && dot > at + 1 ? [unit, unit[..(at + 1)] + unit[dot..]] : [unit];
    }

    /// <summary>True for a path that systemd reads as a unit file or a drop-in.</summary>
    public static bool IsUnitFile(string path) => Folders.Any(folder => path.StartsWith(folder + "/", StringComparison.Ordinal));
}
