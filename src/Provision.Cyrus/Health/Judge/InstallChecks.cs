using Provision.Configuration.Desired;
using Provision.Configuration.Plans;
using Provision.Cyrus.Health.Facts;

namespace Provision.Cyrus.Health.Judge;

/// <summary>Evaluates the host's differences from the repository. Pure.</summary>
internal static class InstallChecks
{
    private const int Named = 3;

    public static IEnumerable<CheckFinding> Drift(HostFacts facts, Expected expected) => HostChecks.Of("drift", facts.Plan, plan =>
        ((CheckLevel Level, string Sentence, List<FileDifference> Files)[])
        [
            (CheckLevel.Warning, "changed by hand", [.. Drifted(plan)]),
            (CheckLevel.Unknown, "not known, as a secret cannot be read", [.. plan.Files.Where(file => file.Verdict == Verdict.Unknown)]),
            (CheckLevel.Info, "to be written by the next install", [.. plan.Files.Where(file => file.Verdict is Verdict.New or Verdict.Update or Verdict.Gone)]),
        ] is var groups ? groups.Where(group => group.Files.Count > 0)
            .Select(group => new CheckFinding("drift", group.Level, $"{Count(group.Files.Count, "file")} {group.Sentence}: {Names(group.Files.Select(file => file.Path))}"))
            .Concat(plan.Problems.Where(problem => problem.Severity == Severity.Error).Select(problem => new CheckFinding("drift", CheckLevel.Unknown, problem.ToString().Split('\n')[0]))) : []);

    public static IEnumerable<CheckFinding> Units(HostFacts facts, Expected expected) => HostChecks.Of("units", facts.Plan, plan =>
        plan.Units.Select(unit => $"{unit.Unit.Name} is {unit.Problem}")
            .Concat(plan.Stale.Select(stale => $"{stale.Unit} runs with an older configuration: {stale.Reason}"))
            .Concat(plan.Owed.Select(owed => owed.Action == UnitAction.None ? $"the check of {owed.Unit} is owed since {Day(owed.Since)}" : $"{owed.Unit} is owed a {owed.Action.ToString().ToLowerInvariant()} since {Day(owed.Since)}: {owed.Reason}"))
            .Select(sentence => new CheckFinding("units", CheckLevel.Warning, sentence)));

    public static IEnumerable<CheckFinding> Packages(HostFacts facts, Expected expected) => HostChecks.Of("packages", facts.Plan, plan =>
        plan.Packages.Count == 0 ? []
        : [new CheckFinding("packages", CheckLevel.Warning, $"{Count(plan.Packages.Count, "package")} missing or at another version: {Names(plan.Packages.Select(package => package.Wanted.Name))}")]);

    public static IEnumerable<CheckFinding> Install(HostFacts facts, Expected expected) => HostChecks.Of("install", facts.Memory, memory =>
        [new CheckFinding("install", CheckLevel.Info, memory.LastInstall is { } last
            ? FormattableString.Invariant($"the last install was {(facts.Now - last.Time).TotalDays:0} days ago, at commit {(last.Commit.Length > 12 ? last.Commit[..12] : last.Commit)}")
            : "nothing was ever installed here")]);

    public static IEnumerable<CheckFinding> Dumps(HostFacts facts, Expected expected) => HostChecks.Of("dumps", facts.Memory, memory =>
        memory.CrashDumps == 0 ? [] : [new CheckFinding("dumps", CheckLevel.Warning, $"{Count(memory.CrashDumps, "kernel dump")} in /var/crash")]);

    /// <summary>Returns the files that were changed locally on the host.</summary>
    public static IEnumerable<FileDifference> Drifted(ChangePlan plan) => plan.Files.Where(file => file.Verdict is Verdict.Drift or Verdict.Conflict);

    private static string Count(int number, string noun) => number == 1 ? $"1 {noun}" : $"{number} {noun}s";

    private static string Day(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);

    private static string Names(IEnumerable<string> names)
    {
        var all = names.ToList();
        return string.Join(", ", all.Take(Named)) + (all.Count > Named ? $" and {all.Count - Named} more" : "");
    }
}
