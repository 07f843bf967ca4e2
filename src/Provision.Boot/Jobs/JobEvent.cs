namespace Provision.Boot.Jobs;

/// <summary>Something that happens to a job.</summary>
/// <param name="At">When, by the boot server's clock.</param>
public abstract record JobEvent(DateTimeOffset At);

/// <summary>A machine with one of the host's cards asks what to boot; firmware may ask several times a boot.</summary>
/// <param name="At">When.</param>
/// <param name="Mac">The card it boots from, lower case.</param>
/// <param name="DmiUuid">What its firmware says it is, lower case; null where it says nothing.</param>
/// <param name="Key">Makes the token.</param>
public sealed record BootAsked(DateTimeOffset At, MacAddress Mac, string? DmiUuid, JobKey Key) : JobEvent(At);

/// <summary>An installer claims the job.</summary>
public sealed record ClaimAsked(DateTimeOffset At, ClaimRequest Claim) : JobEvent(At);

/// <summary>The engineer typed the code that the console shows.</summary>
public sealed record CodeGiven(DateTimeOffset At, string Code) : JobEvent(At);

/// <summary>The installer said how far it is, or asks how things stand.</summary>
public sealed record InstallerSpoke(DateTimeOffset At, string BootKey) : JobEvent(At);

/// <summary>The installer ended, or stands still.</summary>
public sealed record Reported(DateTimeOffset At, string BootKey, InstallReport Report) : JobEvent(At);

/// <summary>The engineer approved the plan that the machine gave.</summary>
public sealed record Approved(DateTimeOffset At, string Hash) : JobEvent(At);

/// <summary>The engineer takes the job back.</summary>
public sealed record DisarmAsked(DateTimeOffset At) : JobEvent(At);

/// <summary>Nothing but time.</summary>
public sealed record TimePassed(DateTimeOffset At) : JobEvent(At);

/// <summary>What came of an event.</summary>
/// <param name="Job">The job afterwards; the same object where nothing changed.</param>
/// <param name="Refusal">Why the event was refused, as a sentence without a full stop; null where it was not.</param>
/// <param name="IsAlarm">True where somebody did what no machine does by itself: it is shown to the engineers.</param>
public sealed record JobStep(Job Job, string? Refusal = null, bool IsAlarm = false)
{
    /// <summary>True where the event was accepted.</summary>
    public bool IsAccepted => Refusal is null;
}
