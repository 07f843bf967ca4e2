namespace Provision.Inventory;

/// <summary>What a host does, and what that needs.</summary>
public sealed record Role : Fact
{
    /// <summary>What the role is for; may be empty.</summary>
    public required string Description { get; init; }

    /// <summary>Class of the data that the role keeps on a machine.</summary>
    public required DataClass Data { get; init; }

    /// <summary>What must hold before a reinstall.</summary>
    public required ReinstallGate Gate { get; init; }

    /// <summary>What a host of this role provides to others.</summary>
    public required IReadOnlyList<ProvidedService> Provides { get; init; }

    /// <summary>How instances run on a host of this role; null if it says nothing of them.</summary>
    public required InstanceKind? Instances { get; init; }

    /// <summary>Other roles that this one brings.</summary>
    public required IReadOnlyList<string> Includes { get; init; }

    /// <summary>Debian packages, with <c>=version</c> where one is pinned (<c>*</c> matches the rest).</summary>
    public required IReadOnlyList<string> Packages { get; init; }

    /// <summary>Folders below <c>templates/</c>.</summary>
    public required IReadOnlyList<string> Configs { get; init; }

    /// <summary>Units that must be enabled and active.</summary>
    public required IReadOnlyList<string> Services { get; init; }

    /// <summary>The settings the role declares, with their defaults.</summary>
    public required YamlMapping Defaults { get; init; }
}
