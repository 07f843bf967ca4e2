using Provision.Stores.Mastership;

namespace Provision.Stores.Tests;

/// <summary>Whether a confirmed change survives the loss of a PostgreSQL server.</summary>
public sealed class PostgresWeaknessTests(PostgresCluster cluster) : IClassFixture<PostgresCluster>
{
    [Fact]
    public void A_change_that_could_be_lost_with_the_server_is_reported_until_a_standby_has_it()
    {
        var name = cluster.NewDatabase();
        using var store = MastershipDatabases.Open(cluster.Url(name), create: true);
        Assert.Contains("has fsync = off: a power cut can lose changes", store.Weakness(), StringComparison.Ordinal);
        foreach (var commit in new[] { "off", "local" })
        {
            cluster.Restart("fsync=on", $"synchronous_commit={commit}", "synchronous_standby_names=pg_receivewal");
            Assert.Contains($"has synchronous_commit = {commit}: a change is confirmed before a standby has it", store.Weakness(), StringComparison.Ordinal);
        }

        cluster.Restart("fsync=on");
        Assert.Contains("has no synchronous_standby_names", store.Weakness(), StringComparison.Ordinal);
        cluster.Restart("fsync=on", "synchronous_standby_names=pg_receivewal");
        Assert.Contains("waits for a standby (pg_receivewal) and none is connected", store.Weakness(), StringComparison.Ordinal);
        cluster.StartStandby();
        for (var until = DateTime.UtcNow.AddSeconds(60); store.Weakness() is { } weakness; Thread.Sleep(50))
        {
            Assert.True(DateTime.UtcNow < until, weakness);
        }

        Assert.Null(store.Change(new MastershipChange.Enroll("s1", "a1", "x", DateTimeOffset.UnixEpoch)).Refusal);
    }
}
