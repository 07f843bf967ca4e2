namespace Provision.Inventory;

/// <summary>A ZFS pool made of sets.</summary>
public sealed record Pool : Fact
{
    /// <summary>Pattern of the pool's name.</summary>
    public required NamePattern NamePattern { get; init; }

    /// <summary>The sets that are its vdevs.</summary>
    public required IReadOnlyList<string> Sets { get; init; }

    /// <summary>The cipher of native encryption, or null.</summary>
    public required string? Encryption { get; init; }

    /// <summary>The class of the data in it.</summary>
    public required DataClass Data { get; init; }

    /// <summary>Its datasets.</summary>
    public required IReadOnlyList<Dataset> Datasets { get; init; }
}

/// <summary>One or several datasets of a pool.</summary>
public sealed record Dataset : Fact
{
    /// <summary>The number of datasets.</summary>
    public required int Repeat { get; init; }

    /// <summary>Pattern of the dataset's name below the pool.</summary>
    public required NamePattern NamePattern { get; init; }

    /// <summary>Pattern of the mount point.</summary>
    public required NamePattern MountPattern { get; init; }

    /// <summary>The quota in bytes, or null.</summary>
    public required long? Quota { get; init; }
}

/// <summary>One or several tmpfs file systems.</summary>
public sealed record TmpfsMount : Fact
{
    /// <summary>The number of file systems.</summary>
    public required int Repeat { get; init; }

    /// <summary>The maximum size of each in bytes.</summary>
    public required long Bytes { get; init; }

    /// <summary>Pattern of the mount point.</summary>
    public required NamePattern MountPattern { get; init; }
}
