namespace Provision.Storage.Observe;

/// <summary>A label of ZFS on a member.</summary>
/// <param name="PoolName">The pool.</param>
/// <param name="PoolGuid">Its GUID.</param>
/// <param name="VdevGuid">GUID of this member.</param>
/// <param name="HostId">hostid of the machine that last had it, or null.</param>
/// <param name="HostName">Host name of that machine, or null.</param>
/// <param name="State">Pool state number: 0 active, 1 exported, 2 destroyed.</param>
public sealed record ZfsLabel(string PoolName, ulong PoolGuid, ulong VdevGuid, uint? HostId, string? HostName, int State);

/// <summary>A ZFS pool.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Guid">Its GUID.</param>
/// <param name="Imported">True if it is imported here.</param>
/// <param name="Health">How it does.</param>
/// <param name="Members">Kernel names of its members' devices.</param>
/// <param name="HostId">hostid of the machine that last had it, or null.</param>
/// <param name="Datasets">Its datasets if it is imported.</param>
public sealed record ObservedPool(
    string Name, ulong Guid, bool Imported, SetHealth Health, IReadOnlyList<string> Members, uint? HostId, IReadOnlyList<ObservedDataset> Datasets)
{
    /// <summary>What <c>zpool status</c> reports of it; null if it is not imported or could not be asked.</summary>
    public PoolStatus? Status { get; init; }

    /// <summary>Why its status could not be seen; null if it was, or if there is none.</summary>
    public string? Unseen { get; init; }
}

/// <summary>The report of <c>zpool status</c> on one pool.</summary>
/// <param name="State">Its state: ONLINE, DEGRADED, SUSPENDED.</param>
/// <param name="Vdevs">Top-level vdevs of every class: data, special, dedup, logs.</param>
/// <param name="Spares">Its spares: AVAIL, INUSE, or what is wrong with them.</param>
/// <param name="DataErrors">The number of damaged files and blocks; unseen if it is not reported.</param>
/// <param name="Resilvering">True while data is copied to a member, by any kind of resilver.</param>
/// <param name="Percent">How far that is, or null.</param>
public sealed record PoolStatus(
    string State, IReadOnlyList<Vdev> Vdevs, IReadOnlyList<Vdev> Spares, Seen<long> DataErrors, bool Resilvering, double? Percent);

/// <summary>A vdev of a pool: a group such as raidz2-0, or one device.</summary>
/// <param name="Name">Its name as ZFS prints it.</param>
/// <param name="Guid">Its GUID, or null.</param>
/// <param name="Device">Kernel name of a leaf's device; null for groups, and if it is not known.</param>
/// <param name="State">ONLINE, DEGRADED, FAULTED, OFFLINE, UNAVAIL, REMOVED, SPLIT, AVAIL, INUSE.</param>
/// <param name="Errors">Counters of read, write and checksum errors.</param>
/// <param name="Note">What ZFS adds: <c>too many errors</c>, <c>resilvering</c>; or null.</param>
/// <param name="Children">Its parts; none for a leaf.</param>
public sealed record Vdev(string Name, ulong? Guid, string? Device, string State, VdevErrors Errors, string? Note, IReadOnlyList<Vdev> Children)
{
    /// <summary>Itself and everything below it.</summary>
    public IEnumerable<Vdev> All => Children.SelectMany(child => child.All).Prepend(this);

    /// <summary>The devices below it; itself for a device.</summary>
    public IEnumerable<Vdev> Leaves => Children.Count == 0 ? [this] : Children.SelectMany(child => child.Leaves);

    /// <summary>True for a device that data is being copied to.</summary>
    public bool IsResilvering => Note?.Contains("resilver", StringComparison.Ordinal) == true;
}

/// <summary>Error counters of a vdev since they were last cleared.</summary>
/// <param name="Read">Reads that failed.</param>
/// <param name="Write">Writes that failed.</param>
/// <param name="Checksum">Blocks whose checksum was wrong.</param>
public readonly record struct VdevErrors(long Read, long Write, long Checksum)
{
    /// <summary>True if any error was counted.</summary>
    public bool Any => Read > 0 || Write > 0 || Checksum > 0;

    /// <summary>The counters for people: <c>46 checksum errors</c>.</summary>
    public override string ToString() => string.Join(", ", new[] { (Read, "read"), (Write, "write"), (Checksum, "checksum") }
        .Where(pair => pair.Item1 > 0).Select(pair =>
            string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{pair.Item1} {pair.Item2} {(pair.Item1 == 1 ? "error" : "errors")}")));
}

/// <summary>A dataset.</summary>
/// <param name="Name">Full name.</param>
/// <param name="Guid">Its GUID.</param>
/// <param name="MountPath">Its mount point property.</param>
/// <param name="Mounted">True if it is mounted.</param>
/// <param name="Encryption">The cipher, or off.</param>
/// <param name="KeyAvailable">True if its key is loaded, or it needs none.</param>
/// <param name="Quota">Quota in bytes; 0 for none.</param>
public sealed record ObservedDataset(string Name, ulong Guid, string? MountPath, bool Mounted, string Encryption, bool KeyAvailable, long Quota);
