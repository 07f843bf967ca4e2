using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Microsoft.Data.Sqlite;
using Provision.Stores.Mastership;

namespace Provision.Stores.Tests;

/// <summary>The masters in a SQLite file.</summary>
public sealed class SqliteMastershipTests : MastershipDatabaseTests
{
    private readonly string folder = Directory.CreateTempSubdirectory("provision-masters-").FullName;

    protected override string Database => Path.Combine(folder, "deep/masters.sqlite");

    public override void Dispose()
    {
        Directory.Delete(folder, recursive: true);
        base.Dispose();
    }

    [Fact]
    public void A_damaged_file_is_lost_and_never_replaced()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Database)!);
        File.WriteAllText(Database, new string('x', 8192));
        Assert.Contains(Database, Assert.Throws<StateLostException>(() => MastershipDatabases.Open(Database, create: true)).Message, StringComparison.Ordinal);
        Assert.Equal(new string('x', 8192), File.ReadAllText(Database));
    }

    [Fact]
    public void The_file_is_its_owners_only_and_nothing_is_left_beside_it()
    {
        using (var store = MastershipDatabases.Open(Database, create: true))
        {
            Do(store, new MastershipChange.Enroll("s1", "a1", "x", DateTimeOffset.UnixEpoch));
        }

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Database));
        Assert.Equal([Database], Directory.GetFiles(Path.GetDirectoryName(Database)!));
    }

    protected override void Lose()
    {
        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(Database)!))
        {
            File.Delete(file);
        }
    }

    protected override void Tell(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Database};Pooling=false");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}

/// <summary>The masters in PostgreSQL.</summary>
public sealed class PostgresMastershipTests(PostgresCluster cluster) : MastershipDatabaseTests, IClassFixture<PostgresCluster>
{
    private readonly string name = cluster.NewDatabase();

    protected override string Database => cluster.Url(name);

    [Fact]
    public void A_server_that_dies_is_lost_and_back_when_it_is_back()
    {
        using var store = MastershipDatabases.Open(Database, create: true);
        Do(store, new MastershipChange.Enroll("s1", "a1", "x", DateTimeOffset.UnixEpoch));
        cluster.Kill();
        try
        {
            var message = Assert.Throws<StateLostException>(() => store.Read()).Message;
            Assert.Contains($"postgresql://127.0.0.1:{cluster.Port}/{name}", message, StringComparison.Ordinal);
            Assert.DoesNotContain(PostgresCluster.Password, message, StringComparison.Ordinal);
            Assert.Throws<StateLostException>(() => store.Change(new MastershipChange.Remove("s1", "x", DateTimeOffset.UnixEpoch)));
        }
        finally
        {
            cluster.Start();
        }

        Assert.Equal("a1", store.Read().Stores["s1"].Master);
        Do(store, new MastershipChange.Remove("s1", "x", DateTimeOffset.UnixEpoch));
    }

    [Fact]
    public void A_server_that_is_silent_is_known_soon()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var clock = Stopwatch.StartNew();
        Assert.Throws<StateLostException>(() => MastershipDatabases.Open($"postgresql://x:y@127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}/masters"));
        Assert.True(clock.Elapsed < TimeSpan.FromMinutes(1), $"it took {clock.Elapsed}");
    }

    [Fact]
    public void A_lock_that_somebody_holds_is_known_soon()
    {
        using var store = MastershipDatabases.Open(Database, create: true);
        using var other = new Npgsql.NpgsqlConnection($"Host={cluster.Socket};Port={cluster.Port};Username=postgres;Database={name};Pooling=false");
        other.Open();
        using var command = new Npgsql.NpgsqlCommand("BEGIN; SELECT pg_advisory_xact_lock(7302491)", other);
        command.ExecuteNonQuery();
        Assert.Throws<StateLostException>(() => store.Change(new MastershipChange.Enroll("s1", "a1", "x", DateTimeOffset.UnixEpoch)));
        Assert.Equal(0, store.Read().Serial);
    }

    [Fact]
    public void A_socket_and_a_password_file_do_as_well()
    {
        using (MastershipDatabases.Open(
            $"postgresql://postgres@/{name}?host={cluster.Socket}".Replace("@/", $"@localhost:{cluster.Port}/", StringComparison.Ordinal), create: true))
        {
        }

        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, $"127.0.0.1:{cluster.Port}:*:postgres:{PostgresCluster.Password}\n");
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            Environment.SetEnvironmentVariable("PGPASSFILE", file);
            using var store = MastershipDatabases.Open($"postgresql://postgres@127.0.0.1:{cluster.Port}/{name}");
            Assert.Equal(0, store.Read().Serial);
        }
        finally
        {
            Environment.SetEnvironmentVariable("PGPASSFILE", null);
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData("postgresql://")]
    [InlineData("postgresql://host")]
    [InlineData("postgresql://host/db?nonsense=1")]
    [InlineData("postgresql://host:99999/db")]
    public void A_wrong_name_is_told(string database) =>
        Assert.Contains("named wrongly", Assert.Throws<StateLostException>(() => MastershipDatabases.Open(database)).Message, StringComparison.Ordinal);

    protected override void Lose() => cluster.Run(name, "DROP TABLE mastership_chain, mastership, masters, fenced_slots, mastership_history");

    protected override void Tell(string sql) => cluster.Run(name, sql);
}
