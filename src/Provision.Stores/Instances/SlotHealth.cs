namespace Provision.Stores.Instances;

/// <summary>What a slot's configuration on disk makes of it.</summary>
public enum SlotRole
{
    /// <summary>There is no configuration of it.</summary>
    None,

    /// <summary>It takes what the master sends, and is read-only.</summary>
    Replica,

    /// <summary>It serves, and sends what changed to its replicas.</summary>
    Master,
}

/// <summary>One TCP service of a slot.</summary>
/// <param name="Name">Its name in <c>cyrus.conf</c>: <c>imap</c>, <c>lmtp</c>, <c>syncserver</c> ...</param>
/// <param name="Address">Address that it listens on.</param>
/// <param name="Port">Port.</param>
/// <param name="Banner">First line that it said; null if it said none in time. That a connection is taken proves nothing.</param>
public sealed record SlotService(string Name, string Address, int Port, string? Banner);

/// <summary>The log of changes that one replica has not got yet.</summary>
/// <param name="Name">Name of the channel, which is the replica's slot.</param>
/// <param name="Bytes">Size of <c>log</c> and <c>log-run</c> together; about 85 bytes an event.</param>
/// <param name="Age">How long the oldest of the two has been there; null if neither is: the replica has everything.</param>
/// <param name="IsRunning">Whether a <c>log-run</c> is there: being worked through, or stuck.</param>
public sealed record SlotChannel(string Name, long Bytes, TimeSpan? Age, bool IsRunning);

/// <summary>How a slot of this host is.</summary>
public sealed record SlotHealth
{
    /// <summary>The slot's name.</summary>
    public required string Slot { get; init; }

    /// <summary>What its configuration on disk makes of it.</summary>
    public required SlotRole Role { get; init; }

    /// <summary>State of its unit as systemd says it: <c>active</c>, <c>inactive</c>, <c>failed</c> ...; <c>unknown</c> where no systemd runs.</summary>
    public required string Unit { get; init; }

    /// <summary>Its TCP services with their banners.</summary>
    public IReadOnlyList<SlotService> Services { get; init; } = [];

    /// <summary>Daemons of the configuration's <c>DAEMON</c> section, by name.</summary>
    public IReadOnlyList<string> Daemons { get; init; } = [];

    /// <summary>Those of them that do not run.</summary>
    public IReadOnlyList<string> MissingDaemons { get; init; } = [];

    /// <summary>Channels to its replicas; empty for a replica.</summary>
    public IReadOnlyList<SlotChannel> Channels { get; init; } = [];

    /// <summary>What is wrong with it, a sentence each; a lag is not among them. Empty for a slot that is well.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];

    /// <summary>Whether it does all that its role asks.</summary>
    public bool IsWell => Problems.Count == 0;
}
