using Provision.Inventory;
using Provision.Storage.Observe;

namespace Provision.Storage.Map;

/// <summary>Compares what is in one bay with what belongs there.</summary>
internal sealed class BayCheck
{
    private readonly HostView? view;
    private readonly ObservedStorage observed;
    private readonly Remedies remedies;
    private readonly DriveRecord? record;
    private readonly SetMembership membership;
    private readonly Dictionary<string, RecordedDrive> recorded = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<string>> places = new(StringComparer.Ordinal);

    public BayCheck(Layout layout, HostView? view, DriveRecord? record, ObservedStorage observed, SetMembership membership,
        IReadOnlyDictionary<Bay, ObservedDrive> drives)
    {
        this.view = view;
        this.observed = observed;
        remedies = new Remedies(layout);
        this.record = record;
        this.membership = membership;
        foreach (var drive in record?.Drives ?? [])
        {
            recorded[drive.Serial] = drive;
        }

        foreach (var (bay, drive) in drives)
        {
            if (SerialOf(drive) is { } serial)
            {
                (places.TryGetValue(serial, out var bays) ? bays : places[serial] = []).Add(bay.ToString());
            }
        }
    }

    /// <summary>The serial number as it is compared, or null if the drive tells none.</summary>
    public static string? SerialOf(ObservedDrive drive) => drive.Serial?.Trim() is { Length: > 0 } serial ? serial : null;

    /// <summary>Returns the findings of a bay.</summary>
    /// <param name="bay">The bay.</param>
    /// <param name="set">The set that uses it, or null.</param>
    /// <param name="setExists">True if the set was created, as far as the record knows; null if it says nothing.</param>
    /// <param name="isDark">True if it could not be seen whether there is a drive.</param>
    /// <param name="expected">The recorded drive, or null.</param>
    /// <param name="drive">The drive in it, or null.</param>
    public List<Finding> Check(Bay bay, SetLayout? set, bool? setExists, bool isDark, RecordedDrive? expected, ObservedDrive? drive)
    {
        var found = new List<Finding>();
        var place = bay.ToString();
        if (drive is null)
        {
            if (!isDark)
            {
                CheckEmpty(set, setExists, expected, Say);
            }

            return found;
        }

        var serial = SerialOf(drive);
        CheckIdentity(set, expected, drive, serial, Say);
        CheckKind(set, expected, drive, serial, Say);
        CheckHealth(drive, Say);
        var failed = drive.Areca?.Use == ArecaUse.Failed;
        if (set is not null && !failed && membership.WhyNotIn(set, setExists == true, drive) is { } why)
        {
            Say(FindingCodes.NotInSet, FindingSeverity.Problem, $"{Name(drive)} {why}");
        }
        else if (drive.Areca?.Use == ArecaUse.HotSpare || membership.Of(drive)?.State == "spare")
        {
            Say(FindingCodes.HotSpare, FindingSeverity.Note, $"{Name(drive)} is a hot spare");
        }
        else if (membership.Of(drive)?.State == "rebuilding")
        {
            Say(FindingCodes.Rebuilding, FindingSeverity.Note, $"{Name(drive)} is being written by a rebuild");
        }

        if (membership.ErrorsOf(drive) is { } errors)
        {
            Say(FindingCodes.Errors, FindingSeverity.Warning, $"{Name(drive)} had {errors}");
        }

        return found;

        void Say(string code, FindingSeverity severity, string sentence) =>
            found.Add(new Finding(code, severity, place, Printable.Of(sentence, 300), Remedy(code)));

        string? Remedy(string code) => code == FindingCodes.HealthUnknown && drive?.Device is { } disk ? $"smartctl -a /dev/{disk}"
            : code is FindingCodes.HealthUnknown or FindingCodes.SerialUnknown && drive?.Areca is not null ? "cli64 disk info"
            : code == FindingCodes.Missing && IsElsewhere(expected!.Serial) ? remedies.OfMoved
            : remedies.OfBay(code, place, set);
    }

    private static void CheckHealth(ObservedDrive drive, Action<string, FindingSeverity, string> say)
    {
        if (drive.Health.Verdict == HealthVerdict.Failed || drive.Areca?.Use == ArecaUse.Failed)
        {
            say(FindingCodes.Failed, FindingSeverity.Problem, $"{Name(drive)} failed{Reasons(drive)}");
        }
        else if (drive.Health.Verdict == HealthVerdict.Worn)
        {
            say(FindingCodes.Worn, FindingSeverity.Warning, $"{Name(drive)} is worn{Reasons(drive)}");
        }

        if (drive.Health.Hot is { } heat)
        {
            say(FindingCodes.Hot, FindingSeverity.Warning, $"{Name(drive)} is too hot: {heat}");
        }

        if (drive.Health.Unseen is { } why)
        {
            var what = drive.Health.Verdict is HealthVerdict.Unknown ? "its health" : "signs of wear";
            say(FindingCodes.HealthUnknown, FindingSeverity.Unknown, $"{what} could not be read: {why}");
        }
    }

    private void CheckEmpty(SetLayout? set, bool? setExists, RecordedDrive? expected, Action<string, FindingSeverity, string> say)
    {
        if (expected is not null)
        {
            var elsewhere = places.TryGetValue(expected.Serial, out var bays) ? $"; it is in {string.Join(" and ", bays)}" : InNoBay(expected.Serial);
            say(FindingCodes.Missing, FindingSeverity.Problem, $"the drive {expected.Serial} is not in its bay{elsewhere}");
        }
        else if (set is not null)
        {
            say(FindingCodes.Empty, setExists == true ? FindingSeverity.Problem : FindingSeverity.Warning, $"no drive, although set {set.Name} has one here");
        }
    }

    private bool IsElsewhere(string serial) => places.ContainsKey(serial) || observed.Drives.Any(drive => SerialOf(drive) == serial);

    /// <summary>Where a drive is that was seen in no bay; empty if it was not seen.</summary>
    private string InNoBay(string serial)
    {
        var where = observed.Drives.FirstOrDefault(drive => SerialOf(drive) == serial) switch
        {
            null => null,
            { Areca: { } slot } => $"behind Areca controller {slot.Controller}, enclosure {slot.Enclosure} slot {slot.Slot}",
            { Bus.PciSlot: { } slot } drive => $"{drive.Device}, in PCI slot {slot}",
            { Bus.AtaPort: { } port } drive => $"{drive.Device}, at SATA port {port}",
            var drive => drive.Device,
        };
        return where is null ? "" : $"; it is {where}, which is no bay of the chassis";
    }

    private void CheckIdentity(SetLayout? set, RecordedDrive? expected, ObservedDrive drive, string? serial, Action<string, FindingSeverity, string> say)
    {
        if (serial is null)
        {
            var told = drive.Device is not null ? "the drive reports no serial number"
                : drive.Health.Unseen is null ? "the controller reports no serial number for it" : "its serial number could not be read";
            say(FindingCodes.SerialUnknown, drive.Device is not null ? FindingSeverity.Warning : drive.Health.Unseen is null ? FindingSeverity.Note
                : FindingSeverity.Unknown, told + (expected is null ? "" : $", so it is not known whether it is {expected.Serial}"));
            if (expected?.Model is { } model && drive.Model?.Trim() is { } other && model != other)
            {
                say(FindingCodes.Foreign, FindingSeverity.Problem, $"a {other}, where {expected.Serial} is a {model}");
            }

            return;
        }

        if (places.TryGetValue(serial, out var bays) && bays.Count > 1)
        {
            say(FindingCodes.Twice, FindingSeverity.Problem,
                $"the serial number {serial} is in {string.Join(" and ", bays)}: one of them is no drive of its own");
        }

        if (set is null && expected is null)
        {
            say(FindingCodes.Unexpected, FindingSeverity.Problem, $"{Name(drive)} in a bay that no set uses{RecordedElsewhere(serial)}");
        }
        else if (expected is not null && expected.Serial == serial)
        {
            if (expected.Wwn is { } wwn && drive.Wwn is { } seen && wwn != seen)
            {
                say(FindingCodes.WrongWwn, FindingSeverity.Problem, $"{serial} has the world-wide name {seen}; recorded is {wwn}");
            }
        }
        else if (recorded.TryGetValue(serial, out var home))
        {
            say(FindingCodes.Swapped, FindingSeverity.Problem,
                $"{serial} belongs into {home.Bay}{(expected is null ? "" : $"; here belongs {expected.Serial}")}");
        }
        else if (record is not null)
        {
            say(FindingCodes.Foreign, FindingSeverity.Problem,
                $"{Name(drive)} is not in the record{RecordedElsewhere(serial)}{(expected is null ? "" : $"; here belongs {expected.Serial}")}");
        }
    }

    private static void CheckKind(SetLayout? set, RecordedDrive? expected, ObservedDrive drive, string? serial, Action<string, FindingSeverity, string> say)
    {
        if (expected is { Bytes: { } bytes } && expected.Serial == serial && drive.Device is not null && drive.Bytes != bytes)
        {
            say(FindingCodes.WrongSize, FindingSeverity.Problem, $"{serial} has {drive.Bytes} bytes; recorded are {bytes} (a part may be hidden)");
        }
        else if (set is not null && drive.Bytes > 0 && !NominalSize.IsSoldAs(drive.Bytes, set.Definition.DriveBytes))
        {
            var smaller = drive.Bytes < set.Definition.DriveBytes;
            say(
                FindingCodes.WrongSize,
                smaller ? FindingSeverity.Problem : FindingSeverity.Warning,
                $"{Name(drive)} has {NominalSize.Of(drive.Bytes)}; set {set.Name} is made of "
                    + $"{NominalSize.Of(set.Definition.DriveBytes)}{(smaller ? "" : ", so a part of it is not used")}");
        }

        if (set is not null && drive.Media is { } media && media != set.Definition.Media)
        {
            say(FindingCodes.WrongMedia, FindingSeverity.Problem, $"{Name(drive)} is {media.Word()}; set {set.Name} is made of {set.Definition.Media.Word()}");
        }
    }

    /// <summary>A drive that another machine is missing ranks before one that is in no host's record.</summary>
    private string RecordedElsewhere(string serial)
    {
        foreach (var other in view?.Fleet.DriveRecords ?? [])
        {
            foreach (var drive in other.Drives)
            {
                if (drive.Serial == serial && other.Name != view!.Host.Name)
                {
                    return $" (it is recorded for {other.Name} {drive.Bay})";
                }
            }
        }

        return "";
    }

    private static string Name(ObservedDrive drive) => SerialOf(drive) ?? drive.Model?.Trim() ?? "the drive";

    private static string Reasons(ObservedDrive drive) => drive.Health.Reasons.Count == 0 ? "" : ": " + string.Join(", ", drive.Health.Reasons);
}
