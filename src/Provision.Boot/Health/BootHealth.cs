using Provision.Boot.Installer.Loader;
using Provision.Storage.Observe;

namespace Provision.Boot.Health;

/// <summary>What tells whether a machine starts again.</summary>
/// <param name="Record">What was last written as boot loader; null if nothing was recorded.</param>
/// <param name="Fingerprint">Of the installed packages that a boot loader is made of.</param>
/// <param name="Observed">The machine's storage.</param>
public sealed record BootFacts(LoaderRecord? Record, string Fingerprint, ObservedStorage Observed)
{
    /// <summary>Reads the facts of a system.</summary>
    public static BootFacts Read(IMachineFiles files, ObservedStorage observed) => new(LoaderRecord.Read(files), LoaderFiles.Fingerprint(files), observed);
}

/// <summary>Whether every system disk can start the machine with what is installed. Observed once, if the check is asked for.</summary>
/// <param name="facts">Reads the facts; null if the machine is not the one that is checked, as with a bundle: then there is nothing to find.</param>
public sealed class BootHealth(Func<BootFacts>? facts)
{
    private const string Renew = "provision boot-loader --renew";
    private readonly Lazy<Observation<BootFacts>>? facts = facts is null ? null : Observation.Once(facts);

    /// <summary>The checks, in reporting order.</summary>
    public static IReadOnlyList<HealthCheck<BootHealth>> Checks { get; } =
    [
        new(
            "boot",
            "whether each disk of the operating system can start the machine",
            health => health.facts is null ? [] : HealthCheck.Judge("boot", health.facts.Value, Boot)),
    ];

    private static IEnumerable<HealthFinding> Boot(BootFacts facts)
    {
        // In a container, or on a machine without disks of its own, something else starts the system.
        if (SystemDisks.Of(facts.Observed) is not { } system || system.Disks.Count == 0)
        {
            return [];
        }

        if (system.Disks.All(disk => disk.Efi is null))
        {
            return [new("boot", HealthLevel.Info, "the boot loader was not installed by provision, so it is not watched")];
        }

        if (facts.Record is not { } record)
        {
            return [new("boot", HealthLevel.Unknown, $"the boot loader was installed before it was recorded: \"{Renew}\" compares and records it")];
        }

        var unable = system.Disks.Where(disk => disk.Efi?.PartitionUuid is not { } id || !record.Partitions.Contains(id, StringComparer.OrdinalIgnoreCase))
            .Select(disk => new HealthFinding("boot", HealthLevel.Warning, $"{disk.Identity} cannot start this machine: \"{Renew}\""));
        var missing = record.Partitions.Count(
            id => facts.Observed.Devices.All(device => !string.Equals(device.PartitionUuid, id, StringComparison.OrdinalIgnoreCase)));
        return unable
            .Concat(missing == 0 ? [] : [new HealthFinding(
                "boot", HealthLevel.Warning,
                $"{missing} of {record.Partitions.Count} disks that could start this machine {(missing == 1 ? "is" : "are")} gone")])
            .Concat(facts.Fingerprint == record.Fingerprint ? [] : [new HealthFinding(
                "boot", HealthLevel.Warning, $"GRUB or the shim was upgraded, and the disks still start the version before: \"{Renew}\"")]);
    }
}
