namespace Provision.Boot.Jobs;

/// <summary>One reinstall of one host: what was armed, and how far it is. Immutable; only <see cref="JobRules"/> makes the next one of it.</summary>
public sealed record Job
{
    /// <summary>32 hexadecimal digits, drawn at random.</summary>
    public required string Id { get; init; }

    /// <summary>The host's name.</summary>
    public required string Host { get; init; }

    /// <summary>The host's NICs, as the inventory had them.</summary>
    public required IReadOnlyList<MacAddress> Macs { get; init; }

    /// <summary>UUID of the machine's firmware: given when arming, else that of the first machine that asked; null before.</summary>
    public string? DmiUuid { get; init; }

    /// <summary>Hash of the destructive plan that it was armed for.</summary>
    public required string PlanHash { get; init; }

    /// <summary>Another hash that an engineer approved.</summary>
    public string? ApprovedHash { get; init; }

    /// <summary>The hash that the machine gave when it differed.</summary>
    public string? FoundHash { get; init; }

    /// <summary>Replaced system disks: <c>SERIAL</c>, or <c>BAY=SERIAL</c>.</summary>
    public IReadOnlyList<string> OsDiskSerials { get; init; } = [];

    /// <summary>Commit of the inventory.</summary>
    public required string Commit { get; init; }

    /// <summary>The image below the server's artefacts: <c>os-store/DIGEST</c>.</summary>
    public required string Image { get; init; }

    /// <summary>True where the host gets a new identity instead of its own.</summary>
    public bool NewIdentity { get; init; }

    /// <summary>Public ssh keys of engineers who may log in while an installer has stopped.</summary>
    public IReadOnlyList<string> Engineers { get; init; } = [];

    /// <summary>True if an engineer has to confirm the code on the console, whatever the machine proves.</summary>
    public bool NeedsCode { get; init; }

    /// <summary>Why the first claim needs neither code nor key; null if it does.</summary>
    public string? NoCode { get; init; }

    /// <summary>True if the old system has the return key on its disk.</summary>
    public bool Planted { get; init; }

    /// <summary>How often a code was approved: part of the return key.</summary>
    public int Approvals { get; init; }

    /// <summary>What the gates of the host's roles answered when it was armed, a line each.</summary>
    public IReadOnlyList<string> GateAnswers { get; init; } = [];

    /// <summary>Who armed it.</summary>
    public required string ArmedBy { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset ArmedAt { get; init; }

    /// <summary>Where it is.</summary>
    public required JobState State { get; init; }

    /// <summary>The end of an open state.</summary>
    public required DateTimeOffset Deadline { get; init; }

    /// <summary>How often a machine was offered the installer: each boot has a token of its own.</summary>
    public int Boot { get; init; }

    /// <summary>SHA-256 of the token of the last boot; null before the first.</summary>
    public string? TokenHash { get; init; }

    /// <summary>True once that token was used.</summary>
    public bool TokenUsed { get; init; }

    /// <summary>Public key of the installer that claimed it last.</summary>
    public string? Recipient { get; init; }

    /// <summary>How often it was claimed with a new token.</summary>
    public int Claims { get; init; }

    /// <summary>Counter of that installer's last request.</summary>
    public long Counter { get; init; }

    /// <summary>When that installer spoke last, to ten seconds; null if it has not, or has ended.</summary>
    public DateTimeOffset? SpokeAt { get; init; }

    /// <summary>Public key of the installer that got the host's identity; null before, and once a person approved another.</summary>
    public string? IdentityRecipient { get; init; }

    /// <summary>True if a stopped installer stays up for engineers instead of restarting into the system on the disk.</summary>
    public bool Waits { get; init; }

    /// <summary>Who got what, the last <see cref="MostHandedOver"/>.</summary>
    public IReadOnlyList<HandedOver> HandedOver { get; init; } = [];

    /// <summary>The most entries of <see cref="HandedOver"/>.</summary>
    public const int MostHandedOver = 100;

    /// <summary>The installer's last report.</summary>
    public InstallReport? Report { get; init; }

    /// <summary>The order as it was armed, or as it was approved last; null in a job that an older version armed, which installs nothing.</summary>
    public SignedOrder? Signed { get; init; }

    /// <summary>The answer to a claim.</summary>
    /// <param name="identity">True where the boot server has the host's identity.</param>
    public JobOrder Order(bool identity) => new()
    {
        Order = Signed ?? throw new InvalidOperationException($"the job {Id} has no order"),
        Repository = $"/jobs/{Id}/repository",
        Image = $"/artefacts/{Image}/manifest.json",
        Identity = identity && !NewIdentity ? $"/jobs/{Id}/identity" : null,
        Deadline = Deadline,
    };
}

/// <summary>What a job hands over.</summary>
public enum HandedThing
{
    /// <summary>The order, to whoever claims the job.</summary>
    Order,

    /// <summary>The inventory's commit.</summary>
    Repository,

    /// <summary>The host's own keys.</summary>
    Identity,
}

/// <summary>One hand-over.</summary>
/// <param name="At">When.</param>
/// <param name="What">What.</param>
/// <param name="Source">The address that it went to.</param>
/// <param name="Installer">The 1-based number of the installer, in the order of their claims.</param>
public sealed record HandedOver(DateTimeOffset At, HandedThing What, string Source, int Installer)
{
    /// <summary>Returns the hand-over as a log line.</summary>
    public override string ToString() => What switch
    {
        HandedThing.Order => $"claimed by installer {Installer} at {Source}",
        HandedThing.Identity => $"the host's identity went to installer {Installer} at {Source}",
        _ => $"the repository went to installer {Installer} at {Source}",
    };
}
