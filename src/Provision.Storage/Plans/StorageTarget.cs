using Provision.Inventory;

namespace Provision.Storage.Plans;

/// <summary>What kind of thing a line of a storage plan is about.</summary>
public enum StorageTargetKind
{
    /// <summary>The machine.</summary>
    Host,

    /// <summary>A set of the chassis.</summary>
    Set,

    /// <summary>A set that is a vdev of a pool.</summary>
    Vdev,

    /// <summary>A bay, and the drive in it.</summary>
    Bay,

    /// <summary>An array, or a LUN of a controller.</summary>
    Unit,

    /// <summary>A pool.</summary>
    Pool,

    /// <summary>A volume: a partition, an array or a dataset by its label.</summary>
    Volume,

    /// <summary>The one partition that is the operating system's target.</summary>
    Partition,

    /// <summary>A replaced system disk, by the serial that an engineer named.</summary>
    SystemDisk,

    /// <summary>A serial that an engineer named, or that a drive reports.</summary>
    Serial,

    /// <summary>A disk that is in no bay and no unit.</summary>
    Disk,
}

/// <summary>What a line of a storage plan is about.</summary>
/// <param name="Kind">The kind of thing.</param>
/// <param name="Name">Its name: <c>rear/4</c>, <c>d1search</c>, a serial.</param>
public readonly record struct StorageTarget(StorageTargetKind Kind, string Name)
{
    /// <summary>A bay.</summary>
    public static StorageTarget Bay(Bay bay) => new(StorageTargetKind.Bay, bay.ToString());

    /// <summary>An array, or a LUN of a controller, by its name.</summary>
    public static StorageTarget Unit(string name) => new(StorageTargetKind.Unit, name);

    /// <summary>A set of the chassis, by its key.</summary>
    public static StorageTarget Set(string key) => new(StorageTargetKind.Set, key);

    /// <summary>A serial number.</summary>
    public static StorageTarget Serial(string serial) => new(StorageTargetKind.Serial, serial);

    /// <summary>A pool, by its name.</summary>
    public static StorageTarget Pool(string name) => new(StorageTargetKind.Pool, name);

    /// <summary>A volume, by its label.</summary>
    public static StorageTarget Volume(string label) => new(StorageTargetKind.Volume, label);

    /// <summary>The target for people and in the plan's hash: <c>bay rear/4</c>, <c>set d1search</c>.</summary>
    public override string ToString() => $"{Word} {Name}";

    private string Word => Kind switch
    {
        StorageTargetKind.Host => "host",
        StorageTargetKind.Set => "set",
        StorageTargetKind.Vdev => "vdev",
        StorageTargetKind.Bay => "bay",
        StorageTargetKind.Unit => "unit",
        StorageTargetKind.Pool => "pool",
        StorageTargetKind.Volume => "volume",
        StorageTargetKind.Partition => "partition",
        StorageTargetKind.SystemDisk => "system disk",
        StorageTargetKind.Serial => "serial",
        _ => "disk",
    };
}
