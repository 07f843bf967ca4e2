namespace Provision.FleetRuns.Runs;

/// <summary>How far a run has got with one host.</summary>
public enum HostProgress
{
    /// <summary>Not visited yet.</summary>
    Waiting,

    /// <summary>At work; after the control host died, unknown.</summary>
    Running,

    /// <summary>The host was up to date.</summary>
    Same,

    /// <summary>Installed, checked and confirmed.</summary>
    Installed,

    /// <summary>Nothing was changed, and why is known: drift, an error, another install at work.</summary>
    Refused,

    /// <summary>Changed, and back at what it had.</summary>
    RolledBack,

    /// <summary>It does not answer, and nothing was changed by this run as far as is known.</summary>
    Unreachable,

    /// <summary>It was changed and is not healthy, or does not answer any more.</summary>
    Failed,

    /// <summary>Installed by the run, and taken back by <c>fleet rollback</c>.</summary>
    Undone,
}

/// <summary>One host of a run.</summary>
/// <param name="Host">Its name.</param>
/// <param name="Wave">The 1-based wave.</param>
/// <param name="Progress">How far it got.</param>
public sealed record RunHost(string Host, int Wave, HostProgress Progress)
{
    /// <summary>Hash of the plan; null before there was one.</summary>
    public string? PlanHash { get; init; }

    /// <summary>The host's generation after the install; null if nothing was installed.</summary>
    public int? Generation { get; init; }

    /// <summary>What was changed, or why not; lines, without secrets.</summary>
    public string Message { get; init; } = "";

    /// <summary>When the visit began, in UTC.</summary>
    public DateTimeOffset? Started { get; init; }

    /// <summary>When it ended, in UTC.</summary>
    public DateTimeOffset? Ended { get; init; }

    /// <summary>True if it counts against the limits. A refusal changes nothing and does not.</summary>
    public bool HasFailed => Progress is HostProgress.RolledBack or HostProgress.Unreachable or HostProgress.Failed;

    /// <summary>True if the run has nothing left to do on it.</summary>
    public bool IsOver => Progress is not (HostProgress.Waiting or HostProgress.Running);
}

/// <summary>How a run stands.</summary>
public enum RunStatus
{
    /// <summary>At work, or cut off with the control host.</summary>
    Running,

    /// <summary>Every host was visited.</summary>
    Done,

    /// <summary>Stopped by its limits.</summary>
    Stopped,

    /// <summary>Rolled back by <c>fleet rollback</c>.</summary>
    RolledBack,
}

/// <summary>What a run is to do; it does not change while it runs, or when it is resumed.</summary>
/// <param name="Selector">The hosts, as written.</param>
/// <param name="Commit">The commit, full hash.</param>
/// <param name="By">Who started it, as <c>user@host</c>.</param>
/// <param name="WaveFailures">Hosts that may fail in a wave.</param>
/// <param name="RunFailures">Hosts that may fail in the run.</param>
/// <param name="Jobs">Hosts at a time.</param>
/// <param name="Soak">Time between a wave and the check of it.</param>
/// <param name="Confirm">Time in which a host must be confirmed.</param>
/// <param name="Overwrite">Whether files that were changed on a host are overwritten.</param>
/// <param name="Subjects">Subjects of the commits that hosts get, newest first.</param>
public sealed record RunOrder(
    string Selector, string Commit, string By, int WaveFailures, int RunFailures, int Jobs, TimeSpan Soak, TimeSpan Confirm, bool Overwrite,
    IReadOnlyList<string> Subjects);

/// <summary>A run: its order, and how far it got.</summary>
/// <param name="Id">1-based number on this control host.</param>
/// <param name="Order">What it is to do.</param>
/// <param name="Status">How it stands.</param>
/// <param name="Why">Why it stopped; null if it did not.</param>
/// <param name="Started">When, in UTC.</param>
/// <param name="Ended">When, in UTC; null while it runs.</param>
/// <param name="Hosts">Its hosts, in the order of waves.</param>
public sealed record FleetRun(
    int Id, RunOrder Order, RunStatus Status, string? Why, DateTimeOffset Started, DateTimeOffset? Ended, IReadOnlyList<RunHost> Hosts);
