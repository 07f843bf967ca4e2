using Provision.Configuration.Checks;
using Provision.Configuration.Desired;
using Provision.Configuration.Differences;
using Provision.Configuration.Packages;
using Provision.Configuration.Plans;
using Provision.Configuration.State;
using Provision.Configuration.Units;

namespace Provision.Configuration.Apply;

/// <summary>Brings a machine to a desired state in a single transaction: lock, complete an interrupted run, plan, packages, checks, stage, journal, swap,
/// units. Until the journal is written, the host's configuration is unchanged; after that, the next run completes the transaction.</summary>
/// <param name="files">The machine's files.</param>
/// <param name="commands">The machine's commands.</param>
/// <param name="clock">Returns the time of a generation.</param>
public sealed partial class Installation(IMachineFiles files, ICommandRunner commands, TimeProvider clock)
{
    /// <summary>The lock held by a run, on the root it changes.</summary>
    public const string LockPath = "/run/provision.lock";

    /// <summary>Returns whether a run holds the lock; creates nothing.</summary>
    public static bool IsRunning(IMachineFiles files)
    {
        ArgumentNullException.ThrowIfNull(files);
        if (files.Stat(LockPath) is null)
        {
            return false;
        }

        using var held = files.TryLock(LockPath);
        return held is null;
    }

    private readonly StateStore store = new(files);
    private readonly Systemd? systemd = Systemd.Runs(files) ? new Systemd(commands) : null;

    /// <summary>Installs a desired state.</summary>
    /// <param name="desired">The desired state; complete and rendered without errors.</param>
    /// <param name="revision">The revision it was rendered from.</param>
    /// <param name="selection">The part of it to install.</param>
    /// <param name="options">The options of the run.</param>
    public InstallReport Install(DesiredState desired, Revision revision, ConfigSelection selection, InstallOptions options)
    {
        return Locked(recovery =>
        {
            var state = store.ReadState();
            try
            {
                return Install(desired, revision, selection, options, state, new PackageInstaller(files, commands));
            }
            catch (Exception e) when (e is IOException or CommandFailedException)
            {
                RecordFailure(revision, options, e.Message);
                return Unchanged(e, state) ?? throw Complete(e);
            }
        });
    }

    /// <summary>Returns what an install would do and what it would refuse, without the lock and without changing anything. Checkers are not run.</summary>
    /// <param name="desired">The desired state; complete and rendered without errors.</param>
    /// <param name="revision">The revision it was rendered from.</param>
    /// <param name="selection">The part of it to install.</param>
    /// <param name="options">The options of the run.</param>
    public InstallPreview Preview(DesiredState desired, Revision revision, ConfigSelection selection, InstallOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var state = store.ReadState();
        var plan = new Planner(files, commands).Plan(desired, state, revision, selection, runChecks: false);
        return new InstallPreview(plan, OtherHost(desired, state) is { } other ? [other] : Refusals(plan, options));
    }

    /// <summary>True if a run was cut off after its journal was written: its changes are completed before anything else.</summary>
    public bool IsInterrupted => store.HasJournal;

    /// <summary>Completes an interrupted run and does nothing else.</summary>
    public InstallReport Complete() => Locked(_ => new InstallReport { Outcome = InstallOutcome.NothingToDo, Generation = store.ReadState().Generation });

    /// <summary>Runs with the lock held, after completing an interrupted run.</summary>
    private InstallReport Locked(Func<Recovery?, InstallReport> run)
    {
        IDisposable? held;
        Recovery? recovery;
        try
        {
            held = Lock();
            if (held is null)
            {
                return Refused($"another provision run holds {LockPath} below {files.Root}: wait for it, or see who with \"fuser {LockPath}\"") with
                {
                    IsLocked = true,
                };
            }
        }
        catch (MachineFileException e)
        {
            return Refused(e.Message);
        }

        using (held)
        {
            try
            {
                store.MakeFolders();
                new PackageInstaller(files, commands).RemoveLeftovers();
                recovery = new Transaction(files, store).Recover();
            }
            catch (MachineFileException e) when (store.ReadJournal() is null)
            {
                return Refused(e.Message);
            }

            var report = run(recovery) with { Recovery = recovery };
            Phase = InstallPhase.Done;
            return report;
        }
    }

    /// <summary>Returns the report of an error before which nothing was changed, or after which all was restored; null if something was changed.</summary>
    private InstallReport? Unchanged(Exception error, HostState before)
    {
        try
        {
            return error is MachineFileException && !packagesInstalled && store.ReadJournal() is null && store.ReadState().Generation == before.Generation
                ? Refused(error.Message) with { Generation = before.Generation }
                : null;
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            // What is recorded cannot be read: the first error is the better one.
            return null;
        }
    }

    /// <summary>Adds to an error what a run changed before it.</summary>
    private Exception Complete(Exception error) =>
        packagesInstalled && store.ReadJournal() is null ? new IOException($"{error.Message}; packages were installed, no file was changed", error) : error;

    private InstallReport Install(
        DesiredState desired, Revision revision, ConfigSelection selection, InstallOptions options, HostState state, PackageInstaller packages)
    {
        if (OtherHost(desired, state) is { } other)
        {
            return Refused(other);
        }

        if (WhyNotWhileUnconfirmed(state, options) is { } waiting)
        {
            return Refused(waiting) with { Generation = state.Generation };
        }

        var planner = new Planner(files, commands);
        var plan = planner.Plan(desired, state, revision, selection, runChecks: false);
        var refusals = Refusals(plan, options);
        if (refusals.Count > 0)
        {
            return new InstallReport { Outcome = InstallOutcome.Refused, Messages = refusals, Plan = plan, Generation = state.Generation };
        }

        if (plan.Packages.Count > 0 && files.IsRunningSystem)
        {
            options.Progress?.Invoke($"installing {Counted.Of(plan.Packages.Count, "package")}");
            Phase = InstallPhase.Packages;
            packagesInstalled = true;
            packages.Install(plan.Packages, options.Progress);
        }

        // Packages bring their own users, checkers and files: plan again.
        plan = planner.Plan(desired, state, revision, selection);
        if (options.LeaveUnits)
        {
            plan = plan with { Effects = [], Units = [] };
        }

        var troubles = Troubles(plan, new Redaction(desired.SecretValues, state, store));
        if (troubles.Count > 0)
        {
            RecordFailure(revision, options, troubles[0]);
            return new InstallReport { Outcome = InstallOutcome.Refused, Messages = troubles, Plan = plan, Generation = state.Generation };
        }

        return Apply(desired, plan, state, selection, options);
    }

    /// <summary>Records for <c>provision check</c> that the host did not get its commit.</summary>
    private void RecordFailure(Revision revision, InstallOptions options, string why)
    {
        try
        {
            store.WriteState(store.ReadState() with
            {
                Failed = new FailedInstall(clock.GetUtcNow(), revision.Short, options.By, why.Split('\n')[0], RolledBack: false),
            });
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            // The machine cannot be written to: the error that is about to be reported is the better one.
        }
    }

    private InstallReport Apply(DesiredState desired, ChangePlan plan, HostState state, ConfigSelection selection, InstallOptions options)
    {
        var builder = new GenerationBuilder(store, state);
        foreach (var difference in plan.Files.Where(difference => difference.NeedsWriting))
        {
            if (difference.Desired is null)
            {
                builder.Remove(difference.Path, difference.Observed);
            }
            else
            {
                builder.Write(difference);
            }
        }

        foreach (var same in plan.Same)
        {
            builder.Adopt(same);
        }

        var present = desired.Files.Select(file => file.Path).Concat(plan.Files.Select(file => file.Path)).ToHashSet(StringComparer.Ordinal);
        var missing = state.Files
            .Where(file => !present.Contains(file.Key) && selection.Includes(file.Value.Config, file.Value.Instance, file.Value.IsVolatile));
        foreach (var path in missing.Select(file => file.Key).ToList())
        {
            builder.Forget(path);
        }

        var checksMoved = NoteChecks(plan, builder);
        var unitsToEnable = plan.Units.Where(unit => unit.NeedsEnabling).Select(unit => unit.Unit.Name).ToList();
        if (builder.IsEmpty && plan.Effects.Count == 0 && unitsToEnable.Count == 0 && !checksMoved)
        {
            if (selection.IsAll && (state.Commit != plan.Revision.Short || state.Failed is not null))
            {
                store.WriteState(state with { Commit = plan.Revision.Short, Failed = null });
            }

            return new InstallReport { Outcome = InstallOutcome.NothingToDo, Plan = plan, Generation = state.Generation, Owed = [.. state.Owed.Values] };
        }

        // A slot's own unit must run because the slot is in use; other units that no role requires stay stopped if they are.
        var mustRun = desired.Units.Select(unit => unit.Name)
            .Concat(desired.Files.Where(file => file.Instance is not null).SelectMany(file => file.Units))
            .ToHashSet(StringComparer.Ordinal);
        var work = new UnitWork(plan.Effects, unitsToEnable, mustRun, plan.Files.Any(file => UnitFiles.IsUnitFile(file.Path)));
        var commit = selection.IsAll ? plan.Revision.Short : state.Commit;
        return Carry(builder, state, desired.Host, GenerationKind.Install, plan.Revision.Short, commit, plan.MastersSerial, work, options) with { Plan = plan };
    }

    /// <summary>Records the checks that are now owed; true if they changed.</summary>
    private bool NoteChecks(ChangePlan plan, GenerationBuilder builder)
    {
        var moved = false;
        foreach (var check in plan.Checks)
        {
            foreach (var path in check.Paths)
            {
                if (check.Outcome == CheckOutcome.Unchecked)
                {
                    moved |= builder.OwedChecks.TryAdd(path, new OwedAction(path, UnitAction.None, builder.Number, clock.GetUtcNow(), check.Output));
                }
                else
                {
                    moved |= builder.OwedChecks.Remove(path);
                }
            }
        }

        foreach (var path in builder.OwedChecks.Keys.Where(path => !builder.Files.ContainsKey(path)).ToList())
        {
            moved |= builder.OwedChecks.Remove(path);
        }

        return moved;
    }

    /// <summary>Returns the refusal if the root holds another host's files; null if it does not.</summary>
    private string? OtherHost(DesiredState desired, HostState state) =>
        state.Host.Length > 0 && !string.Equals(state.Host, desired.Host, StringComparison.Ordinal)
            ? $"{files.Root} holds the files of {state.Host}, not of {desired.Host}: give the right --host or --root"
            : null;

    private static List<string> Refusals(ChangePlan plan, InstallOptions options)
    {
        var refusals = new List<string>();
        if (!options.AllowDirty && (plan.Revision.Dirty || !plan.Revision.Pushed))
        {
            refusals.Add(plan.Revision.Dirty
                ? "the repository has changes that are not committed: commit and push them, or say --allow-dirty"
                : !plan.Revision.HasCommit ? "the repository has no commit: commit and push it, or say --allow-dirty"
                : $"no remote has the commit {plan.Revision.Short}: push it, or say --allow-dirty");
        }

        if (options.ExpectedHash is { } expected && !string.Equals(expected, plan.Hash, StringComparison.Ordinal))
        {
            refusals.Add("the plan that was reviewed does not hold any more, the machine or the repository has changed since: review a new one");
        }

        if (refusals.Count == 0 && options.Objection?.Invoke(plan) is { } objection)
        {
            refusals.Add(objection);
        }

        refusals.AddRange(plan.Files.Where(file => file.Desired?.Unknown is not null).Select(file => $"{file.Path}: {file.Desired!.Unknown}"));
        var removed = plan.Files.Where(file => file.Verdict == Verdict.Gone && file.Instance is not null)
            .Select(file => file.Instance!).Distinct(StringComparer.Ordinal)
            .Where(instance => !plan.Same.Concat(plan.Files.Where(file => file.Desired is not null))
                .Any(file => string.Equals(file.Instance, instance, StringComparison.Ordinal))).ToList();
        if (removed.Count > options.MaximumRemovedSlots)
        {
            refusals.Add($"this would take away {removed.Count} slots ({string.Join(", ", removed.Take(5))}{(removed.Count > 5 ? ", ..." : "")}); " +
                $"if that is meant, say --remove-slots {removed.Count}");
        }

        return refusals;
    }

    private List<string> Troubles(ChangePlan plan, Redaction redaction) =>
    [
        .. plan.Problems.Where(problem => problem.Severity == Severity.Error).Select(problem => problem.ToString()),
        .. plan.Files.Where(file => file.NeedsWriting).Select(file => Obstacles.Of(files, file)).OfType<Diagnostic>()
            .Select(obstacle => (obstacle with { Severity = Severity.Error }).ToString()).Distinct(StringComparer.Ordinal),
        .. plan.Checks.Where(check => check.Outcome == CheckOutcome.Failed)
            .Select(check => $"check failed: {string.Join(' ', check.Check.Arguments)}\n" +
                $"  for {string.Join(", ", check.Paths.Take(3))}{(check.Paths.Count > 3 ? ", ..." : "")}\n" +
                $"{Indent(redaction.Printed(check.Output))}"),
    ];

    private static string Indent(string text) => "  " + text.ReplaceLineEndings("\n  ");

    private IDisposable? Lock()
    {
        files.MakeFolder("/run");
        return files.TryLock(LockPath);
    }

    private static InstallReport Refused(string message) => new() { Outcome = InstallOutcome.Refused, Messages = [message] };
}
