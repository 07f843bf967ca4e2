using Provision.Cyrus.Health.Judge;

namespace Provision.Cyrus.Health.Report;

/// <summary>The result of checkers, in the form used by monitoring systems.</summary>
/// <param name="Checks">The checkers that ran.</param>
/// <param name="Findings">Their findings.</param>
public sealed record CheckReport(IReadOnlyList<HostCheck> Checks, IReadOnlyList<CheckFinding> Findings)
{
    /// <summary>The worst level; <see cref="CheckLevel.Info"/> if there is nothing to do.</summary>
    public CheckLevel Worst => Findings.Select(finding => finding.Level).DefaultIfEmpty(CheckLevel.Info).Max();

    /// <summary>0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN, as for plugins of Nagios and its successors.</summary>
    public int ExitCode => CodeOf(Worst);

    /// <summary>The summary line: the worst finding, and the number of others.</summary>
    public string FirstLine
    {
        get
        {
            var worst = Worst < CheckLevel.Unknown ? null : Findings.First(finding => finding.Level == Worst);
            List<string> parts = [worst is null ? $"OK: {Checks.Count} check{(Checks.Count == 1 ? "" : "s")}" : $"{Worst.ToString().ToUpperInvariant()}: {worst.Sentence}"];
            var others = ((CheckLevel Level, string One, string Many)[])[(CheckLevel.Critical, "critical", "critical"), (CheckLevel.Warning, "warning", "warnings"), (CheckLevel.Unknown, "unknown", "unknown"), (CheckLevel.Expected, "expected", "expected")];
            foreach (var (level, one, many) in others)
            {
                var count = Findings.Count(finding => finding.Level == level && !ReferenceEquals(finding, worst));
                if (count > 0)
                {
                    parts.Add($"{count} {(level == Worst && worst is not null ? "more " : "")}{(count == 1 ? one : many)}");
                }
            }

            return string.Join("; ", parts[0], string.Join(", ", parts.Skip(1))).TrimEnd(' ', ';');
        }
    }

    /// <summary>Returns the first line and one line per finding, the worst first.</summary>
    public IEnumerable<string> Lines() => Findings.OrderByDescending(finding => finding.Level)
        .Select(finding => $"{(finding.Level < CheckLevel.Unknown ? finding.Level.ToString().ToLowerInvariant() : finding.Level.ToString().ToUpperInvariant())} {finding.Check}: {finding.Sentence}").Prepend(FirstLine);

    /// <summary>Returns the exit code of a level.</summary>
    public static int CodeOf(CheckLevel level) => level switch { CheckLevel.Critical => 2, CheckLevel.Warning => 1, CheckLevel.Unknown => 3, _ => 0 };
}
