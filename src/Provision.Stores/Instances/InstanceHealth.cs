namespace Provision.Stores.Instances;

/// <summary>The replication role that a slot's configuration on disk defines.</summary>
public enum ReplicationRole
{
    /// <summary>It has no configuration.</summary>
    None,

    /// <summary>It receives changes from the master, and is read-only.</summary>
    Replica,

    /// <summary>It serves, and sends changes to its replicas.</summary>
    Master,
}

/// <summary>One TCP service of a slot.</summary>
/// <param name="Name">Its name in <c>cyrus.conf</c>: <c>imap</c>, <c>lmtp</c>, <c>syncserver</c> ...</param>
/// <param name="Address">Address that it listens on.</param>
/// <param name="Port">Port.</param>
/// <param name="Banner">First line it sent; null if it sent none in time. An accepted connection alone proves nothing.</param>
public sealed record InstanceService(string Name, string Address, int Port, string? Banner);

/// <summary>The log of changes not yet sent to one replica.</summary>
/// <param name="Name">Name of the channel: the replica's slot.</param>
/// <param name="Bytes">Size of <c>log</c> and <c>log-run</c> together; about 85 bytes per event.</param>
/// <param name="Age">Age of the older of the two; null if neither exists: the replica has everything.</param>
/// <param name="IsRunning">True if a <c>log-run</c> exists: it is being processed, or stuck.</param>
public sealed record ReplicationChannel(string Name, long Bytes, TimeSpan? Age, bool IsRunning);

/// <summary>The health of a slot of this host.</summary>
public sealed record InstanceHealth
{
    /// <summary>The slot's name.</summary>
    public required string Slot { get; init; }

    /// <summary>The replication role that its configuration on disk defines.</summary>
    public required ReplicationRole Role { get; init; }

    /// <summary>State of its unit as systemd reports it: <c>active</c>, <c>inactive</c>, <c>failed</c> ...; <c>unknown</c> if systemd is not running.</summary>
    public required string Unit { get; init; }

    /// <summary>Its TCP services with their banners.</summary>
    public IReadOnlyList<InstanceService> Services { get; init; } = [];

    /// <summary>Daemons of the configuration's <c>DAEMON</c> section, by name.</summary>
    public IReadOnlyList<string> Daemons { get; init; } = [];

    /// <summary>Those of the daemons that are not running.</summary>
    public IReadOnlyList<string> MissingDaemons { get; init; } = [];

    /// <summary>Channels to its replicas; empty for a replica.</summary>
    public IReadOnlyList<ReplicationChannel> Channels { get; init; } = [];

    /// <summary>The problems, one sentence each; lag is not included. Empty for a healthy slot.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];

    /// <summary>True if it does everything that its role requires.</summary>
    public bool IsWell => Problems.Count == 0;
}
