using Provision.Inventory;
using Provision.Storage.Map;
using Provision.Storage.Observe;

namespace Provision.Storage.Health;

/// <summary>A machine's storage.</summary>
/// <param name="Observed">The observed storage.</param>
/// <param name="Map">Its comparison with the inventory.</param>
public sealed record HostStorage(ObservedStorage Observed, DriveMap Map);

/// <summary>The health of a host's disks and of the file systems mounted from them. Observed once, if a check needs it.</summary>
/// <param name="layout">The host's layout; null if it has none: then nothing is observed, and there is nothing to find.</param>
/// <param name="storage">Observes disks and mounts.</param>
public sealed class StorageHealth(Layout? layout, Func<HostStorage> storage)
{
    /// <summary>Levels of findings about whole sets and pools; all others are about drives.</summary>
    private static readonly Dictionary<string, HealthLevel> Sets = new(StringComparer.Ordinal)
    {
        [FindingCodes.Degraded] = HealthLevel.Warning,
        [FindingCodes.Rebuilding] = HealthLevel.Warning,
        [FindingCodes.Busy] = HealthLevel.Info,
        [FindingCodes.SetUnknown] = HealthLevel.Unknown,
        [FindingCodes.SetInactive] = HealthLevel.Critical,
        [FindingCodes.SetMissing] = HealthLevel.Critical,
        [FindingCodes.SetFailed] = HealthLevel.Critical,
        [FindingCodes.DataErrors] = HealthLevel.Critical,
    };

    private readonly Lazy<Observation<HostStorage>> storage = Observation.Once(storage);

    /// <summary>The checks, in reporting order.</summary>
    public static IReadOnlyList<HealthCheck<StorageHealth>> Checks { get; } =
    [
        new("mounts", "file systems that should be mounted", health => health.Of("mounts", health.Mounts)),
        new("arrays", "RAID sets and pools", health => health.Of("arrays", Arrays)),
        new("drives", "every bay, compared with the drive record", health => health.Of("drives", Drives)),
    ];

    /// <summary>Returns the metrics behind some of the checks.</summary>
    public IEnumerable<Metric> Metrics(IReadOnlyList<string> checks)
    {
        if (layout is null || !(checks.Contains("mounts") || checks.Contains("arrays")) || storage.Value.Value is not { } known)
        {
            yield break;
        }

        var missing = Missing(known).Select(mount => mount.Path).ToHashSet(StringComparer.Ordinal);
        if (known.Observed.WhyUnseen(StoragePart.Mounts) is null)
        {
            yield return new(
                "provision_mount_missing", "1 for a file system that should be mounted and is not.",
                layout.Mounts.Select(mount => new Sample(missing.Contains(mount.Path) ? 1 : 0, ("mount", mount.Path))));
        }

        yield return new(
            "provision_set_degraded", "1 for a RAID set that works without all its drives, or not at all.",
            known.Map.Sets.Where(set => set.Recorded != false && set.Health.Why is null)
                .Select(set => new Sample(IsDegraded(known.Map, set) ? 1 : 0, ("set", set.Layout.Key))));
    }

    private static IEnumerable<HealthFinding> Arrays(HostStorage storage) =>
        storage.Map.Findings.Where(finding => IsOfSet(finding, storage))
            .Select(finding => new HealthFinding("arrays", Sets[finding.Code], finding.Sentence + Remedy(finding)));

    private static IEnumerable<HealthFinding> Drives(HostStorage storage) => storage.Map.Findings
        .Where(finding => finding.Severity > FindingSeverity.Note && !IsOfSet(finding, storage))
        .Select(finding => new HealthFinding(
            "drives", finding.Severity == FindingSeverity.Unknown ? HealthLevel.Unknown : HealthLevel.Warning,
                $"{finding.Place}: {finding.Sentence}{Remedy(finding)}"))
        .Concat(storage.Observed.Problems.Select(problem => new HealthFinding(
            "drives", problem.Severity == Severity.Error ? HealthLevel.Unknown : HealthLevel.Info, problem.ToString().Split('\n')[0])));

    /// <summary>The command that deals with a finding, behind its sentence.</summary>
    private static string Remedy(Finding finding) => finding.Command is { } command ? $" -> {command}" : "";

    private static bool IsDegraded(DriveMap map, SetState set) => map.Findings.Any(finding =>
        finding.Place == PlaceOf(set)
        && finding.Code is FindingCodes.Degraded or FindingCodes.Rebuilding or FindingCodes.SetFailed or FindingCodes.SetInactive or FindingCodes.SetMissing);

    private static bool IsOfSet(Finding finding, HostStorage storage) =>
        Sets.ContainsKey(finding.Code) && (finding.Code == FindingCodes.DataErrors || storage.Map.Sets.Any(set => PlaceOf(set) == finding.Place));

    /// <summary>Returns the location that the drive map uses for a set; the state of a drive being copied to has the same keyword.</summary>
    private static string PlaceOf(SetState set) => "set " + set.Layout.Key;

    private static SetState? SetOf(Mount mount, DriveMap map) =>
        map.Layout.Volumes.FirstOrDefault(volume => volume.MountPath == mount.Path) is { } volume ? map.Sets.FirstOrDefault(set => set.Layout.Key == volume.Set)
            : null;

    private IEnumerable<HealthFinding> Mounts(HostStorage storage) =>
        storage.Observed.WhyUnseen(StoragePart.Mounts) is { } why ? [HealthCheck.Unseen("mounts", why)] : Missing(storage).Select(mount =>
    {
        var sentence = $"{mount.Path} is not mounted";
        return SetOf(mount, storage.Map) is { Recorded: false } set
            ? new HealthFinding("mounts", HealthLevel.Expected, $"{sentence} (its set {set.Layout.Key} is not created yet)")
            : new HealthFinding(
                "mounts", mount.Data == DataClass.Primary ? HealthLevel.Critical : HealthLevel.Warning,
                IsVolume(mount) ? $"{sentence} -> provision storage unlock {layout!.Host.Name}" : sentence);
    });

    private bool IsVolume(Mount mount) => layout!.Volumes.Any(volume => volume.MountPath == mount.Path);

    private IEnumerable<Mount> Missing(HostStorage storage) =>
        layout!.Mounts.ExceptBy(storage.Observed.Mounts.Select(mount => mount.Path), mount => mount.Path, StringComparer.Ordinal);

    private IEnumerable<HealthFinding> Of(string check, Func<HostStorage, IEnumerable<HealthFinding>> judge) =>
        layout is null ? [] : HealthCheck.Judge(check, storage.Value, judge);
}
