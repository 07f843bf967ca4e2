using Provision.Inventory;

namespace Provision.Storage.Map;

/// <summary>A bay's state as it is drawn: by sign and letters first, so that it is readable without colours.</summary>
/// <param name="Letter">One letter or sign, for narrow cells.</param>
/// <param name="Word">A word of at most ten letters.</param>
/// <param name="Severity">How bad it is; null if there is nothing to look at.</param>
public sealed record BayMark(string Letter, string Word, FindingSeverity? Severity)
{
    private static readonly BayMark Unused = new(".", "unused", null);
    private static readonly BayMark Good = new("o", "ok", null);
    private static readonly BayMark Unrecorded = new("+", "unrecorded", FindingSeverity.Note);

    private static readonly Dictionary<string, (string Letter, string Word)> Marks = new(StringComparer.Ordinal)
    {
        [FindingCodes.Missing] = ("M", "MISSING"),
        [FindingCodes.Foreign] = ("F", "FOREIGN"),
        [FindingCodes.Swapped] = ("S", "SWAPPED"),
        [FindingCodes.Twice] = ("T", "TWICE"),
        [FindingCodes.SerialUnknown] = ("?", "no serial"),
        [FindingCodes.WrongWwn] = ("W", "WWN"),
        [FindingCodes.WrongSize] = ("Z", "SIZE"),
        [FindingCodes.WrongMedia] = ("Y", "MEDIA"),
        [FindingCodes.Failed] = ("X", "FAILED"),
        [FindingCodes.Worn] = ("w", "worn"),
        [FindingCodes.Hot] = ("H", "hot"),
        [FindingCodes.Errors] = ("e", "errors"),
        [FindingCodes.HealthUnknown] = ("?", "health?"),
        [FindingCodes.Empty] = ("E", "EMPTY"),
        [FindingCodes.Unexpected] = ("U", "UNEXPECTED"),
        [FindingCodes.NotInSet] = ("N", "NOT IN SET"),
        [FindingCodes.HotSpare] = ("h", "spare"),
        [FindingCodes.Rebuilding] = ("R", "rebuilding"),
    };

    /// <summary>Exclamation marks: two for a problem, one for a warning; a question mark for what could not be seen.</summary>
    public string Sign => Severity switch
    {
        FindingSeverity.Problem => "!!",
        FindingSeverity.Unknown => "?",
        FindingSeverity.Warning => "!",
        _ => "",
    };

    /// <summary>The mark of a bay: its worst finding, else what it is. A failed drive that also sits in the wrong bay is failed first.</summary>
    public static BayMark Of(BayState bay)
    {
        if (bay.Unseen is not null)
        {
            return new BayMark("?", "unknown", FindingSeverity.Unknown);
        }

        var findings = bay.Findings;
        var finding = findings.FirstOrDefault(one => one.Code == FindingCodes.Failed) ?? bay.Worst ?? (findings.Count > 0 ? findings[0] : null);
        return finding is not null ? new BayMark(Marks[finding.Code].Letter, Marks[finding.Code].Word, finding.Severity)
            : bay.Drive is null ? Unused
            : bay.Expected is null ? Unrecorded
            : Good;
    }

    /// <summary>What is in the bay in a word: HDD 2T; for an empty bay what should be there in brackets.</summary>
    public static string DriveWord(BayState bay)
    {
        if (bay.Drive is { } drive)
        {
            return $"{(drive.Media ?? bay.Set?.Layout.Definition.Media)?.Word().ToUpperInvariant() ?? "-"} {NominalSize.Of(drive.Bytes)}";
        }

        return bay.Set is { Layout.Definition: var set } ? $"({set.Media.Word().ToUpperInvariant()} {NominalSize.Of(set.DriveBytes)})" : "";
    }

    /// <summary>The serial number to show: the drive's, else the recorded one in brackets.</summary>
    public static string SerialWord(BayState bay) => Printable.Of(
        bay.Drive is { } drive ? BayCheck.SerialOf(drive) ?? "-" : bay.Expected is { } expected ? $"({expected.Serial})" : "", 40);
}
