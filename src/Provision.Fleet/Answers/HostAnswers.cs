using System.Text.Json;

namespace Provision.FleetRuns.Answers;

/// <summary>One finding of <c>provision check</c>.</summary>
public sealed record CheckFinding(string Check, HealthLevel Level, string Sentence);

/// <summary>What a host answers to <c>provision check -o json</c>.</summary>
/// <param name="State">0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.</param>
/// <param name="Line">The summary.</param>
/// <param name="Findings">The findings.</param>
public sealed record CheckAnswer(int State, string Line, IReadOnlyList<CheckFinding> Findings)
{
    /// <summary>Reads an answer; null if it is none.</summary>
    public static CheckAnswer? Read(ReadOnlyMemory<byte> json) => HostJson.Read(json, root => new CheckAnswer(
        root.GetProperty("state").GetInt32(),
        HostJson.Text(root, "line"),
        [.. root.GetProperty("findings").EnumerateArray().Select(finding => new CheckFinding(
            HostJson.Text(finding, "check"), Level(HostJson.Text(finding, "level")), HostJson.Text(finding, "sentence")))]));

    /// <summary>Returns what is worse than before: checks that are critical or unknown now and were not. Ages in sentences make these useless for a
    /// comparison, so the levels of the checks are compared.</summary>
    public IReadOnlyList<string> WorseThan(CheckAnswer before) =>
    [
        .. Findings.Where(finding => finding.Level == HealthLevel.Critical && before.WorstOf(finding.Check) < HealthLevel.Critical
                || finding.Level == HealthLevel.Unknown && before.WorstOf(finding.Check) is not (HealthLevel.Unknown or HealthLevel.Critical))
            .Select(finding => $"{finding.Check}: {finding.Sentence}"),
    ];

    private HealthLevel WorstOf(string check) => Findings.Where(finding => finding.Check == check).Select(finding => finding.Level).DefaultIfEmpty().Max();

    /// <summary>A level that this program does not know is not taken for a good one.</summary>
    private static HealthLevel Level(string word) => Enum.TryParse<HealthLevel>(word, ignoreCase: true, out var level) ? level : HealthLevel.Unknown;
}

/// <summary>What a host answers to <c>provision install -o json</c> or <c>provision rollback -o json</c>.</summary>
/// <param name="Exit">0 installed or nothing to do, 1 rolled back, 2 refused.</param>
/// <param name="Generation">The host's generation now.</param>
/// <param name="Messages">Why it was refused or rolled back.</param>
internal sealed record InstallAnswer(int Exit, int Generation, IReadOnlyList<string> Messages)
{
    /// <summary>Reads an answer; null if it is none.</summary>
    public static InstallAnswer? Read(ReadOnlyMemory<byte> json) => HostJson.Read(json, root => new InstallAnswer(
        root.GetProperty("exit").GetInt32(), root.GetProperty("generation").GetInt32(), HostJson.Texts(root, "messages")));
}

/// <summary>What a host answers to <c>provision confirm -o json</c>: its generation, and the one that waits.</summary>
/// <param name="HostGeneration">The host's generation now.</param>
/// <param name="Waiting">The generation that waits for its confirmation; null if none does.</param>
/// <param name="Commit">The commit of the waiting one.</param>
/// <param name="Finished">Whether the install of the waiting one has finished.</param>
internal sealed record WaitingAnswer(int HostGeneration, int? Waiting, string? Commit, bool Finished)
{
    /// <summary>Reads an answer; null if it is none.</summary>
    public static WaitingAnswer? Read(ReadOnlyMemory<byte> json) => HostJson.Read(json, root => new WaitingAnswer(
        root.GetProperty("host_generation").GetInt32(),
        root.TryGetProperty("generation", out var waiting) ? waiting.GetInt32() : null,
        root.TryGetProperty("commit", out _) ? HostJson.Text(root, "commit") : null,
        root.TryGetProperty("finished", out var finished) && finished.GetBoolean()));
}

/// <summary>What a host answers to <c>provision repository show -o json</c>.</summary>
/// <param name="Head">The commit of its clone; null if there is none.</param>
/// <param name="Has">Whether it has the commit that was asked for.</param>
internal sealed record CloneAnswer(string? Head, bool Has)
{
    /// <summary>Reads an answer; null if it is none.</summary>
    public static CloneAnswer? Read(ReadOnlyMemory<byte> json) => HostJson.Read(json, root => new CloneAnswer(
        root.GetProperty("head").GetString() is { } head && Configuration.Repository.HostClone.IsCommit(head) ? head : null,
        root.TryGetProperty("has", out var has) && has.GetBoolean()));
}

/// <summary>Reads what hosts answer. Nothing of it reaches a terminal unescaped, and what is malformed is no answer.</summary>
internal static class HostJson
{
    /// <summary>Reads an object; null if it is malformed.</summary>
    public static T? Read<T>(ReadOnlyMemory<byte> json, Func<JsonElement, T> read)
        where T : class
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return read(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    /// <summary>Returns a member's text, safe to print.</summary>
    public static string Text(JsonElement element, string name) => Printable.Line(element.GetProperty(name).GetString() ?? "");

    /// <summary>Returns the texts of a member's array, safe to print.</summary>
    public static IReadOnlyList<string> Texts(JsonElement element, string name) =>
        [.. element.GetProperty(name).EnumerateArray().Select(item => Printable.Line(item.GetString() ?? ""))];
}
