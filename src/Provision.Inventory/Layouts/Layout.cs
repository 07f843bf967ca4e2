namespace Provision.Inventory;

/// <summary>The disk layout of a machine, computed from its chassis: a pure function of name and hardware.</summary>
public sealed record Layout
{
    /// <summary>The host.</summary>
    public required Host Host { get; init; }

    /// <summary>The hardware.</summary>
    public required Chassis Chassis { get; init; }

    /// <summary>The drive sets, in the order of their devices.</summary>
    public required IReadOnlyList<SetLayout> Sets { get; init; }

    /// <summary>Everything that can hold a file system: partitions, whole arrays and datasets, in the order of the sets, then of the pools.</summary>
    public required IReadOnlyList<Volume> Volumes { get; init; }

    /// <summary>The mounts: volumes, then tmpfs file systems.</summary>
    public required IReadOnlyList<Mount> Mounts { get; init; }

    /// <summary>ZFS pools.</summary>
    public required IReadOnlyList<PoolLayout> Pools { get; init; }

    /// <summary>All slots, including free ones, in order.</summary>
    public required IReadOnlyList<Slot> Slots { get; init; }

    /// <summary>The only target that a reinstall may write.</summary>
    public required OsTarget Os { get; init; }

    /// <summary>Computes the layout of a host on a validated chassis.</summary>
    /// <param name="host">The host.</param>
    /// <param name="chassis">Its hardware.</param>
    /// <param name="kind">How its instances run; null if none of its roles defines it.</param>
    public static Layout Of(Host host, Chassis chassis, InstanceKind? kind = null) => LayoutComputation.Of(host, chassis, kind);
}

/// <summary>The target of the operating system.</summary>
/// <param name="Set">Key of the set.</param>
/// <param name="Lun">Name of the LUN of that set.</param>
/// <param name="Label">Label of the target partition; null for the whole LUN.</param>
public sealed record OsTarget(string Set, string Lun, string? Label);

/// <summary>A drive set on a specific machine.</summary>
/// <param name="Key">The set's key in the chassis.</param>
/// <param name="Name">The set's name in the controller, md or the pool on this machine.</param>
/// <param name="Definition">The set in the chassis.</param>
/// <param name="UsableBytes">The combined capacity of the drives in bytes, before partitions and file systems; 0 for spares.</param>
/// <param name="Data">The most precious class of data on it.</param>
/// <param name="Os">True if the operating system's target is on it.</param>
/// <param name="Luns">Its LUNs as the operating system sees them; none for spares and vdevs of a pool.</param>
public sealed record SetLayout(
    string Key, string Name, DriveSet Definition, long UsableBytes, DataClass Data, bool Os, IReadOnlyList<LunLayout> Luns)
{
    /// <summary>The RAID level.</summary>
    public RaidLevel Level => Definition.Level;

    /// <summary>The drives' bays.</summary>
    public IReadOnlyList<Bay> Bays => Definition.Bays;

    /// <summary>True for a Linux md array.</summary>
    public bool IsMd => Level is RaidLevel.MdRaid1 or RaidLevel.MdRaid10;
}

/// <summary>A LUN of a set on a specific machine.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Bytes">Its size in bytes.</param>
/// <param name="Data">The most precious class of data on it.</param>
/// <param name="Os">True if the operating system's target is on it.</param>
/// <param name="HasPartitionTable">False if one volume fills the whole LUN.</param>
public sealed record LunLayout(string Name, long Bytes, DataClass Data, bool Os, bool HasPartitionTable);

/// <summary>A location for a file system.</summary>
/// <param name="Label">Its label, unique on the machine; for a dataset, its name below the pool.</param>
/// <param name="Set">Key of its set, or of its pool.</param>
/// <param name="Lun">Name of its LUN, or of its pool.</param>
/// <param name="Bytes">Its size in bytes before file system overhead; for a dataset its quota, else the pool's size.</param>
/// <param name="Encryption">The encryption layer.</param>
/// <param name="Filesystem">The file system, or null.</param>
/// <param name="MountPath">The mount point, or null.</param>
/// <param name="Data">The class of its data.</param>
/// <param name="Device">The device by label (<c>/dev/disk/by-partlabel/L</c>, <c>/dev/md/NAME</c>), or the dataset's full name.</param>
/// <param name="Source">The mounted source: <c>/dev/mapper/LABEL</c> for LUKS, else <paramref name="Device"/>.</param>
/// <param name="UsableBytes">The bytes available for files: for ext4 without reserved blocks, 63/64 of the size (its inode tables take the rest).</param>
/// <param name="Os">True for the partition that is the operating system's target.</param>
/// <param name="Definition">The chassis row it is derived from.</param>
public sealed record Volume(
    string Label,
    string Set,
    string Lun,
    long Bytes,
    VolumeEncryption Encryption,
    string? Filesystem,
    string? MountPath,
    DataClass Data,
    string Device,
    string Source,
    long UsableBytes,
    bool Os,
    Fact Definition);

/// <summary>A mount.</summary>
/// <param name="Path">The mount point.</param>
/// <param name="Source">The device, the dataset, or <c>tmpfs</c>.</param>
/// <param name="Filesystem">ext4, xfs, zfs or tmpfs.</param>
/// <param name="Options">Comma-separated mount options; data is never mounted with device files, set-uid or execution.</param>
/// <param name="Data">The class of its data.</param>
public sealed record Mount(string Path, string Source, string Filesystem, string Options, DataClass Data);

/// <summary>A ZFS pool on a specific machine.</summary>
/// <param name="Name">The pool's name.</param>
/// <param name="Definition">The pool in the chassis.</param>
/// <param name="Bytes">The capacity of its vdevs in bytes without parity; ZFS reserves some of it.</param>
public sealed record PoolLayout(string Name, Pool Definition, long Bytes);
