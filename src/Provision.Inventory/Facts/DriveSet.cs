namespace Provision.Inventory;

/// <summary>The RAID level of a drive set.</summary>
public enum RaidLevel
{
    /// <summary>RAID1 on an Areca controller.</summary>
    ArecaRaid1,

    /// <summary>RAID6 on an Areca controller.</summary>
    ArecaRaid6,

    /// <summary>Linux md RAID1.</summary>
    MdRaid1,

    /// <summary>Linux md RAID10 with two near copies; works with an odd number of drives.</summary>
    MdRaid10,

    /// <summary>A vdev of a ZFS pool that survives two lost drives.</summary>
    ZfsRaidz2,

    /// <summary>One drive by itself.</summary>
    Single,

    /// <summary>Hot spares.</summary>
    Spare,
}

/// <summary>The storage medium of a drive.</summary>
public enum DriveMedia
{
    /// <summary>Spinning disks.</summary>
    Hdd,

    /// <summary>Flash behind SATA.</summary>
    Ssd,

    /// <summary>Flash on PCI Express.</summary>
    Nvme,
}

/// <summary>The encryption layer of a volume.</summary>
public enum VolumeEncryption
{
    /// <summary>No encryption.</summary>
    None,

    /// <summary>LUKS, in the kernel.</summary>
    Luks,

    /// <summary>The drive itself.</summary>
    Self,

    /// <summary>ZFS.</summary>
    Zfs,
}

/// <summary>Drives combined into one set.</summary>
public sealed record DriveSet : Fact
{
    /// <summary>Pattern of the name used by the controller, md or the pool.</summary>
    public required NamePattern NamePattern { get; init; }

    /// <summary>The RAID level.</summary>
    public required RaidLevel Level { get; init; }

    /// <summary>The bays, in the order of the list.</summary>
    public required IReadOnlyList<Bay> Bays { get; init; }

    /// <summary>The storage medium of the drives.</summary>
    public required DriveMedia Media { get; init; }

    /// <summary>Nominal size of one drive in bytes.</summary>
    public required long DriveBytes { get; init; }

    /// <summary>The class of the data on it, unless a partition overrides it.</summary>
    public required DataClass Data { get; init; }

    /// <summary>The LUNs that the set presents to the operating system; one (the whole set) unless the file lists several.</summary>
    public required IReadOnlyList<Lun> Luns { get; init; }
}

/// <summary>One LUN of a set as the operating system sees it; Areca calls it a volume set.</summary>
public sealed record Lun : Fact
{
    /// <summary>Pattern of its name.</summary>
    public required NamePattern NamePattern { get; init; }

    /// <summary>Size in bytes; null for the remaining space.</summary>
    public required long? Bytes { get; init; }

    /// <summary>The class of the data on it, unless a partition overrides it.</summary>
    public required DataClass Data { get; init; }

    /// <summary>True if it is the target of the operating system.</summary>
    public required bool Os { get; init; }

    /// <summary>Partitions, or one volume that fills the LUN without a partition table; empty for the operating system's LUN.</summary>
    public required IReadOnlyList<Partition> Partitions { get; init; }

    /// <summary>True if <see cref="Partitions"/> is a single volume without a partition table.</summary>
    public required bool IsWhole { get; init; }
}

/// <summary>One or several equal partitions (or the single volume of a LUN without a partition table).</summary>
public sealed record Partition : Fact
{
    /// <summary>The number of partitions.</summary>
    public required int Repeat { get; init; }

    /// <summary>Size of each in bytes; null for the remaining space.</summary>
    public required long? Bytes { get; init; }

    /// <summary>Pattern of the partition's and the file system's label.</summary>
    public required NamePattern LabelPattern { get; init; }

    /// <summary>The encryption layer.</summary>
    public required VolumeEncryption Encryption { get; init; }

    /// <summary>The file system, or null for none (a block device for DRBD, for example).</summary>
    public required string? Filesystem { get; init; }

    /// <summary>Pattern of the mount point, or null.</summary>
    public required NamePattern? MountPattern { get; init; }

    /// <summary>The class of the data on it.</summary>
    public required DataClass Data { get; init; }

    /// <summary>True if this partition is the target of the operating system.</summary>
    public required bool Os { get; init; }
}
