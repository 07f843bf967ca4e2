using Provision.Inventory;
using Provision.Storage.Observe;

namespace Provision.Storage.Map;

/// <summary>Holds what is in one bay beside what belongs there.</summary>
internal sealed class BayCheck
{
    private readonly HostView? view;
    private readonly DriveRecord? record;
    private readonly SetMembership membership;
    private readonly Dictionary<string, RecordedDrive> recorded = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<string>> places = new(StringComparer.Ordinal);

    public BayCheck(HostView? view, DriveRecord? record, SetMembership membership, IReadOnlyDictionary<Bay, ObservedDrive> drives)
    {
        this.view = view;
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

    /// <summary>The serial number as it is compared, or null where the drive tells none.</summary>
    public static string? SerialOf(ObservedDrive drive) => drive.Serial?.Trim() is { Length: > 0 } serial ? serial : null;

    /// <summary>Everything to be said of a bay.</summary>
    public List<Finding> Check(Bay bay, SetLayout? set, bool? setExists, bool dark, RecordedDrive? expected, ObservedDrive? drive)
    {
        var found = new List<Finding>();
        var place = bay.ToString();
        if (drive is null)
        {
            CheckEmpty(set, setExists, dark, expected, Say);
            return found;
        }

        var serial = SerialOf(drive);
        CheckIdentity(place, set, expected, drive, serial, Say);
        CheckKind(set, expected, drive, serial, Say);
        if (drive.Health.Verdict == HealthVerdict.Failed || drive.Areca is { Usage: "Failed" })
        {
            Say(FindingCodes.Failed, FindingSeverity.Problem, $"{Name(drive)} failed{Reasons(drive)}");
        }
        else if (drive.Health.Verdict == HealthVerdict.Worn)
        {
            Say(FindingCodes.Worn, FindingSeverity.Warning, $"{Name(drive)} is worn{Reasons(drive)}");
        }

        if (set is not null && drive.Areca is not { Usage: "Failed" } && membership.WhyNotIn(set, drive) is { } why)
        {
            Say(FindingCodes.NotInSet, FindingSeverity.Problem, $"{Name(drive)} {why}");
        }
        else if (drive.Areca is { Usage: "HotSpare" } || membership.Of(drive)?.State == "spare")
        {
            Say(FindingCodes.HotSpare, FindingSeverity.Note, $"{Name(drive)} is a hot spare");
        }
        else if (membership.Of(drive)?.State == "rebuilding")
        {
            Say(FindingCodes.Rebuilding, FindingSeverity.Note, $"{Name(drive)} is being written by a rebuild");
        }

        return found;

        void Say(string code, FindingSeverity severity, string sentence) => found.Add(new Finding(code, severity, place, Printable.Of(sentence, 300)));
    }

    private void CheckEmpty(SetLayout? set, bool? setExists, bool dark, RecordedDrive? expected, Action<string, FindingSeverity, string> say)
    {
        if (dark)
        {
            return;
        }

        if (expected is not null)
        {
            var elsewhere = places.TryGetValue(expected.Serial, out var bays) ? $"; it is in {string.Join(" and ", bays)}" : "";
            say(FindingCodes.Missing, FindingSeverity.Problem, $"the drive {expected.Serial} is not in its bay{elsewhere}");
        }
        else if (set is not null)
        {
            say(FindingCodes.Empty, setExists == true ? FindingSeverity.Problem : FindingSeverity.Warning, $"no drive, although set {set.Name} has one here");
        }
    }

    private void CheckIdentity(string place, SetLayout? set, RecordedDrive? expected, ObservedDrive drive, string? serial, Action<string, FindingSeverity, string> say)
    {
        if (serial is null)
        {
            var told = drive.Device is null ? "the controller does not tell its serial number" : "the drive tells no serial number";
            say(FindingCodes.SerialUnknown, drive.Device is null ? FindingSeverity.Note : FindingSeverity.Warning, told + (expected is null ? "" : $", so it is not known whether it is {expected.Serial}"));
            if (expected?.Model is { } model && drive.Model?.Trim() is { } other && model != other)
            {
                say(FindingCodes.Foreign, FindingSeverity.Problem, $"a {other}, where {expected.Serial} is a {model}");
            }

            return;
        }

        if (places.TryGetValue(serial, out var bays) && bays.Count > 1)
        {
            say(FindingCodes.Twice, FindingSeverity.Problem, $"the serial number {serial} is in {string.Join(" and ", bays)}: one of them is no drive of its own");
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
            say(FindingCodes.Swapped, FindingSeverity.Problem, $"{serial} belongs into {home.Bay}{(expected is null ? "" : $"; here belongs {expected.Serial}")}");
        }
        else if (record is not null)
        {
            say(FindingCodes.Foreign, FindingSeverity.Problem, $"{Name(drive)} is not in the record{RecordedElsewhere(serial)}{(expected is null ? "" : $"; here belongs {expected.Serial}")}");
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
                $"{Name(drive)} has {NominalSize.Of(drive.Bytes)}; set {set.Name} is made of {NominalSize.Of(set.Definition.DriveBytes)}{(smaller ? "" : ", so a part of it is not used")}");
        }

        if (set is not null && drive.Media is { } media && media != set.Definition.Media)
        {
            say(FindingCodes.WrongMedia, FindingSeverity.Problem, $"{Name(drive)} is {media.Word()}; set {set.Name} is made of {set.Definition.Media.Word()}");
        }
    }

    /// <summary>A drive that another machine misses is worth more than one that nobody knows.</summary>
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
