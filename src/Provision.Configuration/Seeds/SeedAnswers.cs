using Provision.Inventory;

namespace Provision.Configuration.Seeds;

/// <summary>What a new fleet is called and where it lives.</summary>
public sealed record SeedAnswers
{
    /// <summary>The fleet's name.</summary>
    public required string Name { get; init; }

    /// <summary>The domain below which its hosts are.</summary>
    public required string Domain { get; init; }

    /// <summary>The Debian release of the installed systems.</summary>
    public required string Release { get; init; }

    /// <summary>Its sites; as many as the example has.</summary>
    public required IReadOnlyList<SeedSite> Sites { get; init; }

    /// <summary>Networks from which people log in.</summary>
    public required IReadOnlyList<Ipv4Network> AdminNetworks { get; init; }

    /// <summary>Name servers; empty for those of the example, in the new networks.</summary>
    public IReadOnlyList<string> Resolvers { get; init; } = [];

    /// <summary>Time servers; empty for those of the example, in the new networks.</summary>
    public IReadOnlyList<string> TimeServers { get; init; } = [];

    /// <summary>The network of the instances' addresses; null if the example has none.</summary>
    public Ipv4Network? SlotNetwork { get; init; }
}

/// <summary>A site of a new fleet.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Networks">Its networks; as many as the site of the example has.</param>
/// <param name="Gateway">The hosts' gateway.</param>
public sealed record SeedSite(string Name, IReadOnlyList<Ipv4Network> Networks, Ipv4Address Gateway);
