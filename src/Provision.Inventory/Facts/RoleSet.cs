namespace Provision.Inventory;

/// <summary>The combination of several roles, with includes resolved. The order follows the roles as written, included ones first.</summary>
public sealed record RoleSet
{
    /// <summary>All roles, each once.</summary>
    public required IReadOnlyList<Role> Roles { get; init; }

    /// <summary>Packages in ordinal order, each name once, with its version if a role pins one.</summary>
    public required IReadOnlyList<string> Packages { get; init; }

    /// <summary>Configuration directories below <c>templates/</c>, each once.</summary>
    public required IReadOnlyList<string> Configs { get; init; }

    /// <summary>systemd units that must be enabled and active, each once.</summary>
    public required IReadOnlyList<string> Services { get; init; }

    /// <summary>The declared settings with their defaults.</summary>
    public required YamlMapping Defaults { get; init; }

    /// <summary>The most precious class of data kept by any of the roles.</summary>
    public required DataClass Data { get; init; }

    /// <summary>Every gate that must hold before a reinstall, without those that have no condition.</summary>
    public required IReadOnlyList<ReinstallGate> Gates { get; init; }

    /// <summary>How instances run on a host of these roles; null if none of them defines it.</summary>
    public required InstanceKind? Instances { get; init; }

    /// <summary>Services that a host of these roles provides to others.</summary>
    public required IReadOnlyList<ProvidedService> Provides { get; init; }

    /// <summary>Returns true if a role with this name is included.</summary>
    public bool Has(string role)
    {
        foreach (var one in Roles)
        {
            if (one.Name == role)
            {
                return true;
            }
        }

        return false;
    }
}
