namespace Provision.Inventory;

/// <summary>A function of a host, with everything it needs.</summary>
public sealed record Role : Fact
{
    /// <summary>Free-text description; may be empty.</summary>
    public required string Description { get; init; }

    /// <summary>Class of the data that the role keeps on a machine.</summary>
    public required DataClass Data { get; init; }

    /// <summary>The condition for a reinstall.</summary>
    public required ReinstallGate Gate { get; init; }

    /// <summary>Services that a host of this role provides to others.</summary>
    public required IReadOnlyList<ProvidedService> Provides { get; init; }

    /// <summary>How instances run on a host of this role; null if the role does not define it.</summary>
    public required InstanceKind? Instances { get; init; }

    /// <summary>Other roles that this one includes.</summary>
    public required IReadOnlyList<string> Includes { get; init; }

    /// <summary>Debian packages, with <c>=version</c> if pinned (<c>*</c> matches the rest).</summary>
    public required IReadOnlyList<string> Packages { get; init; }

    /// <summary>Configuration directories below <c>templates/</c>.</summary>
    public required IReadOnlyList<string> Configs { get; init; }

    /// <summary>systemd units that must be enabled and active.</summary>
    public required IReadOnlyList<string> Services { get; init; }

    /// <summary>The settings the role declares, with their defaults.</summary>
    public required YamlMapping Defaults { get; init; }
}
