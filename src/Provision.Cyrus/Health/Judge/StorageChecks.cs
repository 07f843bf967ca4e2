using Provision.Cyrus.Health.Facts;
using Provision.Inventory;
using Provision.Storage.Map;

namespace Provision.Cyrus.Health.Judge;

/// <summary>Evaluates disks and the file systems mounted from them. Pure.</summary>
internal static class StorageChecks
{
    /// <summary>Levels of findings about whole sets; all others are about drives.</summary>
    private static readonly Dictionary<string, CheckLevel> Sets = new(StringComparer.Ordinal)
    {
        [FindingCodes.Degraded] = CheckLevel.Warning,
        [FindingCodes.Rebuilding] = CheckLevel.Warning,
        [FindingCodes.Busy] = CheckLevel.Info,
        [FindingCodes.SetUnknown] = CheckLevel.Unknown,
        [FindingCodes.SetInactive] = CheckLevel.Critical,
        [FindingCodes.SetMissing] = CheckLevel.Critical,
        [FindingCodes.SetFailed] = CheckLevel.Critical,
    };

    public static IEnumerable<CheckFinding> Mounts(HostFacts facts, Expected expected) => OfStorage("mounts", facts, storage => Missing(facts.View.Layout!, storage).Select(mount =>
    {
        var sentence = $"{mount.Path} is not mounted";
        return SetOf(mount, storage) is { Recorded: false } set
            ? new CheckFinding("mounts", CheckLevel.Expected, $"{sentence} (its set {set.Layout.Key} is not created yet)")
            : new CheckFinding("mounts", mount.Data == DataClass.Primary ? CheckLevel.Critical : CheckLevel.Warning, sentence);
    }));

    public static IEnumerable<CheckFinding> Arrays(HostFacts facts, Expected expected) => OfStorage("arrays", facts, storage => storage.Map.Findings
        .Where(finding => IsOfSet(finding, storage)).Select(finding => new CheckFinding("arrays", Sets[finding.Code], finding.Sentence)));

    public static IEnumerable<CheckFinding> Drives(HostFacts facts, Expected expected) => OfStorage("drives", facts, storage => storage.Map.Findings
        .Where(finding => finding.Severity > FindingSeverity.Note && !IsOfSet(finding, storage))
        .Select(finding => new CheckFinding("drives", finding.Code == FindingCodes.ControllerSilent ? CheckLevel.Unknown : CheckLevel.Warning, $"{finding.Place}: {finding.Sentence}"))
        .Concat(storage.Observed.Problems.Select(problem => new CheckFinding("drives", CheckLevel.Unknown, problem.ToString().Split('\n')[0]))));

    /// <summary>Returns the mounts of the layout that are missing on the machine.</summary>
    public static IEnumerable<Mount> Missing(Layout layout, HostStorage storage) =>
        layout.Mounts.ExceptBy(storage.Observed.Mounts.Select(mount => mount.Path), mount => mount.Path, StringComparer.Ordinal);

    /// <summary>Returns the location that the drive map uses for a set; the state of a drive being copied to has the same keyword.</summary>
    public static string PlaceOf(SetState set) => "set " + set.Layout.Key;

    private static bool IsOfSet(Finding finding, HostStorage storage) => Sets.ContainsKey(finding.Code) && storage.Map.Sets.Any(set => PlaceOf(set) == finding.Place);

    private static IEnumerable<CheckFinding> OfStorage(string check, HostFacts facts, Func<HostStorage, IEnumerable<CheckFinding>> judge) =>
        facts.View.Layout is null ? [] : HostChecks.Of(check, facts.Storage, judge);

    private static SetState? SetOf(Mount mount, HostStorage storage) =>
        storage.Map.Layout.Volumes.FirstOrDefault(volume => volume.MountPath == mount.Path) is { } volume ? storage.Map.Sets.FirstOrDefault(set => set.Layout.Key == volume.Set) : null;
}
