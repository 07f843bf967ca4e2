namespace Provision.Cyrus.Tests.RealCyrus;

/// <summary>Tests that share one running store, one after the other; each leaves it well.</summary>
[CollectionDefinition(Name)]
#pragma warning disable CA1711 // what xunit calls it
public sealed class OneStore : ICollectionFixture<RealStore>
#pragma warning restore CA1711
{
    public const string Name = "one store on real Cyrus";
}
