namespace Provision.Inventory;

/// <summary>What a machine's disks look like, computed from its chassis: a pure function of name and hardware.</summary>
public sealed record Layout
{
    /// <summary>The host.</summary>
    public required Host Host { get; init; }

    /// <summary>The hardware.</summary>
    public required Chassis Chassis { get; init; }

    /// <summary>What drives are put together to, in the order of their device.</summary>
    public required IReadOnlyList<SetLayout> Sets { get; init; }

    /// <summary>Everything that can hold a file system: partitions, whole arrays and datasets, in the order of the sets, then of the pools.</summary>
    public required IReadOnlyList<Volume> Volumes { get; init; }

    /// <summary>What is mounted: volumes, then file systems in memory.</summary>
    public required IReadOnlyList<Mount> Mounts { get; init; }

    /// <summary>ZFS pools.</summary>
    public required IReadOnlyList<PoolLayout> Pools { get; init; }

    /// <summary>All slots, free ones too, in order.</summary>
    public required IReadOnlyList<Slot> Slots { get; init; }

    /// <summary>The one target that a reinstall may write.</summary>
    public required OsTarget Os { get; init; }

    /// <summary>The layout of a host on a chassis that was checked.</summary>
    /// <param name="host">The host.</param>
    /// <param name="chassis">Its hardware.</param>
    /// <param name="kind">How its instances run; null if no role of it says so.</param>
    public static Layout Of(Host host, Chassis chassis, InstanceKind? kind = null) => LayoutComputation.Of(host, chassis, kind);
}

/// <summary>Where the operating system goes.</summary>
/// <param name="Set">Key of the set.</param>
/// <param name="Lun">Name of the unit of that set.</param>
/// <param name="Label">Label of the one partition that is the target; null for the whole unit.</param>
public sealed record OsTarget(string Set, string Lun, string? Label);

/// <summary>Drives that work as one, on a certain machine.</summary>
/// <param name="Key">What the chassis calls the set.</param>
/// <param name="Name">What the controller, md or the pool calls it on this machine.</param>
/// <param name="Definition">The set in the chassis.</param>
/// <param name="UsableBytes">What the drives give together, before partitions and file systems; 0 for spares.</param>
/// <param name="Data">The most precious class of data on it.</param>
/// <param name="Os">True when the operating system's target is on it.</param>
/// <param name="Luns">What the operating system sees of it; none for spares and vdevs of a pool.</param>
public sealed record SetLayout(
    string Key, string Name, DriveSet Definition, long UsableBytes, DataClass Data, bool Os, IReadOnlyList<LunLayout> Luns)
{
    /// <summary>How the drives are put together.</summary>
    public RaidLevel Level => Definition.Level;

    /// <summary>The drives' bays.</summary>
    public IReadOnlyList<Bay> Bays => Definition.Bays;

    /// <summary>True for an array of Linux md.</summary>
    public bool IsMd => Level is RaidLevel.MdRaid1 or RaidLevel.MdRaid10;
}

/// <summary>One unit of a set on a certain machine.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Data">The most precious class of data on it.</param>
/// <param name="Os">True when the operating system's target is on it.</param>
/// <param name="HasPartitionTable">False where one volume takes the whole unit.</param>
public sealed record LunLayout(string Name, long Bytes, DataClass Data, bool Os, bool HasPartitionTable);

/// <summary>A place for a file system.</summary>
/// <param name="Label">Its label, which differs from every other of the machine; for a dataset, its name below the pool.</param>
/// <param name="Set">Key of its set, or of its pool.</param>
/// <param name="Lun">Name of its unit, or of its pool.</param>
/// <param name="Bytes">Its size before the file system takes its part; for a dataset its quota, else the pool's size.</param>
/// <param name="Encryption">Who encrypts it.</param>
/// <param name="Filesystem">The file system, or null.</param>
/// <param name="MountPath">The folder it is mounted at, or null.</param>
/// <param name="Data">The class of the data on it.</param>
/// <param name="Device">The device by label (<c>/dev/disk/by-partlabel/L</c>, <c>/dev/md/NAME</c>), or the dataset's full name.</param>
/// <param name="Source">What is mounted: <c>/dev/mapper/LABEL</c> for LUKS, else <paramref name="Device"/>.</param>
/// <param name="UsableBytes">What files can take: for ext4 without reserved blocks, 63/64 of the size (its inode tables take the rest).</param>
/// <param name="Os">True for the partition that is the operating system's target.</param>
/// <param name="Definition">The row of the chassis it comes from.</param>
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

/// <summary>A folder that something is mounted at.</summary>
/// <param name="Path">The folder.</param>
/// <param name="Source">The device, the dataset, or <c>tmpfs</c>.</param>
/// <param name="Filesystem">ext4, xfs, zfs or tmpfs.</param>
/// <param name="Options">Mount options between commas; data is never mounted with device files, set-uid or execution.</param>
/// <param name="Data">The class of the data in it.</param>
public sealed record Mount(string Path, string Source, string Filesystem, string Options, DataClass Data);

/// <summary>A ZFS pool on a certain machine.</summary>
/// <param name="Name">The pool's name.</param>
/// <param name="Definition">The pool in the chassis.</param>
/// <param name="Bytes">What its vdevs hold without their parity; ZFS takes some of it for itself.</param>
public sealed record PoolLayout(string Name, Pool Definition, long Bytes);
