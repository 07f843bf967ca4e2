namespace Provision.Boot.Jobs;

/// <summary>Something that happens to a job.</summary>
/// <param name="At">When, by the boot server's clock.</param>
public abstract record JobEvent(DateTimeOffset At);

/// <summary>A machine with one of the host's cards asks what to boot; firmware may ask several times a boot.</summary>
/// <param name="At">When.</param>
/// <param name="Mac">The card it boots from, lower case.</param>
/// <param name="DmiUuid">What its firmware says it is, lower case; null where it says nothing.</param>
/// <param name="Key">Makes the token.</param>
/// <param name="Source">The address that the request came from, for the log.</param>
internal sealed record BootAsked(DateTimeOffset At, MacAddress Mac, string? DmiUuid, JobKey Key, string Source = "") : JobEvent(At);

/// <summary>An installer claims the job.</summary>
/// <param name="At">When.</param>
/// <param name="Claim">What it sent.</param>
/// <param name="Key">Makes the return key.</param>
/// <param name="Source">The address that the request came from, for the log.</param>
internal sealed record ClaimAsked(DateTimeOffset At, ClaimRequest Claim, JobKey Key, string Source = "") : JobEvent(At);

/// <summary>The installer asks for something that is kept for it alone.</summary>
/// <param name="At">When.</param>
/// <param name="By">Its proof.</param>
/// <param name="What">What it asks for.</param>
/// <param name="Source">The address that the request came from, for the log.</param>
internal sealed record ThingAsked(DateTimeOffset At, InstallerProof By, HandedThing What, string Source) : JobEvent(At);

/// <summary>The engineer typed the code that the console shows.</summary>
public sealed record CodeGiven(DateTimeOffset At, string Code) : JobEvent(At);

/// <summary>The return key was put on the disk of the old system.</summary>
public sealed record KeyPlanted(DateTimeOffset At) : JobEvent(At);

/// <summary>The installer said how far it is, or asks how things stand.</summary>
internal sealed record InstallerSpoke(DateTimeOffset At, InstallerProof By) : JobEvent(At);

/// <summary>The installer ended, or stands still.</summary>
internal sealed record Reported(DateTimeOffset At, InstallerProof By, InstallReport Report) : JobEvent(At);

/// <summary>The engineer approved the plan that the machine gave.</summary>
/// <param name="At">When.</param>
/// <param name="Hash">Hash of that plan.</param>
/// <param name="Order">The order for that plan, signed if the armed one is; null for an unsigned one.</param>
public sealed record Approved(DateTimeOffset At, string Hash, SignedOrder? Order = null) : JobEvent(At);

/// <summary>The engineer takes the job back.</summary>
public sealed record DisarmAsked(DateTimeOffset At) : JobEvent(At);

/// <summary>Nothing but time.</summary>
public sealed record TimePassed(DateTimeOffset At) : JobEvent(At);

/// <summary>Kinds of alarms; those of one kind are folded for each job.</summary>
public enum AlarmKind
{
    /// <summary>Another machine asked with the host's MAC address or for its job.</summary>
    OtherMachine,

    /// <summary>A token that was never offered, or of an earlier boot.</summary>
    WrongToken,

    /// <summary>A used token with another key.</summary>
    UsedToken,

    /// <summary>A code that is not that of the machine that claimed the job.</summary>
    WrongCode,

    /// <summary>An installer that was to wait reports success or failure.</summary>
    NotApproved,

    /// <summary>A claim with another key while an installer of the job was speaking.</summary>
    Busy,

    /// <summary>A claim with another key after the host's identity had been handed over.</summary>
    AfterIdentity,

    /// <summary>A claim without the key that is on the old system's disk.</summary>
    WithoutKey,
}

/// <summary>What came of an event.</summary>
/// <param name="Job">The job afterwards; the same object where nothing changed.</param>
/// <param name="Refusal">Why the event was refused, as a sentence without a full stop; null where it was not. A machine is shown it, so it says nothing of
/// any other machine.</param>
/// <param name="Alarm">The kind of alarm if no machine does this by itself; null for none.</param>
/// <param name="Detail">The alarm for engineers; null for the text of the refusal.</param>
public sealed record JobStep(Job Job, string? Refusal = null, AlarmKind? Alarm = null, string? Detail = null)
{
    /// <summary>True if the refusal passes by itself: the machine asks again.</summary>
    public bool IsPassing { get; init; }

    /// <summary>True for an alarm.</summary>
    public bool IsAlarm => Alarm is not null;

    /// <summary>True where the event was accepted.</summary>
    public bool IsAccepted => Refusal is null;
}
