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
    /// <summary>How many there are.</summary>
    public required int Repeat { get; init; }

    /// <summary>Pattern of the dataset's name below the pool.</summary>
    public required NamePattern NamePattern { get; init; }

    /// <summary>Pattern of the folder it is mounted at.</summary>
    public required NamePattern MountPattern { get; init; }

    /// <summary>The most bytes it may take, or null.</summary>
    public required long? Quota { get; init; }
}

/// <summary>One or several file systems in memory.</summary>
public sealed record TmpfsMount : Fact
{
    /// <summary>How many there are.</summary>
    public required int Repeat { get; init; }

    /// <summary>The most bytes each may take.</summary>
    public required long Bytes { get; init; }

    /// <summary>Pattern of the folder it is mounted at.</summary>
    public required NamePattern MountPattern { get; init; }
}
