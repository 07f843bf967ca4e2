using System.Globalization;
using Provision.Storage.Observe;

namespace Provision.Boot.Installer.Protect;

/// <summary>Every block device read-only (docs/design.md, rule 3): udev's rule has done it, this makes sure, and counts what is written from here on.</summary>
internal static class WriteProtection
{
    private const string Class = "/sys/class/block/";

    public static void Apply(InstallRun run)
    {
        var reader = run.Machine.Reader;
        Refuse(reader);
        run.SectorsAtStart = Sectors(reader);
        if (run.Holds(Safeguard.ReadOnly))
        {
            Protect(run.Machine.Commands, reader, []);
        }

        run.Say($"{Disks(reader).Count} disks are read-only");
    }

    /// <summary>Makes everything read-only but these disks; what still can be written after that ends the run.</summary>
    public static void Protect(ICommandRunner commands, IMachineReader reader, IReadOnlyCollection<string> except)
    {
        var writable = Writable(reader, except);
        if (writable.Count > 0)
        {
            commands.Run(Command.Of("blockdev", ["--setro", .. writable.Select(name => "/dev/" + name)]).WithTimeout(TimeSpan.FromMinutes(1))).OrThrow();
            writable = Writable(reader, except);
        }

        if (writable.Count > 0)
        {
            throw new InstallException($"{string.Join(", ", writable.Select(name => "/dev/" + name))} cannot be made read-only: nothing is installed while a " +
                $"disk could be written");
        }
    }

    /// <summary>Disks, or arrays, with a size; memory is none.</summary>
    public static IReadOnlyList<string> Disks(IMachineReader reader) =>
    [
        .. reader.List("/sys/block").Where(name =>
            !name.StartsWith("ram", StringComparison.Ordinal) && !name.StartsWith("zram", StringComparison.Ordinal)
            && Number(reader, $"{Class}{name}/size") > 0),
    ];

    /// <summary>A disk and its partitions.</summary>
    public static IEnumerable<string> WithPartitions(IMachineReader reader, string disk) =>
        reader.List(Class + disk).Where(entry => reader.Read($"{Class}{disk}/{entry}/partition") is not null).Prepend(disk);

    /// <summary>Sectors written since the disk was attached, the seventh number of <c>stat</c>.</summary>
    public static IReadOnlyDictionary<string, long> Sectors(IMachineReader reader) => Disks(reader)
        .ToDictionary(disk => disk, disk => SectorsOf(reader, disk), StringComparer.Ordinal);

    private static long SectorsOf(IMachineReader reader, string disk)
    {
        var fields = (reader.Read($"{Class}{disk}/stat") ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return fields.Length > 6 && long.TryParse(fields[6], NumberStyles.None, CultureInfo.InvariantCulture, out var written)
            ? written
            : throw new InstallException($"the kernel does not count what is written to /dev/{disk}: without that nothing can be proven");
    }

    private static List<string> Writable(IMachineReader reader, IReadOnlyCollection<string> except) =>
        [.. Disks(reader).Except(except).SelectMany(disk => WithPartitions(reader, disk)).Where(name => Number(reader, $"{Class}{name}/ro") != 1)];

    /// <summary>What lies on disks while the installer starts could write to them: it is stopped by whoever started it, not by us.</summary>
    private static void Refuse(IMachineReader reader)
    {
        var problems = Disks(reader).Where(name => reader.List($"{Class}{name}/slaves").Count > 0)
            .Select(name => $"/dev/{name} lies on {string.Join(", ", reader.List($"{Class}{name}/slaves"))} and is active: the installer's system must not " +
                $"assemble arrays, open containers or start volume groups")
            .ToList();
        var numbers = Disks(reader).SelectMany(disk => WithPartitions(reader, disk))
            .ToDictionary(name => reader.Read($"{Class}{name}/dev")?.Trim() ?? name, StringComparer.Ordinal);
        foreach (var fields in (reader.Read("/proc/self/mountinfo") ?? "").Split('\n').Select(line => line.Split(' ')).Where(fields => fields.Length > 5))
        {
            if (numbers.TryGetValue(fields[2], out var name) && fields[5].Split(',')[0] != "ro")
            {
                problems.Add($"/dev/{name} is mounted at {fields[4]}: unmount it");
            }
        }

        if (problems.Count > 0)
        {
            throw new InstallException(problems);
        }
    }

    private static long? Number(IMachineReader reader, string path) =>
        long.TryParse(reader.Read(path)?.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;
}
