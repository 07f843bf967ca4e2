using System.Text;
using Provision.Stores.Mastership;

namespace Provision.Stores.Tests;

/// <summary>A SQLite file of masters whose machine lost its power at any point of any write: it has the state before a change or after it, or it is
/// lost.</summary>
public sealed class TornDatabaseTests : IDisposable
{
    private const int Sector = 512, Page = 4096;
    private readonly string folder = Directory.CreateTempSubdirectory("provision-torn-").FullName;
    private readonly List<string> history = [];
    private readonly byte[] database;
    private readonly List<byte[]> logs = [];

    public TornDatabaseTests()
    {
        var path = Path.Combine(folder, "masters.sqlite");
        using var store = MastershipDatabases.Open(path, create: true);

        // As long as it is open nothing is moved from the log to the database.
        using var reader = SqliteFile.Connect(path);
        reader.Query("SELECT count(*) FROM masters", row => row.GetInt64(0));
        Assert.Equal([2L], reader.Query("PRAGMA synchronous", row => row.GetInt64(0)));
        Note(store, path);
        for (var i = 1; i <= 6; i++)
        {
            var change = i < 5 ? (MastershipChange)new MastershipChange.Enroll($"s{i}", $"a{i}", "x", DateTimeOffset.UnixEpoch)
                : new MastershipChange.Remove($"s{i - 4}", "x", DateTimeOffset.UnixEpoch);
            Assert.Null(store.Change(change).Refusal);
            Note(store, path);
        }

        database = File.ReadAllBytes(path);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    /// <summary>What was answered is on the disk: a copy of the files at that moment has it.</summary>
    [Fact]
    public void A_change_that_was_confirmed_is_there()
    {
        for (var i = 0; i < history.Count; i++)
        {
            Assert.Equal(history[i], Read(database, logs[i]));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Cut_anywhere_in_its_log_it_is_as_before_a_change_or_after_it(bool zeroed)
    {
        var log = logs[^1];
        var last = 0;
        foreach (var length in Enumerable.Range(0, (log.Length / Sector) + 2).Select(sectors => Math.Min(sectors * Sector, log.Length)))
        {
            // Either the file ends there, or it has its length already and nothing in it yet.
            var torn = zeroed ? [.. log[..length], .. new byte[log.Length - length]] : log[..length];
            var found = history.IndexOf(Read(database, torn)!);
            Assert.True(found >= last, $"with {length} of {log.Length} bytes it is at {found}, and it was at {last} with fewer");
            last = found;
        }

        Assert.Equal(history.Count - 1, last);
    }

    /// <summary>A file that lost its end is never taken for one with fewer stores.</summary>
    [Fact]
    public void A_database_without_its_end_is_lost()
    {
        var path = Path.Combine(folder, "masters.sqlite");
        var whole = File.ReadAllBytes(path); // All is closed, and in the database itself.
        Assert.Equal(history[^1], Read(whole, []));
        for (var length = Page; length < whole.Length; length += Page)
        {
            Assert.Null(Read(whole[..length], []));
        }
    }

    private void Note(IMastershipDatabase store, string path)
    {
        history.Add(Text(store.Read()));
        logs.Add(File.ReadAllBytes(path + "-wal"));
    }

    /// <summary>Returns what a database with these files holds; null if it is lost.</summary>
    private string? Read(byte[] content, byte[] log)
    {
        var copy = Path.Combine(Directory.CreateDirectory(Path.Combine(folder, Guid.NewGuid().ToString("N"))).FullName, "masters.sqlite");
        File.WriteAllBytes(copy, content);
        File.WriteAllBytes(copy + "-wal", log);
        try
        {
            using var store = MastershipDatabases.Open(copy);
            return Text(store.Read());
        }
        catch (StateLostException)
        {
            return null;
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(copy)!, recursive: true);
        }
    }

    private static string Text(MastershipSnapshot snapshot) => Encoding.UTF8.GetString(MastershipExport.ToBytes(snapshot));
}
