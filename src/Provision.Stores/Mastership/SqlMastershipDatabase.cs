using System.Data.Common;
using System.Globalization;

namespace Provision.Stores.Mastership;

/// <summary>Stores the masters in an SQL database. Every operation uses one connection and one transaction.</summary>
/// <param name="database">The SQL dialect.</param>
internal sealed class SqlMastershipDatabase(SqlDialect database) : IMastershipDatabase
{
    private const int Version = 2;

    private const string Schema = """
        CREATE TABLE mastership (version BIGINT NOT NULL, serial BIGINT NOT NULL);
        CREATE TABLE masters (store TEXT PRIMARY KEY, master TEXT NOT NULL UNIQUE, epoch BIGINT NOT NULL, mode TEXT NOT NULL, target TEXT,
            since TEXT NOT NULL, changed_by TEXT NOT NULL);
        CREATE TABLE fenced_slots (slot TEXT PRIMARY KEY, store TEXT NOT NULL, epoch BIGINT NOT NULL, at TEXT NOT NULL,
            fenced_by TEXT NOT NULL, reason TEXT NOT NULL);
        CREATE TABLE mastership_history (number COUNTER, serial BIGINT NOT NULL, at TEXT NOT NULL, done_by TEXT NOT NULL, store TEXT NOT NULL,
            what TEXT NOT NULL, from_slot TEXT, to_slot TEXT, epoch BIGINT NOT NULL, reason TEXT);
        CREATE INDEX history_of_store ON mastership_history (store, number);
        """;

    /// <summary>What version 2 added: the chain of changes. Earlier programs refuse the database from then on: a change of theirs would break it.</summary>
    private const string ChainSchema =
        "CREATE TABLE mastership_chain (serial BIGINT PRIMARY KEY, id TEXT NOT NULL, prior TEXT NOT NULL, restored BIGINT NOT NULL)";

    /// <summary>Validates that the database is usable; creates its tables if requested.</summary>
    /// <exception cref="StateLostException">It is not usable, or does not exist and is not to be created.</exception>
    public void Prepare(bool create)
    {
        if (create)
        {
            Try(() => { database.Make(); return true; });
        }

        In("", on =>
        {
            database.Check(on);
            on.Run(create ? database.BeginWrite : database.BeginRead);
            if (on.Query(database.CountTables, row => row.GetInt64(0))[0] == 0)
            {
                if (!create)
                {
                    throw new StateLostException("there are no masters in it");
                }

                on.Run(Schema.Replace("COUNTER", database.Counter, StringComparison.Ordinal));
                on.Run(ChainSchema);
                on.Run("INSERT INTO mastership (version, serial) VALUES (@version, 0)", ("@version", Version));
            }

            return ReadSerial(on);
        });
        if (In(database.BeginRead, ReadVersion) < Version)
        {
            In(database.BeginWrite, BeginChain);
        }
    }

    /// <summary>Upgrades a database of version 1: the chain begins at its serial.</summary>
    private static bool BeginChain(DbConnection on)
    {
        if (ReadVersion(on) == Version)
        {
            return false;
        }

        on.Run(ChainSchema);
        AddLink(on, MastershipLink.Next(ReadSerial(on), null, restored: false));
        on.Run("UPDATE mastership SET version = @version", ("@version", Version));
        return true;
    }

    /// <inheritdoc/>
    public MastershipSnapshot Read() => In(database.BeginRead, ReadAll);

    /// <inheritdoc/>
    public (MastershipSnapshot? After, string? Refusal) Change(MastershipChange change) =>
        In<(MastershipSnapshot? After, string? Refusal)>(database.BeginWrite, on =>
    {
        var before = ReadAll(on);
        var step = MastershipRules.Apply(before, change);
        if (step.After is { } changed)
        {
            var after = Linked(on, before, changed, restored: false);
            on.Run("DELETE FROM masters WHERE store = @store", ("@store", change.Store));
            on.Run("DELETE FROM fenced_slots WHERE store = @store", ("@store", change.Store));
            Add(on, after, row => row == change.Store, [step.Event!]);
            return (after, null);
        }

        return (null, step.Refusal);
    });

    /// <inheritdoc/>
    public (MastershipSnapshot? After, string? Refusal) Restore(MastershipSnapshot exported, string by, DateTimeOffset at, bool force) =>
        In(database.BeginWrite, on =>
    {
        var before = ReadAll(on);
        var (after, events, refusal) = MastershipRules.Restore(before, exported, by, at, force);
        if (after is not null)
        {
            after = Linked(on, before, after, restored: true);
            on.Run("DELETE FROM masters");
            on.Run("DELETE FROM fenced_slots");
            Add(on, after, _ => true, events);
        }

        return (after, refusal);
    });

    /// <inheritdoc/>
    public IReadOnlyList<MastershipEvent> History(string? store, int most) => In(database.BeginRead, on => on.Query(
        $"SELECT serial, at, done_by, store, what, from_slot, to_slot, epoch, reason FROM mastership_history {(store is null ? "" : "WHERE store = @store")} " +
            $"ORDER BY number DESC LIMIT @most",
        row => new MastershipEvent(row.GetInt64(0), Time(row, 1), row.GetString(2), row.GetString(3), row.GetString(4), Text(row, 5), Text(row, 6),
            row.GetInt64(7), Text(row, 8)),
        store is null ? [("@most", most)] : [("@most", most), ("@store", store)]));

    /// <inheritdoc/>
    public IReadOnlyList<MastershipLink> Links(long after) => In(database.BeginRead, on => on.Query(
        "SELECT serial, id, prior, restored FROM mastership_chain WHERE serial > @after ORDER BY serial", Link, ("@after", after)));

    /// <inheritdoc/>
    public string? Weakness() => In<string?>(database.BeginRead, database.Weakness);

    /// <inheritdoc/>
    public void Dispose() => database.Dispose();

    private static MastershipLink Link(DbDataReader row) => new(row.GetInt64(0), row.GetString(1), row.GetString(2), row.GetInt64(3) == 1);

    /// <summary>Adds the link of a change to the chain.</summary>
    private static MastershipSnapshot Linked(DbConnection on, MastershipSnapshot before, MastershipSnapshot after, bool restored)
    {
        var link = MastershipLink.Next(after.Serial, before.Head, restored);
        AddLink(on, link);
        return after with { Head = link.Hash };
    }

    private static void AddLink(DbConnection on, MastershipLink link) => on.Run(
        "INSERT INTO mastership_chain (serial, id, prior, restored) VALUES (@serial, @id, @prior, @restored)",
        ("@serial", link.Serial), ("@id", link.Id), ("@prior", link.Before), ("@restored", link.Restored ? 1L : 0L));

    private static MastershipSnapshot ReadAll(DbConnection on) => new(
        ReadSerial(on),
        on.Query(
            "SELECT store, master, epoch, mode, target, since, changed_by FROM masters",
            row => new StoreMastership(row.GetString(0), row.GetString(1), row.GetInt64(2), Enum.Parse<StoreMode>(row.GetString(3)), Text(row, 4),
                Time(row, 5), row.GetString(6))).ToDictionary(row => row.Store, StringComparer.Ordinal),
        on.Query(
            "SELECT slot, store, epoch, at, fenced_by, reason FROM fenced_slots",
            row => new FencedInstance(row.GetString(0), row.GetString(1), row.GetInt64(2), Time(row, 3), row.GetString(4), row.GetString(5)))
                .ToDictionary(row => row.Slot, StringComparer.Ordinal))
    {
        Head = on.Query("SELECT serial, id, prior, restored FROM mastership_chain ORDER BY serial DESC LIMIT 1", Link) is [var last] ? last.Hash : null,
    };

    private static long ReadVersion(DbConnection on) => on.Query("SELECT version FROM mastership", row => row.GetInt64(0)).Single();

    private static long ReadSerial(DbConnection on)
    {
        var (version, serial) = on.Query("SELECT version, serial FROM mastership", row => (row.GetInt64(0), row.GetInt64(1))).Single();
        return version <= Version ? serial : throw new StateLostException($"it was written by a newer provision (version {version}, this one knows {Version})");
    }

    private static void Add(DbConnection on, MastershipSnapshot after, Func<string, bool> store, IReadOnlyList<MastershipEvent> events)
    {
        on.Run("UPDATE mastership SET serial = @serial", ("@serial", after.Serial));
        foreach (var row in after.Stores.Values.Where(row => store(row.Store)))
        {
            on.Run(
                "INSERT INTO masters (store, master, epoch, mode, target, since, changed_by) VALUES (@store, @master, @epoch, @mode, @target, @since, @by)",
                ("@store", row.Store), ("@master", row.Master), ("@epoch", row.Epoch), ("@mode", row.Mode.ToString()), ("@target", row.Target),
                    ("@since", Time(row.Since)), ("@by", row.By));
        }

        foreach (var row in after.Fenced.Values.Where(row => store(row.Store)))
        {
            on.Run(
                "INSERT INTO fenced_slots (slot, store, epoch, at, fenced_by, reason) VALUES (@slot, @store, @epoch, @at, @by, @reason)",
                ("@slot", row.Slot), ("@store", row.Store), ("@epoch", row.Epoch), ("@at", Time(row.At)), ("@by", row.By), ("@reason", row.Reason));
        }

        foreach (var row in events)
        {
            on.Run(
                "INSERT INTO mastership_history (serial, at, done_by, store, what, from_slot, to_slot, epoch, reason) VALUES (@serial, @at, @by, @store, " +
                    "@what, @from, @to, @epoch, @reason)",
                ("@serial", row.Serial), ("@at", Time(row.At)), ("@by", row.By), ("@store", row.Store), ("@what", row.What), ("@from", row.From),
                    ("@to", row.To), ("@epoch", row.Epoch), ("@reason", row.Reason));
        }
    }

    private static string? Text(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static DateTimeOffset Time(DbDataReader row, int column) =>
        DateTimeOffset.Parse(row.GetString(column), CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind);

    private static string Time(DateTimeOffset at) => at.ToString("O", CultureInfo.InvariantCulture);

    private T In<T>(string begin, Func<DbConnection, T> work)
    {
        var ending = false;
        try
        {
            return Try(() =>
            {
                using var connection = database.Connect();
                if (begin.Length > 0)
                {
                    connection.Run(begin);
                }

                // If this throws, the transaction is rolled back with its connection.
                var result = work(connection);
                ending = begin == database.BeginWrite;
                connection.Run("COMMIT");
                return result;
            });
        }
        catch (StateLostException e) when (ending)
        {
            throw new StateLostException($"{e.Message}; it failed while a change was being made durable, which may have happened or not: look (provision " +
                $"masters) before you continue", e);
        }
    }

    private T Try<T>(Func<T> work)
    {
        try
        {
            return database.WithRights(work);
        }
        catch (Exception e) when (e is DbException or IOException or UnauthorizedAccessException or TimeoutException
            or InvalidOperationException or InvalidCastException or FormatException or ArgumentException or DllNotFoundException
            or StateLostException)
        {
            throw new StateLostException($"the masters in {database.Name} cannot be read: {e.Message}; nothing changes its role until they can " +
                $"(docs/masters.md)", e);
        }
    }
}
