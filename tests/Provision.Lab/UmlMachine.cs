namespace Provision.Lab;

/// <summary>A user-mode Linux machine as a test describes it.</summary>
public sealed record UmlMachine
{
    /// <summary>Up to 12 disks: <c>/dev/ubda</c> and so on in this order.</summary>
    public IReadOnlyList<UmlDisk> Disks { get; init; } = [];

    /// <summary>
    /// An ext4 image that is mounted on <c>/var/lib/provision</c>, so that this is still there after a power cut;
    /// null means that it is empty at each start.
    /// </summary>
    public string? State { get; init; }

    /// <summary>Rules of udev by name of their file, there before udev starts; an empty one covers the system's own of that name.</summary>
    public IReadOnlyDictionary<string, string> Rules { get; init; } = new Dictionary<string, string>();

    /// <summary>Memory in MiB.</summary>
    public int Memory { get; init; } = 512;
}

/// <summary>A disk of a user-mode Linux machine. Its path is <c>platform-uml-blkdev.N</c>, counted from 0.</summary>
/// <param name="Image">The file with its sectors.</param>
/// <param name="Serial">What udev says of it; the kernel knows no serial.</param>
public sealed record UmlDisk(string Image, string Serial)
{
    /// <summary>World wide name, as udev says it.</summary>
    public ulong? Wwn { get; init; }

    /// <summary>Model, as udev says it.</summary>
    public string Model { get; init; } = "LAB";
}
