namespace Provision.Storage.Observe;

/// <summary>A drive in a bay.</summary>
public sealed record ObservedDrive
{
    /// <summary>Kernel name of its disk; null behind a RAID controller.</summary>
    public required string? Device { get; init; }

    /// <summary>Where a drive with a disk hangs; null behind a RAID controller.</summary>
    public required BusAddress? Bus { get; init; }

    /// <summary>Enclosure and slot of an Areca controller; null for others.</summary>
    public required ArecaSlot? Areca { get; init; }

    /// <summary>Model, or null.</summary>
    public required string? Model { get; init; }

    /// <summary>Serial number, or null if the controller does not report it.</summary>
    public required string? Serial { get; init; }

    /// <summary>World-wide name, or null.</summary>
    public required string? Wwn { get; init; }

    /// <summary>Size in bytes; of a drive behind a controller as exact as it reports it.</summary>
    public required long Bytes { get; init; }

    /// <summary>hdd, ssd, nvme; null if it is not known.</summary>
    public required Provision.Inventory.DriveMedia? Media { get; init; }

    /// <summary>How it does.</summary>
    public required DriveHealth Health { get; init; }
}

/// <summary>A drive's place at an Areca controller.</summary>
/// <param name="Controller">Number of the controller, from 1.</param>
/// <param name="Enclosure">Enclosure.</param>
/// <param name="Slot">Slot, from 1 (also if the controller counts from 0).</param>
/// <param name="Usage">The RAID set's name, or Free, HotSpare[Global], Failed, as the controller writes it.</param>
public sealed record ArecaSlot(int Controller, int Enclosure, int Slot, string Usage)
{
    /// <summary>What <see cref="Usage"/> means.</summary>
    public ArecaUse Use => ArecaTables.UseOf(Usage);
}

/// <summary>What an Areca controller uses a drive for.</summary>
public enum ArecaUse
{
    /// <summary>A member of the RAID set that is named.</summary>
    Member,

    /// <summary>Waits as hot spare, of any scope.</summary>
    HotSpare,

    /// <summary>The controller reports that it failed.</summary>
    Failed,

    /// <summary>Shown to the system as it is: JBOD, pass-through.</summary>
    PassThrough,

    /// <summary>Not used.</summary>
    Free,
}

/// <summary>The health of a drive.</summary>
/// <param name="Verdict">The summary.</param>
/// <param name="Reasons">What the summary comes from: <c>5 reallocated sectors</c>.</param>
/// <param name="Celsius">Temperature, or null.</param>
/// <param name="PowerOnHours">Age in hours, or null.</param>
public sealed record DriveHealth(HealthVerdict Verdict, IReadOnlyList<string> Reasons, int? Celsius, long? PowerOnHours)
{
    /// <summary>What could not be read of its health, and why; null if all of it was.</summary>
    public string? Unseen { get; init; }

    /// <summary>Why it is too hot (<c>85 C</c>); null if it is not, or if nothing is known of it.</summary>
    public string? Hot { get; init; }

    /// <summary>Nothing is known.</summary>
    public static DriveHealth Unknown { get; } = new(HealthVerdict.Unknown, [], null, null);
}

/// <summary>A drive's health in one word.</summary>
public enum HealthVerdict
{
    /// <summary>Nothing is known.</summary>
    Unknown,

    /// <summary>Well.</summary>
    Good,

    /// <summary>It works but shows signs.</summary>
    Worn,

    /// <summary>The drive or its controller reports failure.</summary>
    Failed,
}
