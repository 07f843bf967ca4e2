using Provision.Inventory;

namespace Provision.Stores.Failover;

/// <summary>One store whose master is to move.</summary>
/// <param name="Store">The store.</param>
/// <param name="Target">The slot that is to become master.</param>
public sealed record FailoverRequest(Store Store, Slot Target)
{
    /// <summary>Why the present master is taken for dead: then it is not asked, and fenced. Null for a failover in which nothing is lost.</summary>
    public string? ForceReason { get; init; }

    /// <summary>
    /// Bytes of changes that a replica may lack; more takes too long while nobody is served. About 85 bytes an event (shared facts: 2 s for a few KB).
    /// </summary>
    public long LagLimit { get; init; } = 4096;

    /// <summary>Whether a failover to the same target that somebody began and did not end is gone on with.</summary>
    public bool Resume { get; init; }
}

/// <summary>How a failover ended.</summary>
public enum FailoverOutcome
{
    /// <summary>The target serves.</summary>
    Moved,

    /// <summary>Nothing was begun.</summary>
    Refused,

    /// <summary>The old master serves again.</summary>
    GivenUp,

    /// <summary>Neither could be made to serve: somebody must look.</summary>
    Stuck,
}

/// <summary>What came of one store's failover.</summary>
/// <param name="Store">The store.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="From">The master before; null if that is not known.</param>
/// <param name="To">The target.</param>
/// <param name="Away">How long nobody was sent to a master.</param>
/// <param name="Problems">What went wrong, a sentence each, with what to do next.</param>
public sealed record FailoverReport(string Store, FailoverOutcome Outcome, string? From, string To, TimeSpan Away, IReadOnlyList<string> Problems);
