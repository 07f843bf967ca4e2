using Provision.Configuration.Plans;
using Provision.Configuration.Units;

namespace Provision.Configuration.Apply;

/// <summary>The outcome of an install or a rollback.</summary>
public enum InstallOutcome
{
    /// <summary>The host was up to date.</summary>
    NothingToDo,

    /// <summary>A new generation is in place and its units are healthy.</summary>
    Installed,

    /// <summary>Nothing was changed: the plan cannot be carried out, or the run was not allowed.</summary>
    Refused,

    /// <summary>Files were swapped, a unit failed, and the previous generation was restored.</summary>
    PutBack,

    /// <summary>An install that was not confirmed was rolled back, as it should be, and the units are healthy.</summary>
    TakenBack,
}

/// <summary>What an install would do.</summary>
/// <param name="Plan">Its plan, without the results of checkers.</param>
/// <param name="Refusals">Why it would be refused, one message each; empty if it would run.</param>
public sealed record InstallPreview(ChangePlan Plan, IReadOnlyList<string> Refusals)
{
    /// <summary>True if it would change the machine, so that there is something to ask about.</summary>
    public bool IsWorthAsking => Refusals.Count == 0 && !Plan.HasTrouble && (Plan.Differs || Plan.Effects.Count > 0);

    /// <summary>0 if there is nothing to do, 1 if there is, 2 if it would be refused.</summary>
    public int ExitCode => Refusals.Count > 0 ? 2 : Plan.ExitCode;
}

/// <summary>The result of an install or a rollback.</summary>
public sealed record InstallReport
{
    /// <summary>The outcome.</summary>
    public required InstallOutcome Outcome { get; init; }

    /// <summary>Why it was refused or rolled back, one message each; empty otherwise.</summary>
    public IReadOnlyList<string> Messages { get; init; } = [];

    /// <summary>The plan that was carried out or refused; null if the run ended before there was one.</summary>
    public ChangePlan? Plan { get; init; }

    /// <summary>True if it was refused because another run holds the lock; it may be tried again.</summary>
    public bool IsLocked { get; init; }

    /// <summary>The host's current generation; 0 if there is none.</summary>
    public int Generation { get; init; }

    /// <summary>Actions on units, in order.</summary>
    public IReadOnlyList<UnitOutcome> Units { get; init; } = [];

    /// <summary>Actions now owed to units.</summary>
    public IReadOnlyList<State.OwedAction> Owed { get; init; } = [];

    /// <summary>Time in which the new generation must be confirmed; null if it needs no confirmation.</summary>
    public TimeSpan? Confirm { get; init; }

    /// <summary>An interrupted earlier run that was completed first; null if there was none.</summary>
    public Recovery? Recovery { get; init; }

    /// <summary>0 if installed or nothing to do, 1 if rolled back, 2 if refused.</summary>
    public int ExitCode => Outcome switch
    {
        InstallOutcome.PutBack => 1,
        InstallOutcome.Refused => 2,
        _ => 0,
    };
}

/// <summary>The options of an install.</summary>
public sealed record InstallOptions
{
    /// <summary>Whether a dirty or unpushed repository is accepted.</summary>
    public bool AllowDirty { get; init; }

    /// <summary>The hash of a saved plan, which must still match; null for none.</summary>
    public string? ExpectedHash { get; init; }

    /// <summary>Returns why the plan is not the one that was reviewed; null if it is. Null if none was.</summary>
    public Func<ChangePlan, string?>? Objection { get; init; }

    /// <summary>Maximum number of slots that one run may remove; with more, the run is refused.</summary>
    public int MaximumRemovedSlots { get; init; } = 3;

    /// <summary>Number of units acted on in parallel.</summary>
    public int UnitsAtOnce { get; init; } = 4;

    /// <summary>Time to wait for a unit to become healthy.</summary>
    public TimeSpan UnitLimit { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>Time in which a new connection must confirm the install, otherwise it is rolled back; null for an install that needs no confirmation.</summary>
    public TimeSpan? Confirm { get; init; }

    /// <summary>Whether to leave units alone and owe them nothing, because the run is part of a unit's own start.</summary>
    public bool LeaveUnits { get; init; }

    /// <summary>Who runs it, as <c>user@host</c>, for the history; null if unknown.</summary>
    public string? By { get; init; }

    /// <summary>The reason given for an override, for the history; null for none.</summary>
    public string? Reason { get; init; }

    /// <summary>Receives progress messages line by line; null for none.</summary>
    public Action<string>? Progress { get; init; }
}
