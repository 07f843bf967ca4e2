namespace Provision.Inventory;

/// <summary>How drives are put together.</summary>
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

/// <summary>What a drive is made of.</summary>
public enum DriveMedia
{
    /// <summary>Spinning disks.</summary>
    Hdd,

    /// <summary>Flash behind SATA.</summary>
    Ssd,

    /// <summary>Flash on PCI Express.</summary>
    Nvme,
}

/// <summary>Who encrypts a volume.</summary>
public enum VolumeEncryption
{
    /// <summary>Nobody.</summary>
    None,

    /// <summary>LUKS, in the kernel.</summary>
    Luks,

    /// <summary>The drive itself.</summary>
    Self,

    /// <summary>ZFS.</summary>
    Zfs,
}

/// <summary>Drives that work as one.</summary>
public sealed record DriveSet : Fact
{
    /// <summary>Pattern of the name that the controller, md or the pool calls it.</summary>
    public required NamePattern NamePattern { get; init; }

    /// <summary>How the drives are put together.</summary>
    public required RaidLevel Level { get; init; }

    /// <summary>The bays, in the order of the list.</summary>
    public required IReadOnlyList<Bay> Bays { get; init; }

    /// <summary>What the drives are made of.</summary>
    public required DriveMedia Media { get; init; }

    /// <summary>Nominal size of one drive in bytes.</summary>
    public required long DriveBytes { get; init; }

    /// <summary>The class of the data on it, where a part does not say otherwise.</summary>
    public required DataClass Data { get; init; }

    /// <summary>The units that the set shows to the operating system; one (the whole set) unless the file lists several.</summary>
    public required IReadOnlyList<Lun> Luns { get; init; }
}

/// <summary>One unit of a set as the operating system sees it; what Areca calls a volume set.</summary>
public sealed record Lun : Fact
{
    /// <summary>Pattern of its name.</summary>
    public required NamePattern NamePattern { get; init; }

    /// <summary>Size in bytes; null for what the others leave.</summary>
    public required long? Bytes { get; init; }

    /// <summary>The class of the data on it, where a part does not say otherwise.</summary>
    public required DataClass Data { get; init; }

    /// <summary>True for the target of the operating system.</summary>
    public required bool Os { get; init; }

    /// <summary>Partitions, or one volume that takes the whole unit without a partition table; empty for the operating system's.</summary>
    public required IReadOnlyList<Partition> Partitions { get; init; }

    /// <summary>True when <see cref="Partitions"/> is one volume on the bare unit.</summary>
    public required bool IsWhole { get; init; }
}

/// <summary>One or several equal partitions (or the one volume of a unit without a partition table).</summary>
public sealed record Partition : Fact
{
    /// <summary>How many there are.</summary>
    public required int Repeat { get; init; }

    /// <summary>Size of each in bytes; null for what the others leave.</summary>
    public required long? Bytes { get; init; }

    /// <summary>Pattern of the partition's and the file system's label.</summary>
    public required NamePattern LabelPattern { get; init; }

    /// <summary>Who encrypts it.</summary>
    public required VolumeEncryption Encryption { get; init; }

    /// <summary>The file system, or null for none (a block device for DRBD, for example).</summary>
    public required string? Filesystem { get; init; }

    /// <summary>Pattern of the folder it is mounted at, or null.</summary>
    public required NamePattern? MountPattern { get; init; }

    /// <summary>The class of the data on it.</summary>
    public required DataClass Data { get; init; }

    /// <summary>True when this partition is the target of the operating system.</summary>
    public required bool Os { get; init; }
}
