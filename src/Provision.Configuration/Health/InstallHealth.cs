using System.Globalization;
using Provision.Configuration.Apply;
using Provision.Configuration.Desired;
using Provision.Configuration.Differences;
using Provision.Configuration.Plans;
using Provision.Configuration.State;

namespace Provision.Configuration.Health;

/// <summary>The host record and other local facts beside the configuration.</summary>
/// <param name="LastInstall">The newest generation that was not undone; null before the first good install.</param>
/// <param name="CrashDumps">Kernel dumps in <c>/var/crash</c>.</param>
public sealed record InstallRecord(Generation? LastInstall, int CrashDumps)
{
    /// <summary>The commit that the host is at; null if unknown.</summary>
    public string? Commit { get; init; }

    /// <summary>The last install, if it failed.</summary>
    public FailedInstall? Failed { get; init; }

    /// <summary>The generation that a run was putting in place when it was cut off, or that one puts in place now.</summary>
    public Generation? Unfinished { get; init; }

    /// <summary>The generation that waits for its confirmation.</summary>
    public Generation? Unconfirmed { get; init; }

    /// <summary>Whether a run holds the lock.</summary>
    public bool IsRunning { get; init; }

    /// <summary>Reads the record of a host.</summary>
    public static InstallRecord Read(IMachineFiles files)
    {
        ArgumentNullException.ThrowIfNull(files);
        var store = new StateStore(files);
        var state = store.ReadState();
        return new InstallRecord(LastGood(store), files.List("/var/crash").Count(entry => char.IsAsciiDigit(entry[0])))
        {
            Commit = state.Commit,
            Failed = state.Failed,
            Unfinished = store.ReadJournal()?.Generation,
            Unconfirmed = PendingConfirmation.Read(files) is { } pending && pending.Generation <= state.Generation ? pending.Journal.Generation : null,
            IsRunning = Installation.IsRunning(files),
        };
    }

    private static Generation? LastGood(StateStore store)
    {
        var numbers = store.Generations().Reverse().ToList();
        for (var i = 0; i < numbers.Count; i++)
        {
            if (store.ReadGeneration(numbers[i]) is not { Kind: GenerationKind.Undo } good)
            {
                return store.ReadGeneration(numbers[i]);
            }

            // The generation before an undo is the one that it undid.
            i++;
        }

        return null;
    }
}

/// <summary>
/// The health of a host's configuration: its differences from the repository and its last install. Each fact is observed once, if a check needs it.
/// </summary>
/// <param name="now">The reference time for ages.</param>
/// <param name="plan">Compares the host with the repository, without the checkers.</param>
/// <param name="record">Reads the host record.</param>
public sealed class InstallHealth(DateTimeOffset now, Func<ChangePlan> plan, Func<InstallRecord> record)
{
    private const int Named = 3;
    private readonly Lazy<Observation<ChangePlan>> plan = Observation.Once(plan);
    private readonly Lazy<Observation<InstallRecord>> record = Observation.Once(record);

    /// <summary>The checks, in reporting order.</summary>
    public static IReadOnlyList<HealthCheck<InstallHealth>> Checks { get; } =
    [
        new("drift", "files that were changed by hand", health => health.OfPlan("drift", Drift)),
        new("units", "units that do not run, or run with an older configuration", health => health.OfPlan("units", Units)),
        new("packages", "packages that are missing or at another version", health => health.OfPlan("packages", Packages)),
        new("install", "the last install", health => health.OfRecord("install", health.Install)),
        new("dumps", "kernel dumps", health => health.OfRecord("dumps", Dumps)),
    ];

    /// <summary>Returns the metrics behind some of the checks.</summary>
    public IEnumerable<Metric> Metrics(IReadOnlyList<string> checks)
    {
        if ((checks.Contains("drift") || checks.Contains("units")) && plan.Value.Value is { } changes)
        {
            yield return new("provision_drift_files", "Files that were changed by hand.", [new(Drifted(changes).Count())]);
            var owed = changes.Owed.Select(owed => owed.Unit).Concat(changes.Stale.Select(stale => stale.Unit)).Distinct(StringComparer.Ordinal);
            yield return new("provision_units_owed", "Units that run with an older configuration or are owed a restart.", [new(owed.Count())]);
        }

        if ((checks.Contains("install") || checks.Contains("dumps")) && record.Value.Value is { } known)
        {
            yield return new("provision_crash_dumps", "Kernel dumps in /var/crash.", [new(known.CrashDumps)]);
            yield return new(
                "provision_last_install_timestamp_seconds", "When the host was last installed, in seconds since 1970.",
                known.LastInstall is { } last ? [new(last.Time.ToUnixTimeSeconds())] : []);
        }
    }

    private static IEnumerable<HealthFinding> Drift(ChangePlan plan)
    {
        (HealthLevel Level, string Sentence, List<FileDifference> Files)[] groups =
        [
            (HealthLevel.Warning, "changed by hand", [.. Drifted(plan)]),
            (HealthLevel.Unknown, "not known, as a secret cannot be read", [.. plan.Files.Where(file => file.Verdict == Verdict.Unknown)]),
            (HealthLevel.Info, "to be written by the next install",
                [.. plan.Files.Where(file => file.Verdict is Verdict.New or Verdict.Update or Verdict.Gone)]),
        ];
        return groups.Where(group => group.Files.Count > 0)
            .Select(group => new HealthFinding(
                "drift", group.Level, $"{Counted.Of(group.Files.Count, "file")} {group.Sentence}: {Names(group.Files.Select(file => file.Path))}"))
            .Concat(plan.Problems.Where(problem => problem.Severity == Severity.Error)
                .Select(problem => new HealthFinding("drift", HealthLevel.Unknown, problem.ToString().Split('\n')[0])));
    }

    private static IEnumerable<HealthFinding> Units(ChangePlan plan) =>
        plan.Units.Select(unit => $"{unit.Unit.Name} is {unit.Problem}")
            .Concat(plan.Stale.Select(stale => $"{stale.Unit} runs with an older configuration: {stale.Reason}"))
            .Concat(plan.Owed.Select(owed => owed.Action == UnitAction.None
                ? $"the check of {owed.Unit} is owed since {Day(owed.Since)}"
                : $"{owed.Unit} is owed a {owed.Action.ToString().ToLowerInvariant()} since {Day(owed.Since)}: {owed.Reason}"))
            .Select(sentence => new HealthFinding("units", HealthLevel.Warning, sentence));

    private static IEnumerable<HealthFinding> Packages(ChangePlan plan) =>
        plan.Packages.Count == 0 ? []
        : [new(
            "packages", HealthLevel.Warning,
            $"{Counted.Of(plan.Packages.Count, "package")} missing or at another version: {Names(plan.Packages.Select(package => package.Wanted.Name))}")];

    private static IEnumerable<HealthFinding> Dumps(InstallRecord record) =>
        record.CrashDumps == 0 ? [] : [new("dumps", HealthLevel.Warning, $"{Counted.Of(record.CrashDumps, "kernel dump")} in /var/crash")];

    private static IEnumerable<FileDifference> Drifted(ChangePlan plan) => plan.Files.Where(file => file.Verdict is Verdict.Drift or Verdict.Conflict);

    private static string Day(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Names(IEnumerable<string> names)
    {
        var all = names.ToList();
        return string.Join(", ", all.Take(Named)) + (all.Count > Named ? $" and {all.Count - Named} more" : "");
    }

    private IEnumerable<HealthFinding> Install(InstallRecord record)
    {
        if (record.Unfinished is { } unfinished)
        {
            yield return record.IsRunning
                ? new("install", HealthLevel.Info, $"an install of commit {Short(unfinished.Commit)} is running")
                : new("install", HealthLevel.Critical, $"the install of commit {Short(unfinished.Commit)} was cut off {Age(unfinished.Time)} ago: "
                    + $"some files are of it, the others of {Short(record.Commit)}; \"provision install\" finishes it");
        }
        else if (record.Unconfirmed is { } unconfirmed)
        {
            yield return new("install", HealthLevel.Warning, $"generation {unconfirmed.Number} of commit {Short(unconfirmed.Commit)} waits "
                + $"for its confirmation since {Age(unconfirmed.Time)}: \"provision confirm {unconfirmed.Number}\" keeps it, otherwise it is rolled back");
        }
        else if (record.Failed is { } failed)
        {
            yield return new("install", HealthLevel.Warning, $"the install of commit {Short(failed.Commit)} "
                + $"{(failed.RolledBack ? "was rolled back" : "failed")} {Age(failed.Time)} ago, "
                + $"the host is at {Short(record.Commit)}: {failed.Why}; correct that, then \"provision install\"");
        }
        else
        {
            yield return new("install", HealthLevel.Info, record.LastInstall is { } last
                ? FormattableString.Invariant($"the last install was {(now - last.Time).TotalDays:0} days ago, at commit {Short(last.Commit)}")
                : "nothing was ever installed here");
        }
    }

    private string Age(DateTimeOffset time) => (now - time) switch
    {
        { TotalDays: >= 2 } age => FormattableString.Invariant($"{age.TotalDays:0} days"),
        { TotalHours: >= 2 } age => FormattableString.Invariant($"{age.TotalHours:0} hours"),
        var age => FormattableString.Invariant($"{Math.Max(0, age.TotalMinutes):0} minutes"),
    };

    private static string Short(string? commit) => commit is null ? "an unknown commit" : commit.Length > 12 ? commit[..12] : commit;

    private IEnumerable<HealthFinding> OfPlan(string check, Func<ChangePlan, IEnumerable<HealthFinding>> judge) => HealthCheck.Judge(check, plan.Value, judge);

    private IEnumerable<HealthFinding> OfRecord(string check, Func<InstallRecord, IEnumerable<HealthFinding>> judge) =>
        HealthCheck.Judge(check, record.Value, judge);
}
