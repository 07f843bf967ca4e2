using System.Globalization;
using Provision.Inventory;
using Provision.Storage.Map;
using Provision.Storage.Observe;

namespace Provision.Storage.Plans;

/// <summary>Whether a drive is the recorded one: serial, WWN, size and model together.</summary>
public static class DriveComparison
{
    /// <summary>Compares what was recorded of a bay with what is in it. What a controller does not report is no mismatch.</summary>
    public static Match Compare(RecordedDrive expected, ObservedDrive found)
    {
        var reasons = new List<string>();
        if (found.Serial is { Length: > 0 } serial && serial != expected.Serial)
        {
            reasons.Add($"serial {serial} instead of {expected.Serial}");
        }

        if (expected.Wwn is { } wwn && found.Wwn is { } other && !string.Equals(wwn, other, StringComparison.OrdinalIgnoreCase))
        {
            reasons.Add($"WWN {other} instead of {wwn}");
        }

        // A controller rounds, so behind one only a difference that a person would call another size counts.
        if (expected.Bytes is { } bytes && (found.Device is null ? Math.Abs(bytes - found.Bytes) > bytes / 100 : bytes != found.Bytes))
        {
            reasons.Add(string.Create(CultureInfo.InvariantCulture, $"{found.Bytes} bytes instead of {bytes}"));
        }

        if (found.Serial is null or "" && expected.Model is { } model && found.Model is { } seen && model != seen)
        {
            reasons.Add($"model {seen} instead of {model}");
        }

        return new Match(reasons);
    }

    /// <summary>What a drive is known by, in the fixed form of plans: <c>rear/4 serial X wwn Y bytes Z</c>.</summary>
    public static string Of(Bay bay, string? serial, string? wwn, long? bytes) =>
        string.Create(CultureInfo.InvariantCulture,
            $"{bay} serial {serial ?? "?"} wwn {wwn?.ToLowerInvariant() ?? "-"} bytes {bytes?.ToString(CultureInfo.InvariantCulture) ?? "?"}");

    /// <summary>What a recorded drive is known by.</summary>
    public static string Of(RecordedDrive drive) => Of(drive.Bay, drive.Serial, drive.Wwn, drive.Bytes);

    /// <summary>What a found drive is known by.</summary>
    public static string Of(Bay bay, ObservedDrive drive) => Of(bay, drive.Serial, drive.Wwn, drive.Bytes);
}
