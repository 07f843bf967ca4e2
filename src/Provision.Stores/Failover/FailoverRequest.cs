using Provision.Inventory;

namespace Provision.Stores.Failover;

/// <summary>A request to move one store's master.</summary>
/// <param name="Store">The store.</param>
/// <param name="Target">The slot to become master.</param>
public sealed record FailoverRequest(Store Store, Slot Target)
{
    /// <summary>
    /// Why the current master is considered dead: the failover then proceeds without it and fences it. Null for a failover without data loss.
    /// </summary>
    public string? ForceReason { get; init; }

    /// <summary>
    /// Maximum bytes of changes a replica may lack; sending more takes too long while no master serves. About 85 bytes per event (a few KB take 2 s).
    /// </summary>
    public long LagLimit { get; init; } = 4096;

    /// <summary>True to resume an unfinished failover to the same target.</summary>
    public bool Resume { get; init; }
}

/// <summary>The result of a failover.</summary>
public enum FailoverOutcome
{
    /// <summary>The target serves.</summary>
    Moved,

    /// <summary>Nothing was started.</summary>
    Refused,

    /// <summary>The old master serves again.</summary>
    GivenUp,

    /// <summary>Neither slot could be made to serve: an engineer must intervene.</summary>
    Stuck,
}

/// <summary>The result of one store's failover.</summary>
/// <param name="Store">The store.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="From">The previous master; null if unknown.</param>
/// <param name="To">The target.</param>
/// <param name="Away">How long the store had no serving master.</param>
/// <param name="Problems">The problems, one sentence each, with the next step.</param>
public sealed record FailoverReport(string Store, FailoverOutcome Outcome, string? From, string To, TimeSpan Away, IReadOnlyList<string> Problems);
