using Provision.Configuration.Desired;
using Provision.Configuration.Plans;
using Provision.Configuration.State;
using Provision.Configuration.Units;

namespace Provision.Configuration.Apply;

/// <summary>The unit actions to carry out once the files are in place.</summary>
/// <param name="Effects">Actions in order.</param>
/// <param name="Enable">Units to enable.</param>
/// <param name="MustRun">Units that a restart also starts if they are not running.</param>
/// <param name="ReloadUnitFiles">Whether unit files are among the changed files.</param>
internal sealed record UnitWork(IReadOnlyList<UnitEffect> Effects, IReadOnlyList<string> Enable, IReadOnlySet<string> MustRun, bool ReloadUnitFiles);

/// <content>The second half of a transaction: acting on units, and rolling back if one fails.</content>
public sealed partial class Installation
{
    /// <summary>Commits the builder's changes, acts on the units, and restores the files if a unit fails.</summary>
    private InstallReport Carry(
        GenerationBuilder builder, HostState before, string host, GenerationKind kind,
        string revision, string? commit, long mastersSerial, UnitWork work, InstallOptions options)
    {
        var now = clock.GetUtcNow();
        foreach (var effect in work.Effects)
        {
            // A later, smaller change must not turn an owed restart into a reload.
            if (!builder.Owed.TryGetValue(effect.Unit, out var owed) || owed.Action < effect.Action || owed.Action == UnitAction.Stop)
            {
                builder.Owed[effect.Unit] = new OwedAction(effect.Unit, effect.Action, builder.Number, now, effect.Reason);
            }
        }

        var journal = builder.Build(host, kind, revision, commit, mastersSerial, now, work.Effects, options);
        CarryOverUnitRecords(before, journal.NextState, work.Effects);
        Phase = InstallPhase.Files;
        options.Progress?.Invoke($"generation {builder.Number}: {Counted.Of(journal.Changes.Count, "file")}");
        if (Arm(journal, before, work, options) is { } unarmed)
        {
            return Refused($"the rollback of an unconfirmed install cannot be armed: {unarmed}") with { Generation = before.Generation };
        }

        Swap(journal, options);
        var state = journal.NextState;
        Phase = InstallPhase.Units;
        if (systemd is null)
        {
            EnableOffline(work.Enable);
            store.Prune(state);
            return new InstallReport { Outcome = InstallOutcome.Installed, Generation = state.Generation, Owed = [.. state.Owed.Values] };
        }

        var outcomes = ActOnUnits(state, work, options);
        var failed = outcomes.Where(outcome => outcome.Problem is not null).ToList();
        if (failed.Count == 0)
        {
            store.Prune(state);
            if (AwaitConfirmation(journal, before, work, outcomes, options) is { } problem)
            {
                return PutBack(journal, before, outcomes, "the wait for the confirmation could not begin", [problem], work, options);
            }

            return new InstallReport
            {
                Outcome = InstallOutcome.Installed,
                Generation = state.Generation,
                Units = outcomes,
                Owed = [.. state.Owed.Values],
                Confirm = options.Confirm,
            };
        }

        List<string> messages = [.. failed.Select(outcome => $"{outcome.Effect.Unit}: {outcome.Problem}")];
        if (kind == GenerationKind.Rollback)
        {
            messages.Add("the rollback's files are in place, but not all units are well with them; what is owed is recorded");
            return new InstallReport
            {
                Outcome = InstallOutcome.PutBack,
                Generation = state.Generation,
                Units = outcomes,
                Messages = messages,
                Owed = [.. state.Owed.Values],
            };
        }

        // Names only: a unit's last lines may hold what is in its files.
        var why = $"{string.Join(", ", failed.Select(outcome => outcome.Effect.Unit).Take(3))} failed";
        return PutBack(journal, before, outcomes, why, messages, work, options);
    }

    private InstallReport PutBack(
        Journal failed, HostState before, IReadOnlyList<UnitOutcome> outcomes, string why, List<string> messages, UnitWork work, InstallOptions options)
    {
        options.Progress?.Invoke($"{why}: putting the files of generation {before.Generation} back");
        var report = PutBack(failed, before, Touched(outcomes), why, messages, work, options);
        Disarm(options);
        return report with { Units = [.. outcomes, .. report.Units] };
    }

    private static List<UnitEffect> Touched(IEnumerable<UnitOutcome> outcomes) =>
        [.. outcomes.Select(outcome => outcome.Effect).Where(effect => effect.Action != UnitAction.None)];

    /// <summary>Commits a transaction; if it is restored, nothing waits for a confirmation.</summary>
    private void Swap(Journal journal, InstallOptions options)
    {
        try
        {
            new Transaction(files, store).Commit(journal);
        }
        catch (MachineFileException) when (!store.HasJournal)
        {
            Disarm(options);
            throw;
        }
    }

    private void Disarm(InstallOptions options)
    {
        if (options.Confirm is not null)
        {
            Timer?.Disarm();
        }
    }

    /// <summary>Restores the previous generation's files and acts again on the units that were touched.</summary>
    private InstallReport PutBack(
        Journal failed, HostState before, IReadOnlyList<UnitEffect> acted, string why, List<string> messages, UnitWork work, InstallOptions options)
    {
        var now = clock.GetUtcNow();
        var touched = acted.Select(effect => effect with
        {
            Reason = $"rolled back generation {failed.Generation.Number}",
            Action = effect.Action == UnitAction.Stop ? UnitAction.Restart : effect.Action,
        }).ToList();
        var number = failed.Generation.Number + 1;
        var next = before with
        {
            Generation = number,
            Owed = new SortedDictionary<string, OwedAction>(before.Owed, StringComparer.Ordinal),
            Units = new SortedDictionary<string, UnitRecord>(failed.NextState.Units, StringComparer.Ordinal),
            Folders = new SortedSet<string>(failed.NextState.Folders, StringComparer.Ordinal),
            Host = failed.NextState.Host,
            Failed = new FailedInstall(now, failed.Generation.Commit, failed.Generation.By, why, RolledBack: true),
        };
        foreach (var effect in touched)
        {
            next.Owed[effect.Unit] = new OwedAction(effect.Unit, effect.Action, number, now, effect.Reason);
        }

        var journal = new Journal
        {
            Transaction = $"{number:D6}",
            Changes = [.. failed.Changes.Select(change => new FileChange(change.Path, change.After, change.Before)).OrderBy(change => change.After is null)],
            NextState = next,
            Generation = failed.Generation with
            {
                Number = number,
                Kind = GenerationKind.Undo,
                Commit = before.Commit ?? store.ReadGeneration(before.Generation)?.Commit ?? Revision.NoCommit,
                Reason = $"rolled back generation {failed.Generation.Number} ({failed.Generation.Commit}): {why}",
                Time = now,
                Files = next.Files,
                Before = new SortedDictionary<string, FileImage?>(
                    failed.Changes.ToDictionary(change => change.Path, change => change.After),
                    StringComparer.Ordinal),
                Actions = [.. touched.Select(effect => $"{effect.Action.ToString().ToLowerInvariant()} {effect.Unit}")],
            },
        };
        new Transaction(files, store).Commit(journal);
        var mustRun = work.MustRun.Where(unit => WasThere(unit, before)).ToHashSet(StringComparer.Ordinal);
        var undone = ActOnUnits(journal.NextState, new UnitWork(touched, [], mustRun, work.ReloadUnitFiles), options);
        messages.Add($"the files of generation {before.Generation} are back in place (recorded as generation {number}), " +
            $"and {undone.Count} units were acted on again");
        messages.AddRange(undone.Where(outcome => outcome.Problem is not null).Select(outcome => $"still not well: {outcome.Effect.Unit}: {outcome.Problem}"));
        return new InstallReport
        {
            Outcome = InstallOutcome.PutBack,
            Generation = number,
            Units = undone,
            Messages = messages,
            Owed = [.. journal.NextState.Owed.Values],
        };
    }

    // A unit introduced by the failed generation has no files left to start from.
    private static bool WasThere(string unit, HostState before) =>
        before.Files.Values.Any(file => file.Units.Contains(unit, StringComparer.Ordinal)) || !unit.Contains('@');

    private IReadOnlyList<UnitOutcome> ActOnUnits(HostState state, UnitWork work, InstallOptions options)
    {
        if (work.ReloadUnitFiles || work.Enable.Count > 0)
        {
            systemd!.ReloadUnitFiles();
        }

        if (work.Enable.Count > 0)
        {
            var enabled = systemd!.Do("enable", options.UnitLimit, work.Enable);
            if (!enabled.Succeeded)
            {
                var all = new UnitEffect(string.Join(", ", work.Enable), UnitAction.None, "services", 0, false);
                return [new UnitOutcome(all, "enable", $"enable failed: {enabled.Error.Trim().ReplaceLineEndings("; ")}", "")];
            }
        }

        var outcomes = new UnitRunner(systemd!, options.UnitsAtOnce, options.UnitLimit).Run(work.Effects, work.MustRun, outcome =>
        {
            options.Progress?.Invoke($"{outcome.Verb} {outcome.Effect.Unit}{(outcome.Problem is null ? "" : ": FAILED")}");
            if (outcome.Problem is not null)
            {
                return;
            }

            state.Owed.Remove(outcome.Effect.Unit);
            if (outcome.Effect.Action == UnitAction.Stop)
            {
                state.Units.Remove(outcome.Effect.Unit);
                systemd!.Do("disable", options.UnitLimit, outcome.Effect.Unit);
            }
            else
            {
                state.Units[outcome.Effect.Unit] = new UnitRecord(UnitComparer.ConfigHash(outcome.Effect.Unit, state.Files), outcome.InvocationId);
            }

            // Written after each unit, so that a run that dies here owes only what is really left.
            store.WriteState(state);
        });
        return outcomes;
    }

    /// <summary>A change that requires no action on a unit must not make the unit appear stale later.</summary>
    private void CarryOverUnitRecords(HostState before, HostState next, IReadOnlyList<UnitEffect> effects)
    {
        // Files are newer after this even if their content is unchanged: a run since boot must be recognised as fresh by its id.
        foreach (var (unit, run) in new UnitComparer(files, systemd).FreshRuns(before))
        {
            next.Units[unit] = next.Units[unit] with { InvocationId = run };
        }

        foreach (var (unit, record) in next.Units.ToList())
        {
            if (!effects.Any(effect => string.Equals(effect.Unit, unit, StringComparison.Ordinal)))
            {
                next.Units[unit] = record with { ConfigHash = UnitComparer.ConfigHash(unit, next.Files) };
            }
        }
    }

    /// <summary>Enables units in a root that is not the running system, which only creates links. Uses the root's own systemctl if there is one: it is of the
    /// release that will read the links, and an installer's initramfs has none.</summary>
    private void EnableOffline(IReadOnlyList<string> units)
    {
        if (units.Count > 0)
        {
            commands.Run(files.Stat("/usr/bin/systemctl") is null
                ? Command.Of("systemctl", [$"--root={files.Root}", "enable", "--", .. units])
                : Command.Of("chroot", [files.Root, "/usr/bin/systemctl", "enable", "--", .. units])).OrThrow();
        }
    }
}
