namespace Provision.Core;

/// <summary>The result of health checks, in the form used by monitoring systems.</summary>
/// <param name="Checks">Names of the checks that ran.</param>
/// <param name="Findings">Their findings.</param>
public sealed record HealthReport(IReadOnlyList<string> Checks, IReadOnlyList<HealthFinding> Findings)
{
    private static readonly (HealthLevel Level, string One, string Many)[] Levels =
    [
        (HealthLevel.Critical, "critical", "critical"), (HealthLevel.Warning, "warning", "warnings"),
        (HealthLevel.Unknown, "unknown", "unknown"), (HealthLevel.Expected, "expected", "expected"),
    ];

    /// <summary>The worst level; <see cref="HealthLevel.Info"/> if there is nothing to do.</summary>
    public HealthLevel Worst => Findings.Select(finding => finding.Level).DefaultIfEmpty(HealthLevel.Info).Max();

    /// <summary>0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN, as for plugins of Nagios and its successors.</summary>
    public int ExitCode => CodeOf(Worst);

    /// <summary>The summary line: the worst finding, and the number of others.</summary>
    public string FirstLine
    {
        get
        {
            var worst = Worst < HealthLevel.Unknown ? null : Findings.First(finding => finding.Level == Worst);
            var first = worst is null
                ? $"OK: {Counted.Of(Checks.Count, "check")}"
                : $"{Worst.ToString().ToUpperInvariant()}: {worst.Sentence}";
            var others = Levels.Select(row => (row, Count: Findings.Count(finding => finding.Level == row.Level && !ReferenceEquals(finding, worst))))
                .Where(found => found.Count > 0)
                .Select(found => $"{found.Count} {(found.row.Level == Worst && worst is not null ? "more " : "")}" +
                    $"{(found.Count == 1 ? found.row.One : found.row.Many)}");
            return string.Join("; ", first, string.Join(", ", others)).TrimEnd(' ', ';');
        }
    }

    /// <summary>Returns the first line and one line per finding, the worst first.</summary>
    public IEnumerable<string> Lines() => Findings.OrderByDescending(finding => finding.Level)
        .Select(finding => $"{Word(finding.Level)} {finding.Check}: {finding.Sentence}"
            + (finding.Command is { } command ? $": {command}" : "")).Prepend(FirstLine);

    /// <summary>Returns the exit code of one check.</summary>
    public int CodeOf(string check) => CodeOf(Findings.Where(finding => finding.Check == check).Select(finding => finding.Level).DefaultIfEmpty().Max());

    private static int CodeOf(HealthLevel level) => level switch { HealthLevel.Critical => 2, HealthLevel.Warning => 1, HealthLevel.Unknown => 3, _ => 0 };

    private static string Word(HealthLevel level) => level < HealthLevel.Unknown ? level.ToString().ToLowerInvariant() : level.ToString().ToUpperInvariant();
}
