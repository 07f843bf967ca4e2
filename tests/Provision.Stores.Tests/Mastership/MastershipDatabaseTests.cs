using Provision.Stores.Mastership;

namespace Provision.Stores.Tests;

/// <summary>What holds of the database of masters, whichever it is.</summary>
public abstract class MastershipDatabaseTests : IDisposable
{
    private static readonly DateTimeOffset At = new DateTimeOffset(2026, 11, 22, 13, 0, 0, TimeSpan.FromHours(1)).AddTicks(1234567);

    /// <summary>Its name, as <c>MastershipDatabases.Open</c> takes it.</summary>
    protected abstract string Database { get; }

    /// <summary>The database is gone.</summary>
    protected abstract void Lose();

    /// <summary>Tells the database itself something.</summary>
    protected abstract void Tell(string sql);

    public virtual void Dispose() => GC.SuppressFinalize(this);

    [Fact]
    public void Changes_last_and_are_told()
    {
        using (var store = MastershipDatabases.Open(Database, create: true))
        {
            Assert.Equal((0, 0), (store.Read().Serial, store.Read().Stores.Count));
            Do(store, new MastershipChange.Enroll("s1", "a1", "ann@x", At), new MastershipChange.Enroll("s2", "a2", "ann@x", At));
            Do(store, new MastershipChange.Begin("s1", "b1", 1, "bob@x", At.AddSeconds(1)), new MastershipChange.Assign("s1", 1, "bob@x", At.AddSeconds(2)));
            Do(store, new MastershipChange.Force("s2", "b2", 1, "it burns — really", "bob@x", At.AddSeconds(3)));
        }

        using var again = MastershipDatabases.Open(Database);
        var found = again.Read();
        Assert.Equal(5, found.Serial);
        Assert.Equal(new StoreMastership("s1", "b1", 2, StoreMode.Moving, null, At.AddSeconds(2), "bob@x"), found.Stores["s1"]);
        Assert.Equal(new StoreMastership("s2", "b2", 2, StoreMode.Moving, null, At.AddSeconds(3), "bob@x"), found.Stores["s2"]);
        Assert.Equal(new FencedInstance("a2", "s2", 1, At.AddSeconds(3), "bob@x", "it burns — really"), Assert.Single(found.Fenced).Value);
        Assert.Equal(
            [
                new MastershipEvent(5, At.AddSeconds(3), "bob@x", "s2", "forced", "a2", "b2", 2, "it burns — really"),
                new MastershipEvent(4, At.AddSeconds(2), "bob@x", "s1", "moved", "a1", "b1", 2, null),
                new MastershipEvent(3, At.AddSeconds(1), "bob@x", "s1", "moving", "a1", "b1", 1, null),
            ],
            again.History(null, 3));
        Assert.Equal(["moved", "moving", "enrolled"], again.History("s1", 10).Select(one => one.What));
        Do(again, new MastershipChange.Up("s1", 2, "bob@x", At), new MastershipChange.Merged("s2", "a2", "merged by hand", "bob@x", At),
            new MastershipChange.Remove("s1", "bob@x", At));
        Assert.Equal((8, "s2", 0), (again.Read().Serial, Assert.Single(again.Read().Stores).Key, again.Read().Fenced.Count));
    }

    [Fact]
    public void What_is_refused_changes_nothing()
    {
        using var store = MastershipDatabases.Open(Database, create: true);
        Do(store, new MastershipChange.Enroll("s1", "a1", "x", At));
        var before = MastershipExport.ToBytes(store.Read());
        var (after, refusal) = store.Change(new MastershipChange.Assign("s1", 1, "x", At));
        Assert.True(after is null && refusal!.Contains("no failover that was begun", StringComparison.Ordinal));
        Assert.Equal(before, MastershipExport.ToBytes(store.Read()));
        Assert.Single(store.History(null, 10));
    }

    [Fact]
    public void Of_several_that_want_the_same_store_one_wins()
    {
        using (var store = MastershipDatabases.Open(Database, create: true))
        {
            Do(store, new MastershipChange.Enroll("s1", "a1", "x", At));
        }

        for (var round = 1; round <= 10; round++)
        {
            using var barrier = new Barrier(4);
            var results = new (MastershipSnapshot? After, string? Refusal)[4];
            var threads = Enumerable.Range(0, 4).Select(n => new Thread(() =>
            {
                using var store = MastershipDatabases.Open(Database);
                barrier.SignalAndWait();
                results[n] = store.Change(new MastershipChange.Begin("s1", $"r{round}-{n}", round, $"p{n}", At));
            })).ToList();
            threads.ForEach(thread => thread.Start());
            threads.ForEach(thread => thread.Join());
            var winner = Assert.Single(results, result => result.After is not null);
            Assert.Equal(3, results.Count(result => result.Refusal?.Contains("is moving already", StringComparison.Ordinal) == true));
            using var now = MastershipDatabases.Open(Database);
            Assert.Equal(winner.After!.Stores["s1"], now.Read().Stores["s1"]);
            Do(now, new MastershipChange.Assign("s1", round, "x", At), new MastershipChange.Up("s1", round + 1, "x", At));
        }
    }

    [Fact]
    public void A_snapshot_is_of_one_moment()
    {
        using var store = MastershipDatabases.Open(Database, create: true);
        Do(store, new MastershipChange.Enroll("s1", "a1", "x", At), new MastershipChange.Enroll("s2", "a2", "x", At));
        using var stop = new CancellationTokenSource();
        var writer = new Thread(() =>
        {
            for (var epoch = 1; !stop.IsCancellationRequested; epoch++)
            {
                foreach (var name in "12")
                {
                    Do(store, new MastershipChange.Begin($"s{name}", $"{(epoch % 2 == 0 ? 'a' : 'b')}{name}", epoch, "x", At),
                        new MastershipChange.Assign($"s{name}", epoch, "x", At), new MastershipChange.Up($"s{name}", epoch + 1, "x", At));
                }
            }
        });
        writer.Start();
        using (var reader = MastershipDatabases.Open(Database))
        {
            for (var i = 0; i < 100 || reader.Read().Serial < 20; i++)
            {
                // Each store's state says how many changes led to it; together they are the serial.
                var found = reader.Read();
                Assert.Equal(found.Serial, found.Stores.Values.Sum(
                    row => 1 + (3 * (row.Epoch - 1)) + (row.Mode == StoreMode.Up ? 0 : row.Target is null ? -1 : 1)));
            }
        }

        stop.Cancel();
        writer.Join();
    }

    [Fact]
    public void What_is_lost_is_frozen_until_the_last_export_is_restored()
    {
        using var store = MastershipDatabases.Open(Database, create: true);
        Do(store, new MastershipChange.Enroll("s1", "a1", "x", At), new MastershipChange.Enroll("s2", "a2", "x", At),
            new MastershipChange.Force("s2", "b2", 1, "dead", "x", At));
        var export = MastershipExport.ToBytes(store.Read());
        Lose();
        Assert.Throws<StateLostException>(() => store.Read());
        Assert.Contains("nothing changes its role", Assert.Throws<StateLostException>(() => store.Change(new MastershipChange.Up("s2", 2, "x", At))).Message,
            StringComparison.Ordinal);
        Assert.Throws<StateLostException>(() => MastershipDatabases.Open(Database)); // and is not begun anew
        Assert.Throws<StateLostException>(() => MastershipDatabases.Open(Database));

        using var again = MastershipDatabases.Open(Database, create: true);
        var read = MastershipExport.Read(export, "export", new DiagnosticBag())!.Value.Snapshot;
        var (after, refusal) = again.Restore(read, "ann@x", At, force: false);
        Assert.Null(refusal);
        var found = store.Read(); // the one that saw it go
        Assert.Equal(MastershipExport.ToBytes(after!), MastershipExport.ToBytes(found));
        Assert.True(found.Serial > read.Serial && found.Stores.Values.All(row => row.Epoch > read.Stores[row.Store].Epoch));
        var lowered = found with
        {
            Serial = read.Serial,
            Head = read.Head,
            Stores = found.Stores.ToDictionary(row => row.Key, row => row.Value with { Epoch = read.Stores[row.Key].Epoch })
        };
        Assert.Equal(export, MastershipExport.ToBytes(lowered));
        Assert.Equal(["restored", "restored"], again.History(null, 10).Select(one => one.What));
        Assert.Contains("--force", again.Restore(read, "ann@x", At, force: false).Refusal, StringComparison.Ordinal);
        Assert.Null(again.Restore(read, "ann@x", At, force: true).Refusal);
    }

    [Fact]
    public void Every_change_is_a_link_that_names_the_one_before()
    {
        using var store = MastershipDatabases.Open(Database, create: true);
        Assert.Null(store.Read().Head);
        Do(store, new MastershipChange.Enroll("s1", "a1", "x", DateTimeOffset.UnixEpoch), new MastershipChange.Begin("s1", "b1", 1, "x",
            DateTimeOffset.UnixEpoch),
            new MastershipChange.GiveUp("s1", 1, "x", DateTimeOffset.UnixEpoch));
        var links = store.Links(0);
        Assert.Equal([1, 2, 3], links.Select(link => link.Serial));
        Assert.Equal(["", links[0].Hash, links[1].Hash], links.Select(link => link.Before));
        Assert.Equal(links[2].Hash, store.Read().Head);
        Assert.Equal([links[2]], store.Links(2));
        Assert.NotNull(store.Change(new MastershipChange.GiveUp("s1", 7, "x", DateTimeOffset.UnixEpoch)).Refusal);
        Assert.Equal(3, store.Links(0).Count);
        var after = store.Restore(store.Read(), "x", DateTimeOffset.UnixEpoch, force: true).After!;
        Assert.Equal((true, links[2].Hash, after.Head), (store.Links(3).Single().Restored, store.Links(3).Single().Before, store.Read().Head));
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("UPDATE mastership_chain SET id = 'x' WHERE serial = 1", "the change with serial 2 does not name the one before it")]
    [InlineData("DELETE FROM mastership_chain WHERE serial = 2", "the chain of changes ends at serial 1, the masters are at 2")]
    [InlineData("UPDATE mastership SET serial = 3", "the chain of changes ends at serial 2, the masters are at 3")]
    public void A_change_past_the_program_breaks_the_chain(string sql, string? expected)
    {
        using var store = MastershipDatabases.Open(Database, create: true);
        Do(store, new MastershipChange.Enroll("s1", "a1", "x", DateTimeOffset.UnixEpoch), new MastershipChange.Begin("s1", "b1", 1, "x",
            DateTimeOffset.UnixEpoch));
        if (sql.Length > 0)
        {
            Tell(sql);
        }

        var why = MastershipLink.WhyBroken(store.Read(), store.Links(0));
        Assert.Equal(expected is null, why is null);
        Assert.StartsWith(expected ?? "", why ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public void A_database_of_version_1_gets_a_chain_when_it_is_opened()
    {
        using (var store = MastershipDatabases.Open(Database, create: true))
        {
            Do(store, new MastershipChange.Enroll("s1", "a1", "x", DateTimeOffset.UnixEpoch));
        }

        Tell("DROP TABLE mastership_chain");
        Tell("UPDATE mastership SET version = 1");
        using var opened = MastershipDatabases.Open(Database);
        using var again = MastershipDatabases.Open(Database);
        Assert.Equal(opened.Read().Head, again.Read().Head);
        Assert.Equal((1, "a1"), (opened.Links(0).Single().Serial, opened.Read().Stores["s1"].Master));
        Do(opened, new MastershipChange.Begin("s1", "b1", 1, "x", DateTimeOffset.UnixEpoch));
        Assert.Equal(2, opened.Links(0).Count);
    }

    [Fact]
    public void A_database_of_a_newer_version_is_left_alone()
    {
        using var store = MastershipDatabases.Open(Database, create: true);
        Tell("UPDATE mastership SET version = 99");
        Assert.Contains("newer provision (version 99", Assert.Throws<StateLostException>(() => store.Read()).Message, StringComparison.Ordinal);
        Assert.Contains("newer provision", Assert.Throws<StateLostException>(() => MastershipDatabases.Open(Database, create: true)).Message,
            StringComparison.Ordinal);
    }

    protected static void Do(IMastershipDatabase store, params MastershipChange[] changes)
    {
        foreach (var change in changes)
        {
            Assert.Null(store.Change(change).Refusal);
        }
    }
}
