namespace Provision.Storage.Map;

/// <summary>How bad a finding is.</summary>
public enum FindingSeverity
{
    /// <summary>Worth knowing.</summary>
    Note,

    /// <summary>It needs a look; the machine is still what the record says.</summary>
    Warning,

    /// <summary>It could not be seen, so nothing is known of it.</summary>
    Unknown,

    /// <summary>What is expected and what is observed differ.</summary>
    Problem,
}

/// <summary>Where expected and observed differ, or what else is worth saying of a bay, a set or a drive.</summary>
/// <param name="Code">A stable word for programs: one of <see cref="FindingCodes"/>.</param>
/// <param name="Severity">How bad it is.</param>
/// <param name="Place">The bay (<c>rear/4</c>), the set's name, the device, or the host.</param>
/// <param name="Sentence">What is the matter, for people; made of printable characters only.</param>
/// <param name="Command">The command that deals with it or shows more of it; null if there is nothing to do.</param>
public sealed record Finding(string Code, FindingSeverity Severity, string Place, string Sentence, string? Command = null);

/// <summary>Every word that a finding may have as its code.</summary>
public static class FindingCodes
{
    /// <summary>The recorded drive is not in its bay.</summary>
    public const string Missing = "missing";

    /// <summary>A drive that the record does not know.</summary>
    public const string Foreign = "foreign";

    /// <summary>A drive that is recorded for another bay.</summary>
    public const string Swapped = "swapped";

    /// <summary>Two drives with one serial number.</summary>
    public const string Twice = "serial-twice";

    /// <summary>The drive reports no serial number.</summary>
    public const string SerialUnknown = "serial-unknown";

    /// <summary>The serial number is right and the world-wide name is not.</summary>
    public const string WrongWwn = "wrong-wwn";

    /// <summary>Another size than recorded, or than the set needs.</summary>
    public const string WrongSize = "wrong-size";

    /// <summary>Another kind of drive than the set is made of.</summary>
    public const string WrongMedia = "wrong-media";

    /// <summary>The drive or its controller reports failure.</summary>
    public const string Failed = "failed";

    /// <summary>The drive works but shows signs.</summary>
    public const string Worn = "worn";

    /// <summary>The drive is over the limit of its temperature.</summary>
    public const string Hot = "hot";

    /// <summary>The health of the drive could not be read, or not all of it.</summary>
    public const string HealthUnknown = "health-unknown";

    /// <summary>The pool counted errors of the drive.</summary>
    public const string Errors = "errors";

    /// <summary>A bay of a set without a drive, which none is recorded for.</summary>
    public const string Empty = "empty";

    /// <summary>A drive in a bay that no set uses.</summary>
    public const string Unexpected = "unexpected";

    /// <summary>The drive is in the set's bay, but not a working part of the set.</summary>
    public const string NotInSet = "not-in-set";

    /// <summary>The drive waits as hot spare.</summary>
    public const string HotSpare = "hot-spare";

    /// <summary>The set works without all its drives.</summary>
    public const string Degraded = "degraded";

    /// <summary>The set is being copied to a drive.</summary>
    public const string Rebuilding = "rebuilding";

    /// <summary>The set is being set up or checked.</summary>
    public const string Busy = "busy";

    /// <summary>The set does not work.</summary>
    public const string SetFailed = "set-failed";

    /// <summary>The set is there but not assembled or not imported.</summary>
    public const string SetInactive = "set-inactive";

    /// <summary>The set is not found.</summary>
    public const string SetMissing = "set-missing";

    /// <summary>The state of the set could not be seen, or is not understood.</summary>
    public const string SetUnknown = "set-unknown";

    /// <summary>Files or blocks of a pool are damaged.</summary>
    public const string DataErrors = "data-errors";

    /// <summary>An array that belongs to no set.</summary>
    public const string ForeignArray = "foreign-array";

    /// <summary>An array without a write-intent bitmap.</summary>
    public const string NoBitmap = "no-bitmap";

    /// <summary>What is in the bays of a controller could not be seen.</summary>
    public const string ControllerSilent = "controller-silent";

    /// <summary>The devices of the machine, or a part of its pools, could not be seen.</summary>
    public const string Unseen = "unseen";

    /// <summary>A drive in no bay of the chassis.</summary>
    public const string Stranger = "stranger";

    /// <summary>The host has no drive record.</summary>
    public const string NoRecord = "no-record";

    /// <summary>The observed machine is another one.</summary>
    public const string OtherMachine = "other-machine";
}
