namespace Provision.Inventory;

/// <summary>What several roles amount to together, includes resolved. The order follows the roles as written, included ones first.</summary>
public sealed record RoleSet
{
    /// <summary>All roles, each once.</summary>
    public required IReadOnlyList<Role> Roles { get; init; }

    /// <summary>Packages in ordinal order, each name once, with its pinned version where a role pins it.</summary>
    public required IReadOnlyList<string> Packages { get; init; }

    /// <summary>Folders below <c>templates/</c>, each once.</summary>
    public required IReadOnlyList<string> Configs { get; init; }

    /// <summary>Units that must be enabled and active, each once.</summary>
    public required IReadOnlyList<string> Services { get; init; }

    /// <summary>The declared settings with their defaults.</summary>
    public required YamlMapping Defaults { get; init; }

    /// <summary>The most precious class of data that any of the roles keeps.</summary>
    public required DataClass Data { get; init; }

    /// <summary>Every gate that must hold before a reinstall, without those that ask for nothing.</summary>
    public required IReadOnlyList<ReinstallGate> Gates { get; init; }

    /// <summary>How instances run on a host of these roles; null if none of them says so.</summary>
    public required InstanceKind? Instances { get; init; }

    /// <summary>What a host of these roles provides to others.</summary>
    public required IReadOnlyList<ProvidedService> Provides { get; init; }

    /// <summary>True when a role of this name is among them.</summary>
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
