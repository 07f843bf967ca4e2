namespace Provision.Boot.Jobs;

/// <summary>Where a job is. Every open state has a deadline; after it the machine boots from its own disk.</summary>
public enum JobState
{
    /// <summary>The next network boot of the host starts the installer.</summary>
    Armed,

    /// <summary>An installer has claimed it, and an engineer has to confirm the code on the machine's console first.</summary>
    AwaitsCode,

    /// <summary>An installer has the order and has not said anything yet.</summary>
    Claimed,

    /// <summary>The installer is at work.</summary>
    Installing,

    /// <summary>The machine gives another plan than the one that was armed. Nothing was written; it waits for an engineer.</summary>
    Differs,

    /// <summary>It stopped when the old boot loader was gone already: the next boot tries again.</summary>
    Failed,

    /// <summary>The system is installed.</summary>
    Done,

    /// <summary>It stopped before anything was written: the old system starts.</summary>
    Refused,

    /// <summary>Its time was up.</summary>
    Expired,

    /// <summary>An engineer took it back.</summary>
    Disarmed,
}

/// <summary>What follows from a state.</summary>
public static class JobStates
{
    /// <summary>True while the host may still boot the installer for it; a closed job never opens again.</summary>
    public static bool IsOpen(this JobState state) => state <= JobState.Failed;

    /// <summary>The word that people read.</summary>
    public static string Word(this JobState state) => state switch
    {
        JobState.Armed => "armed",
        JobState.AwaitsCode => "awaits-code",
        JobState.Claimed => "claimed",
        JobState.Installing => "installing",
        JobState.Differs => "differs",
        JobState.Failed => "failed",
        JobState.Done => "done",
        JobState.Refused => "refused",
        JobState.Expired => "expired",
        _ => "disarmed",
    };
}

/// <summary>How long a job may stay in its states.</summary>
internal static class JobTimes
{
    /// <summary>From arming to the claim, where nothing else is said.</summary>
    public static readonly TimeSpan Armed = TimeSpan.FromMinutes(30);

    /// <summary>From the first claim, or an approval, to the end.</summary>
    public static readonly TimeSpan Install = TimeSpan.FromHours(2);

    /// <summary>An installer that has been silent for this long is taken for dead. A live one speaks every 15 seconds.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromSeconds(90);

    /// <summary>How exactly it is noted when an installer spoke last: not every request is a write.</summary>
    internal static readonly TimeSpan SpokeExactly = TimeSpan.FromSeconds(10);

    /// <summary>While an engineer has to look.</summary>
    public static readonly TimeSpan Waiting = TimeSpan.FromHours(12);
}
