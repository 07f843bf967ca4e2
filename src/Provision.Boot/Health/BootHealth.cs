using Provision.Boot.Installer.Loader;
using Provision.Boot.Installer.Target;
using Provision.Storage.Observe;

namespace Provision.Boot.Health;

/// <summary>What tells whether a machine starts again.</summary>
/// <param name="Record">What was last written as boot loader; null if nothing was recorded.</param>
/// <param name="Fingerprint">Of the installed packages that a boot loader is made of.</param>
/// <param name="Observed">The machine's storage.</param>
public sealed record BootFacts(LoaderRecord? Record, string Fingerprint, ObservedStorage Observed)
{
    /// <summary>Reads the facts of a system.</summary>
    public static BootFacts Read(IMachineFiles files, ObservedStorage observed) =>
        new(LoaderRecord.Read(files), LoaderFiles.Fingerprint(files), observed) { Order = Observation.Once(() => FirmwareOrder.Read(files)) };

    /// <summary>What UEFI firmware starts, and in which order.</summary>
    public Lazy<Observation<FirmwareOrder>> Order { get; init; } = Observation.Once(() => FirmwareOrder.Bios);
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
        new(
            "boot-order",
            "whether UEFI firmware starts this system, after the network",
            health => health.facts is null ? [] : HealthCheck.Judge("boot-order", health.facts.Value, facts =>
                SystemDisks.Of(facts.Observed) is { } system && system.Disks.Any(disk => disk.Efi is not null)
                    ? HealthCheck.Judge("boot-order", facts.Order.Value, order => order.IsBios ? [] : Order(order, system, facts.Observed))
                    : [])),
    ];

    /// <summary>Entries that name a partition which is gone are passed over, as firmware does; one that names a device may be any of ours.</summary>
    private static IEnumerable<HealthFinding> Order(FirmwareOrder order, SystemDisks system, ObservedStorage observed)
    {
        var local = order.Entries.Where(entry => entry.Target is FirmwareTarget.Device
            || (entry.Target is FirmwareTarget.Partition && PartitionOf(entry) is not null)).ToList();
        if (local is not [var first, ..])
        {
            var efi = system.Disks.First(disk => disk.Efi is not null);
            return [new HealthFinding("boot-order", HealthLevel.Warning,
                "no boot entry of the firmware leads to a disk of this machine: without an answer from the network it does not start; " +
                $"efibootmgr --create --disk {efi.Disk.Path} --part {TargetMaker.EfiNumber} --label debian --loader '\\EFI\\debian\\shimx64.efi'")];
        }

        var entry = $"{Printable.Of(first.Label)} (Boot{first.Number})";
        if (PartitionOf(first) is { } partition && system.Disks.All(disk => disk.Efi?.Name != partition.Name))
        {
            return [new HealthFinding("boot-order", HealthLevel.Warning,
                $"the firmware starts {entry} from {partition.Path} before this system: put this system first with efibootmgr --bootorder")];
        }

        return order.Entries.TakeWhile(one => one != first).Any(one => one.Target == FirmwareTarget.Network) ? [] : [new HealthFinding(
            "boot-order", HealthLevel.Info, $"the firmware starts {entry} before the network: a reinstall needs --local, or another order")];

        BlockDevice? PartitionOf(FirmwareEntry one) => one.PartitionUuid is null ? null
            : observed.Devices.FirstOrDefault(device => string.Equals(device.PartitionUuid, one.PartitionUuid, StringComparison.OrdinalIgnoreCase));
    }

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
