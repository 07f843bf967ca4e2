namespace Provision.Inventory;

/// <summary>The actual hardware of one machine, as last inspected and accepted.</summary>
public sealed record DriveRecord : Fact
{
    /// <summary>The drives by bay, in the order of the file.</summary>
    public required IReadOnlyList<RecordedDrive> Drives { get; init; }

    /// <summary>The sets of the chassis, and whether they exist.</summary>
    public required IReadOnlyList<RecordedSet> Sets { get; init; }

    /// <summary>Arrays, controller volumes and pools by name.</summary>
    public required IReadOnlyList<RecordedUnit> Units { get; init; }

    /// <summary>Identities of partitions, containers and file systems by label.</summary>
    public required IReadOnlyList<RecordedVolume> Volumes { get; init; }
}

/// <summary>A drive in its bay; <see cref="Fact.Name"/> is the bay as <c>front/3</c>.</summary>
public sealed record RecordedDrive : Fact
{
    /// <summary>The bay that holds it.</summary>
    public required Bay Bay { get; init; }

    /// <summary>The serial number on its label.</summary>
    public required string Serial { get; init; }

    /// <summary>World-wide name, or null.</summary>
    public required string? Wwn { get; init; }

    /// <summary>The manufacturer's model name, or null.</summary>
    public required string? Model { get; init; }

    /// <summary>Its exact size in bytes; null if it was not read.</summary>
    public required long? Bytes { get; init; }
}

/// <summary>A set of the chassis on this machine.</summary>
public sealed record RecordedSet : Fact
{
    /// <summary>True once the set was created; only a set that does not exist may be created.</summary>
    public required bool Exists { get; init; }
}

/// <summary>An array, controller volume or pool; <see cref="Fact.Name"/> is its name on this machine.</summary>
public sealed record RecordedUnit : Fact
{
    /// <summary>UUID of an array in mdadm's form, GUID of a pool in decimal, or null.</summary>
    public required string? Uuid { get; init; }

    /// <summary>World-wide name of a controller volume, or null. Unlike serials, it is unique among the volumes of one controller.</summary>
    public required string? Wwn { get; init; }

    /// <summary>UUID of its partition table, or null.</summary>
    public required string? Table { get; init; }
}

/// <summary>A volume's identities; <see cref="Fact.Name"/> is its label.</summary>
public sealed record RecordedVolume : Fact
{
    /// <summary>UUID of the GPT partition, or null.</summary>
    public required string? PartitionUuid { get; init; }

    /// <summary>UUID of the LUKS container, or null.</summary>
    public required string? LuksUuid { get; init; }

    /// <summary>Cipher of the LUKS container (<c>aes-xts-plain64</c>), or null.</summary>
    public string? Cipher { get; init; }

    /// <summary>Size of its volume key in bits, or null.</summary>
    public int? KeyBits { get; init; }

    /// <summary>UUID of the file system or GUID of the dataset, or null.</summary>
    public required string? FilesystemUuid { get; init; }

    /// <summary>The date on which the recovery key and header backup last opened it; null if that was never tried.</summary>
    public required string? Rehearsed { get; init; }
}
