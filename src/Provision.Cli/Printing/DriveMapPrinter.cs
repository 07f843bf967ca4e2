using System.Globalization;
using Provision.Inventory;
using Provision.Storage.Map;
using Provision.Storage.Observe;

namespace Provision.Cli.Printing;

internal static class DriveMapPrinter
{
    /// <summary>Prints the chassis as a picture.</summary>
    public static void Grid(DriveMap map)
    {
        var text = DriveGrid.Of(map, new GridInk(Ink.Red, Ink.Yellow, Ink.Green, Ink.Bold));
        Console.Out.Write(Console.OutputEncoding.WebName.StartsWith("utf", StringComparison.OrdinalIgnoreCase) ? text : string.Concat(text.Select(Plain)));
    }

    /// <summary>Prints one line for each bay with all details, then every finding.</summary>
    public static void Table(DriveMap map)
    {
        Columns.Write(Console.Out,
            ["BAY", "STATE", "DEVICE", "TYPE", "SIZE", "MODEL", "SERIAL", "WWN", "HEALTH", "SET", "ENCRYPTION", "IF IT FAILS", "CARRIES"],
            map.Bays.Select(bay => (IReadOnlyList<string>)
        [
            bay.Bay.ToString(), BayMark.Of(bay).Word, Said(bay.Drive?.Device), bay.Drive?.Media?.Word() ?? "-",
                bay.Drive is { } drive ? NominalSize.Of(drive.Bytes) : "-",
            Said(bay.Drive?.Model?.Trim()), BayMark.SerialWord(bay) is { Length: > 0 } serial ? serial : "-", Said(bay.Drive?.Wwn), Health(bay.Drive?.Health),
            bay.Set is { } set ? string.Create(CultureInfo.InvariantCulture, $"{set.Layout.Key} {bay.Index}") : "-",
                bay.Encryption == VolumeEncryption.None ? "-" : bay.Encryption.Word(), Risk(bay), Carries(bay),
        ]));
        Console.Out.WriteLine();
        Columns.Write(Console.Out, ["SET", "NAME", "LEVEL", "STATE", "MORE FAILURES"], map.Sets.Select(state => (IReadOnlyList<string>)
            [state.Layout.Key, state.Layout.Name, state.Layout.Level.Word(), state.Word,
                state.Health.IsAbsent ? "-" : state.Redundancy?.ToString(CultureInfo.InvariantCulture) ?? "?"]));
        if (map.Strangers.Count > 0)
        {
            Console.Out.WriteLine();
            Columns.Write(Console.Out, ["STRANGER", "ATTACHED", "SIZE", "MODEL", "SERIAL"], map.Strangers.Select(stranger => (IReadOnlyList<string>)
                [Said(stranger.Device), Said(stranger.Kind), NominalSize.Of(stranger.Bytes), Said(stranger.Model), Said(stranger.Serial)]));
        }

        if (map.Findings.Count > 0)
        {
            Console.Out.WriteLine();
            Findings(map);
        }
    }

    /// <summary>Prints every finding, the worst first; for a check, this is the entire output.</summary>
    public static void Findings(DriveMap map)
    {
        Columns.Write(Console.Out, ["FINDING", "CODE", "WHERE", "WHAT", "SEE"],
            map.Findings.OrderByDescending(finding => finding.Severity).Select(finding => (IReadOnlyList<string>)
            [finding.Severity.ToString().ToLowerInvariant(), finding.Code, Printable.Of(finding.Place), finding.Sentence,
                Printable.Of(finding.Command ?? "", 200)]));
    }

    private static string Risk(BayState bay) => bay.Set is null || bay.Slots.Count == 0 ? "-"
        : bay.SetSurvives switch
        {
            true => "set survives",
            null => "not known",
            false =>
            "SET IS LOST" + (bay.Masters.Count == 0 ? "" : $": {bay.Masters.Count} masters")
        };

    private static string Carries(BayState bay)
    {
        var parts = NameRuns.Fold(bay.Volumes);
        var stores = bay.Stores.Count == 0 ? "" : string.Create(CultureInfo.InvariantCulture,
            $", {bay.Slots.Count} slots, {bay.Stores.Count} stores, {bay.Masters.Count} masters");
        return parts.Count == 0 && stores.Length == 0 ? "-" : string.Join(" ", parts) + stores;
    }

    private static string Health(DriveHealth? health) => health is null ? "-"
        : health.Verdict.ToString().ToLowerInvariant() + (health.Celsius is { } celsius ? string.Create(CultureInfo.InvariantCulture, $" {celsius}C") : "");

    private static string Said(string? text) => string.IsNullOrEmpty(text) ? "-" : Printable.Of(text, 40);

    private static char Plain(char c) => c switch
    {
        '─' => '-',
        '│' => '|',
        '░' => '.',
        >= '┌' and <= '┼' => '+',
        _ => c,
    };
}
