using Provision.Configuration.Desired;
using Provision.Configuration.State;
using Provision.Configuration.Units;

namespace Provision.Configuration.Apply;

/// <summary>The result of a confirmation.</summary>
public enum ConfirmationOutcome
{
    /// <summary>The generation stays.</summary>
    Confirmed,

    /// <summary>It is too late: the host is back at what it had.</summary>
    RolledBack,

    /// <summary>Nothing was changed: there is no such generation, its install did not finish, or another run is at work.</summary>
    Refused,
}

/// <summary>The result of a confirmation, with its sentence.</summary>
/// <param name="Outcome">The outcome.</param>
/// <param name="Message">What happened, for people.</param>
public sealed record ConfirmationResult(ConfirmationOutcome Outcome, string Message)
{
    /// <summary>True if another run holds the lock; it may be tried again.</summary>
    public bool IsLocked { get; init; }
}

/// <content>Confirmed installs: one that is not confirmed in time is rolled back.</content>
public sealed partial class Installation
{
    private ConfirmationTimer? Timer => systemd is null ? null : new ConfirmationTimer(files, systemd);

    /// <summary>Keeps a generation that waits for its confirmation. It is decided under the lock that a rollback takes too, so exactly one of them
    /// happens.</summary>
    public ConfirmationResult Confirm(int generation)
    {
        ConfirmationResult? result = null;
        var report = Locked(_ =>
        {
            result = Confirmed(generation, PendingConfirmation.Read(files), store.ReadState());
            return new InstallReport { Outcome = InstallOutcome.NothingToDo };
        });
        return result ?? new ConfirmationResult(ConfirmationOutcome.Refused, string.Join("; ", report.Messages)) { IsLocked = report.IsLocked };
    }

    /// <summary>Rolls back the install that waits for its confirmation: to the files, and for the units, that were there before it.</summary>
    /// <param name="mastersSerial">Serial of the current masters.</param>
    /// <param name="options">The options of the run.</param>
    public InstallReport RollBackUnconfirmed(long mastersSerial, InstallOptions options) => Locked(_ =>
    {
        var state = store.ReadState();
        if (PendingConfirmation.Read(files) is not { } pending || IsOver(pending, state))
        {
            Timer?.Disarm();
            return new InstallReport
            {
                Outcome = InstallOutcome.NothingToDo,
                Generation = state.Generation,
                Messages = ["no install waits for its confirmation"],
            };
        }

        var report = pending.Generation == state.Generation ? PutBack(pending, options) : RollBackBelow(pending, state, mastersSerial, options);
        Timer?.Disarm();
        return report.Outcome == InstallOutcome.PutBack && report.Units.All(unit => unit.Problem is null)
            ? report with { Outcome = InstallOutcome.TakenBack }
            : report;
    });

    /// <summary>True if the generation was never swapped in, or was undone already.</summary>
    private bool IsOver(PendingConfirmation pending, HostState state) =>
        state.Generation < pending.Generation || store.ReadGeneration(pending.Generation + 1)?.Kind is GenerationKind.Undo or GenerationKind.Rollback;

    private ConfirmationResult Confirmed(int generation, PendingConfirmation? pending, HostState state)
    {
        if (pending is not null && !IsOver(pending, state))
        {
            if (pending.Generation != generation)
            {
                return new(ConfirmationOutcome.Refused, $"generation {pending.Generation} waits for its confirmation, not {generation}");
            }

            if (!pending.Finished)
            {
                return new(ConfirmationOutcome.Refused, $"the install of generation {generation} was cut off: it is rolled back and cannot be confirmed");
            }

            Timer?.Disarm();
            return new(ConfirmationOutcome.Confirmed, $"generation {generation} is confirmed");
        }

        return (store.ReadGeneration(generation)?.Kind, store.ReadGeneration(generation + 1)?.Kind) switch
        {
            (null, _) => new(ConfirmationOutcome.Refused, $"there is no generation {generation}"),
            (_, GenerationKind.Undo or GenerationKind.Rollback) =>
                new(ConfirmationOutcome.RolledBack, $"generation {generation} was rolled back; the host is at generation {state.Generation}"),
            _ => new(ConfirmationOutcome.Confirmed, $"generation {generation} does not wait for a confirmation: it stays"),
        };
    }

    /// <summary>Returns why an install must not begin; null if it may. Removes what a run left that never swapped a file.</summary>
    private string? WhyNotWhileUnconfirmed(HostState state, InstallOptions options)
    {
        if (options.Confirm is not null && systemd is null)
        {
            return "an install can only be confirmed on the running system, with systemd: leave out --confirm";
        }

        if (PendingConfirmation.Read(files) is not { } pending)
        {
            return null;
        }

        if (IsOver(pending, state))
        {
            Timer?.Disarm();
            return null;
        }

        // Files of an instance that starts or changes its role must not wait for a person.
        return options.LeaveUnits ? null
            : $"generation {pending.Generation} waits for its confirmation: \"provision confirm {pending.Generation}\" keeps it, " +
                "\"provision rollback --unconfirmed\" rolls it back now";
    }

    /// <summary>Arms the switch of an install that is about to swap files; returns why it cannot, null if it is armed or not wanted.</summary>
    private string? Arm(Journal journal, HostState before, UnitWork work, InstallOptions options)
    {
        if (options.Confirm is not { } time)
        {
            return null;
        }

        try
        {
            if (Timer!.Arm(PendingOf(journal, before, work, work.Effects, time)) is not { } problem)
            {
                return null;
            }

            Timer.Disarm();
            return problem;
        }
        catch (CommandFailedException e)
        {
            Timer!.Disarm();
            return e.Message;
        }
    }

    /// <summary>Begins the time for the confirmation, after all units were acted on.</summary>
    private string? AwaitConfirmation(Journal journal, HostState before, UnitWork work, IReadOnlyList<UnitOutcome> outcomes, InstallOptions options)
    {
        if (options.Confirm is not { } time)
        {
            return null;
        }

        return Timer!.Restart(PendingOf(journal, before, work, Touched(outcomes), time) with { Finished = true });
    }

    private static PendingConfirmation PendingOf(Journal journal, HostState before, UnitWork work, IReadOnlyList<UnitEffect> actions, TimeSpan time) => new()
    {
        Journal = journal,
        Before = before,
        Actions = actions,
        MustRun = [.. work.MustRun],
        ReloadUnitFiles = work.ReloadUnitFiles,
        Seconds = (int)time.TotalSeconds,
    };

    private InstallReport PutBack(PendingConfirmation pending, InstallOptions options)
    {
        var brought = pending.Actions.Where(effect => IsIntroduced(effect.Unit, pending.Journal)).Select(effect => effect.Unit).ToList();
        if (systemd is not null && brought.Count > 0)
        {
            // Their unit files go away: afterwards they could neither be stopped by name nor disabled.
            systemd.Do("stop", options.UnitLimit, brought);
            systemd.Do("disable", options.UnitLimit, brought);
        }

        var why = pending.Finished ? $"not confirmed within {pending.Seconds} s" : "its install was cut off before it could be confirmed";
        var work = new UnitWork([], [], pending.MustRun.ToHashSet(StringComparer.Ordinal), pending.ReloadUnitFiles);
        var acted = pending.Actions.Where(effect => !brought.Contains(effect.Unit, StringComparer.Ordinal)).ToList();
        return PutBack(pending.Journal with { NextState = store.ReadState() }, pending.Before, acted, why, [why], work, options);
    }

    /// <summary>Rolls back below generations that instances wrote for themselves since: what depends on masters stays as it is.</summary>
    private InstallReport RollBackBelow(PendingConfirmation pending, HostState state, long mastersSerial, InstallOptions options)
    {
        var wanted = pending.Before.Generation;
        var generation = wanted > 0 ? store.ReadGeneration(wanted) : null;
        if (wanted > 0 && generation is null)
        {
            return Refused($"generation {wanted} is not kept any more, so the unconfirmed generation {pending.Generation} cannot be rolled back");
        }

        var touched = pending.Actions.Select(effect => effect.Unit).ToHashSet(StringComparer.Ordinal);
        var report = RollBackTo(wanted, generation, mastersSerial, state, options, touched);
        var why = $"generation {pending.Generation} was not confirmed within {pending.Seconds} s";
        store.WriteState(store.ReadState() with
        {
            Failed = new FailedInstall(clock.GetUtcNow(), pending.Journal.Generation.Commit, pending.Journal.Generation.By, why, RolledBack: true),
        });
        return report with { Outcome = InstallOutcome.PutBack, Messages = [why, .. report.Messages] };
    }

    /// <summary>True if the install brought the unit's own file.</summary>
    private static bool IsIntroduced(string unit, Journal journal)
    {
        var at = unit.IndexOf('@', StringComparison.Ordinal);
        var template = at < 0 ? null : unit[..(at + 1)] + unit[unit.LastIndexOf('.')..];
        return journal.Changes.Any(change => change is { Before: null, After: not null } && UnitFiles.IsUnitFile(change.Path)
            && change.Path[(change.Path.LastIndexOf('/') + 1)..] is var name && (name == unit || name == template));
    }
}
