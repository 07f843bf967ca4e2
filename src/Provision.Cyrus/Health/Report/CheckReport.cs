using Provision.Cyrus.Health.Judge;

namespace Provision.Cyrus.Health.Report;

/// <summary>What checks found, in the form that monitoring systems take.</summary>
/// <param name="Checks">The checks that were made.</param>
/// <param name="Findings">What they found.</param>
public sealed record CheckReport(IReadOnlyList<HostCheck> Checks, IReadOnlyList<CheckFinding> Findings)
{
    /// <summary>The worst level; <see cref="CheckLevel.Info"/> where nothing is to be done.</summary>
    public CheckLevel Worst => Findings.Select(finding => finding.Level).DefaultIfEmpty(CheckLevel.Info).Max();

    /// <summary>0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN, as the plugins of Nagios and its heirs have it.</summary>
    public int ExitCode => CodeOf(Worst);

    /// <summary>The one line that tells most: the worst finding, and how many others there are.</summary>
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

    /// <summary>The first line and one line a finding, the worst first.</summary>
    public IEnumerable<string> Lines() => Findings.OrderByDescending(finding => finding.Level)
        .Select(finding => $"{(finding.Level < CheckLevel.Unknown ? finding.Level.ToString().ToLowerInvariant() : finding.Level.ToString().ToUpperInvariant())} {finding.Check}: {finding.Sentence}").Prepend(FirstLine);

    /// <summary>The exit code that a level stands for.</summary>
    public static int CodeOf(CheckLevel level) => level switch { CheckLevel.Critical => 2, CheckLevel.Warning => 1, CheckLevel.Unknown => 3, _ => 0 };
}
