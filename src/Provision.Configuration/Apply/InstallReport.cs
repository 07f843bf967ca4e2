using Provision.Configuration.Plans;
using Provision.Configuration.Units;

namespace Provision.Configuration.Apply;

/// <summary>How an install, or a rollback, ended.</summary>
public enum InstallOutcome
{
    /// <summary>The host was as it should be.</summary>
    NothingToDo,

    /// <summary>A new generation is in place and its units are well.</summary>
    Installed,

    /// <summary>Nothing was changed: the plan cannot be carried out, or the run was not allowed.</summary>
    Refused,

    /// <summary>Files were swapped, a unit failed, and the previous generation was put back.</summary>
    PutBack,
}

/// <summary>What an install did.</summary>
public sealed record InstallReport
{
    /// <summary>How it ended.</summary>
    public required InstallOutcome Outcome { get; init; }

    /// <summary>Why it was refused or put back, one message each; empty otherwise.</summary>
    public IReadOnlyList<string> Messages { get; init; } = [];

    /// <summary>The plan that was carried out or refused; null where it did not come to one.</summary>
    public ChangePlan? Plan { get; init; }

    /// <summary>The last generation on the host now; 0 where there is none.</summary>
    public int Generation { get; init; }

    /// <summary>What was done to units, in order.</summary>
    public IReadOnlyList<UnitOutcome> Units { get; init; } = [];

    /// <summary>What is owed to units now.</summary>
    public IReadOnlyList<State.OwedAction> Owed { get; init; } = [];

    /// <summary>An interrupted earlier run that was finished first; null where there was none.</summary>
    public Recovery? Recovery { get; init; }

    /// <summary>0 for done or nothing to do, 1 for put back, 2 for refused.</summary>
    public int ExitCode => Outcome switch
    {
        InstallOutcome.PutBack => 1,
        InstallOutcome.Refused => 2,
        _ => 0,
    };
}

/// <summary>What an engineer may say to an install.</summary>
public sealed record InstallOptions
{
    /// <summary>Whether a dirty or unpushed repository is accepted.</summary>
    public bool AllowDirty { get; init; }

    /// <summary>The hash of a saved plan that must still hold; null for none.</summary>
    public string? ExpectedHash { get; init; }

    /// <summary>How many slots may be taken away in one run; more are refused.</summary>
    public int MaximumRemovedSlots { get; init; } = 3;

    /// <summary>How many units are acted on at a time.</summary>
    public int UnitsAtOnce { get; init; } = 4;

    /// <summary>How long one unit may take to become well.</summary>
    public TimeSpan UnitLimit { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>Whether no unit is acted on and nothing is owed to one: the run is part of a unit's own start.</summary>
    public bool LeaveUnits { get; init; }

    /// <summary>Told what is going on, a line at a time; null for nobody.</summary>
    public Action<string>? Progress { get; init; }
}
