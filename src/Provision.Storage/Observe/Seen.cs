namespace Provision.Storage.Observe;

/// <summary>The outcome of an observation: known, absent, or unseen for a reason. Unseen is never the same as absent.</summary>
/// <param name="Value">The value; null if it is absent or unseen.</param>
/// <param name="Why">Why it could not be seen; null if it is known or absent.</param>
public readonly record struct Seen<T>(T? Value, string? Why)
    where T : struct
{
    /// <summary>True if it was looked for, and is not there.</summary>
    public bool IsAbsent => Value is null && Why is null;
}

/// <summary>Makes outcomes of observations.</summary>
internal static class Seen
{
    /// <summary>It is this.</summary>
    public static Seen<T> Known<T>(T value)
        where T : struct => new(value, null);

    /// <summary>It is not there.</summary>
    public static Seen<T> Absent<T>()
        where T : struct => default;

    /// <summary>It could not be seen.</summary>
    public static Seen<T> Unseen<T>(string why)
        where T : struct => new(null, why);
}

/// <summary>A part of a machine's storage that is observed as a whole.</summary>
public enum StoragePart
{
    /// <summary>The block devices of the kernel.</summary>
    Devices,

    /// <summary>The drives behind Areca controllers.</summary>
    ArecaDrives,

    /// <summary>The volumes of Areca controllers.</summary>
    ArecaVolumes,

    /// <summary>Which pools are imported.</summary>
    Pools,

    /// <summary>The datasets of imported pools.</summary>
    Datasets,

    /// <summary>What is mounted.</summary>
    Mounts,
}

/// <summary>Something that could not be seen, or not as a whole.</summary>
/// <param name="Part">What it is part of.</param>
/// <param name="Why">Why not, for people: <c>cli64 disk info: no answer in time</c>.</param>
public sealed record UnseenPart(StoragePart Part, string Why);
