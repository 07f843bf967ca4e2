using Provision.Inventory;
using Provision.Storage.Observe;

namespace Provision.Storage.Map;

/// <summary>Every bay of a machine with what belongs there beside what is there. Immutable; a pure function of its inputs.</summary>
public sealed record DriveMap
{
    /// <summary>What belongs there.</summary>
    public required Layout Layout { get; init; }

    /// <summary>The observed machine.</summary>
    public required ObservedMachine Machine { get; init; }

    /// <summary>All bays, used or not, in the order of panels, rows and columns.</summary>
    public required IReadOnlyList<BayState> Bays { get; init; }

    /// <summary>The sets in the order of the layout.</summary>
    public required IReadOnlyList<SetState> Sets { get; init; }

    /// <summary>Drives and disks that are in no bay and of no set.</summary>
    public required IReadOnlyList<StrangeDrive> Strangers { get; init; }

    /// <summary>Everything worth saying: of the host, the bays, the sets, the strangers, in this order.</summary>
    public required IReadOnlyList<Finding> Findings { get; init; }

    /// <summary>True if expected and observed differ.</summary>
    public bool Differs => Findings.Any(finding => finding.Severity == FindingSeverity.Problem);

    /// <summary>True if something could not be seen, so that it is not known whether it is as expected.</summary>
    public bool IsUnseen => Findings.Any(finding => finding.Severity == FindingSeverity.Unknown);

    /// <summary>True if the observed machine is not the host.</summary>
    public bool IsOtherMachine => Findings.Any(finding => finding is { Code: FindingCodes.OtherMachine, Severity: FindingSeverity.Problem });

    /// <summary>The verdict in words: same, differs, unknown, or <c>differs, and not all could be seen</c>.</summary>
    public string Verdict => (Differs, IsUnseen) switch
    {
        (true, true) => "differs, and not all could be seen",
        (true, false) => "differs",
        (false, true) => "unknown: not all could be seen",
        _ => "same",
    };

    /// <summary>The state of a bay; null for a bay that the chassis has not.</summary>
    public BayState? Find(Bay bay) => Bays.FirstOrDefault(state => state.Bay == bay);

    /// <summary>Compares what belongs into a machine with what is in it.</summary>
    /// <param name="layout">What belongs there.</param>
    /// <param name="view">The host among its fleet, for stores, masters and drives of other machines; or null.</param>
    /// <param name="record">The drives that are known to be in the machine; or null.</param>
    /// <param name="observed">What is in it.</param>
    public static DriveMap Of(Layout layout, HostView? view, DriveRecord? record, ObservedStorage observed) =>
        new DriveMapping(layout, view, record, observed).Map();
}

/// <summary>One bay.</summary>
public sealed record BayState
{
    /// <summary>Panel and printed label.</summary>
    public required Bay Bay { get; init; }

    /// <summary>The set that uses the bay, or null.</summary>
    public required SetState? Set { get; init; }

    /// <summary>The bay's place in the set, from 0.</summary>
    public required int Index { get; init; }

    /// <summary>The drive that is recorded for the bay, or null.</summary>
    public required RecordedDrive? Expected { get; init; }

    /// <summary>The drive that is in the bay, or null.</summary>
    public required ObservedDrive? Drive { get; init; }

    /// <summary>Name of the array or pool that the drive is an active part of, as the system has it now (<c>md0</c>), or null.</summary>
    public required string? Array { get; init; }

    /// <summary>Place of the drive in <see cref="Array"/>, from 0, or null.</summary>
    public required int? Role { get; init; }

    /// <summary>Who encrypts what is on the drive.</summary>
    public required VolumeEncryption Encryption { get; init; }

    /// <summary>Labels of the volumes on the bay's set.</summary>
    public required IReadOnlyList<string> Volumes { get; init; }

    /// <summary>Slots that keep data on the bay's set.</summary>
    public required IReadOnlyList<string> Slots { get; init; }

    /// <summary>Stores in those slots.</summary>
    public required IReadOnlyList<string> Stores { get; init; }

    /// <summary>Those of the stores whose master is on this machine.</summary>
    public required IReadOnlyList<string> Masters { get; init; }

    /// <summary>Its findings.</summary>
    public required IReadOnlyList<Finding> Findings { get; init; }

    /// <summary>Why it is not known whether there is a drive; null if it is.</summary>
    public required string? Unseen { get; init; }

    /// <summary>True if the set keeps its data when this drive fails now; null if that is not known.</summary>
    public bool? SetSurvives => Set is null ? true : Set.Survives(this);

    /// <summary>The worst finding, the first of equal ones; null if all is well.</summary>
    public Finding? Worst => Findings.Where(finding => finding.Severity > FindingSeverity.Note).MaxBy(finding => finding.Severity);

    /// <summary>True if the bay has a drive that is a working part of its set.</summary>
    public bool Works => Drive is not null && !Findings.Any(finding => finding.Code is FindingCodes.Failed or FindingCodes.NotInSet or FindingCodes.Rebuilding);
}

/// <summary>How a set does.</summary>
/// <param name="Layout">The set.</param>
/// <param name="Health">How it does.</param>
/// <param name="Percent">How far a rebuild or check is, or null.</param>
/// <param name="Recorded">True if the record says that it exists, false if it says that it is new, null if it says nothing.</param>
/// <param name="Lost">How many of its drives do not work in it, as far as they were seen.</param>
/// <param name="Redundancy">How many more drives may fail, at the worst choice; negative if the set is lost, null if it is not known.</param>
public sealed record SetState(SetLayout Layout, Seen<SetHealth> Health, double? Percent, bool? Recorded, int Lost, int? Redundancy)
{
    /// <summary>The state in a word or two: <c>normal</c>, <c>rebuilding 35.3%</c>. A set with failed drives is never normal.</summary>
    public string Word => (Health.Value, Layout.Level) switch
    {
        (_, RaidLevel.Spare) => Health.Why is not null ? "unknown" : Lost == 0 ? "spare" : "spare missing",
        (null, _) => Health.Why is not null ? "unknown" : Recorded == false ? "new" : "not found",
        (SetHealth.Rebuilding, _) => "rebuilding" + Progress,
        (SetHealth.Busy, _) => "busy" + Progress,
        (SetHealth.Normal, _) when Lost > 0 => "at risk",
        ({ } health, _) => health.ToString().ToLowerInvariant(),
    };

    /// <summary>How bad it is; null if there is nothing to look at.</summary>
    public FindingSeverity? Severity => Word switch
    {
        "unknown" => FindingSeverity.Unknown,
        "normal" or "spare" or "new" => null,
        _ when Health.Value == SetHealth.Busy => null,
        "not found" when Recorded != true => null,
        _ => FindingSeverity.Problem,
    };

    /// <summary>What the next failure would mean, for people; empty if there is nothing to say.</summary>
    public string Outlook => Redundancy switch
    {
        _ when Layout.Level == RaidLevel.Spare || Health.IsAbsent => "",
        null => "not known what it survives",
        < 0 => "lost",
        0 => "the next failure loses it",
        1 => "survives 1 failure",
        var more => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"survives {more} failures"),
    };

    private string Progress => Percent is { } percent ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $" {percent:0.0}%") : "";

    internal bool? Survives(BayState bay) =>
        Layout.Level == RaidLevel.Spare || (Health.IsAbsent && Recorded != true) ? true : Redundancy >= (bay.Works ? 1 : 0) ? true : Redundancy is null ? null
        : false;
}

/// <summary>A drive or disk that is in no bay and of no set.</summary>
/// <param name="Device">Its kernel name, for this look only; null behind a controller.</param>
/// <param name="Model">Its model, or null.</param>
/// <param name="Serial">Its serial number, or null.</param>
/// <param name="Wwn">Its world-wide name, or null.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Kind">How it is attached, in a word.</param>
/// <param name="Finding">Its findings.</param>
public sealed record StrangeDrive(string? Device, string? Model, string? Serial, string? Wwn, long Bytes, string Kind, Finding Finding);
