using System.Data.Common;
using System.Globalization;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Provision.Stores.Mastership;

/// <summary>The differences between two SQL databases.</summary>
internal abstract class SqlDialect : IDisposable
{
    /// <summary>The database's name in messages, without a password.</summary>
    public abstract string Name { get; }

    /// <summary>Begins a transaction with a consistent snapshot.</summary>
    public abstract string BeginRead { get; }

    /// <summary>Begins the only transaction that may write: a second writer waits, and then sees the changes of the first.</summary>
    public abstract string BeginWrite { get; }

    /// <summary>The type of an auto-increment key.</summary>
    public abstract string Counter { get; }

    /// <summary>Counts the existing tables.</summary>
    public abstract string CountTables { get; }

    /// <summary>Connects; done for every operation, so that a replaced or recovered database is noticed.</summary>
    public abstract DbConnection Connect();

    /// <summary>Runs work on the database with the rights that it needs.</summary>
    public virtual T WithRights<T>(Func<T> work) => work();

    /// <summary>Creates the prerequisites of the tables.</summary>
    public virtual void Make()
    {
    }

    /// <summary>Validates once, when it is opened, that the database is usable.</summary>
    public virtual void Check(DbConnection connection)
    {
    }

    /// <summary>Returns why a confirmed change could be lost with the server; null if it cannot.</summary>
    public virtual string? Weakness(DbConnection connection) => null;

    /// <inheritdoc/>
    public virtual void Dispose()
    {
    }
}

/// <summary>A SQLite file.</summary>
/// <param name="path">The file.</param>
internal sealed class SqliteDialect(string path) : SqlDialect
{
    /// <summary>Where the database was while the status daemon ran as root.</summary>
    private const string Older = "/var/lib/provision/masters.sqlite";

    public override string Name => path;

    public override string BeginRead => "BEGIN";

    public override string BeginWrite => "BEGIN IMMEDIATE";

    public override string Counter => "INTEGER PRIMARY KEY AUTOINCREMENT";

    public override string CountTables => "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'mastership'";

    /// <summary>What root changes stays the status daemon's, which has a user of its own.</summary>
    public override T WithRights<T>(Func<T> work) => OwnerRights.In(Path.GetDirectoryName(path)!, work);

    public override void Make()
    {
        StateFolder.Make(Path.GetDirectoryName(Path.GetFullPath(path))!);
        SqliteFile.Make(path);
    }

    public override DbConnection Connect() => File.Exists(path) ? SqliteFile.Connect(path)
        : throw new FileNotFoundException(path == MastershipDatabases.Default && File.Exists(Older)
            ? $"there is no such file, but {Older} of an older version: stop the status daemon and move it (CHANGELOG.md says how)"
            : "there is no such file");

    public override void Check(DbConnection connection) =>
        SqliteFile.Prepare((SqliteConnection)connection, "it is damaged; move the file away and restore the last export: provision masters restore FILE");
}

/// <summary>A PostgreSQL server, 13 or later.</summary>
internal sealed class PostgresDialect : SqlDialect
{
    private readonly NpgsqlDataSource source;

    /// <summary>
    /// Parses <c>postgresql://user[:password]@host[:port]/db</c>; <c>?host=</c> is the directory of a Unix socket, <c>?sslmode=</c> is as for libpq.
    /// </summary>
    /// <exception cref="FormatException">The URL is malformed.</exception>
    public PostgresDialect(string url)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.AbsolutePath.Length < 2)
        {
            throw new FormatException("expected postgresql://user@host:port/database");
        }

        var user = uri.UserInfo.Split(':', 2);
        var settings = new NpgsqlConnectionStringBuilder
        {
            Host = uri.Host.Length > 0 ? uri.Host : "localhost",
            Port = uri.Port > 0 ? uri.Port : 5432,
            Database = Uri.UnescapeDataString(uri.AbsolutePath[1..]),
            Username = user[0].Length > 0 ? Uri.UnescapeDataString(user[0]) : null,
            Password = user.Length > 1 ? Uri.UnescapeDataString(user[1]) : null,
            ApplicationName = "provision",

            // In seconds. An unreachable database must be detected soon, because slots and engineers wait for the answer.
            Timeout = 3,
            CommandTimeout = 3,
            CancellationTimeout = -1,

            // A pooled connection may lead to a server that is gone.
            Pooling = false,
        };
        foreach (var (key, value) in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries).Select(part => part.Split('=', 2))
            .Select(part => (part[0], Uri.UnescapeDataString(part[^1]))))
        {
            switch (key)
            {
                case "host":
                    settings.Host = value;
                    break;
                case "sslmode" when Enum.TryParse<SslMode>(value.Replace("-", "", StringComparison.Ordinal), ignoreCase: true, out var mode):
                    settings.SslMode = mode;
                    break;
                default:
                    throw new FormatException($"\"{key}={value}\" is not known; host= and sslmode= are");
            }
        }

        Name = string.Create(CultureInfo.InvariantCulture, $"postgresql://{settings.Host}:{settings.Port}/{settings.Database}");
        var builder = new NpgsqlSlimDataSourceBuilder(settings.ToString());
        builder.EnableTransportSecurity();
        source = builder.Build();
    }

    public override string Name { get; }

    public override string BeginRead => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

    // The number is arbitrary; the lock ends with the transaction. A read after waiting for it sees what the previous holder committed.
    public override string BeginWrite => "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL lock_timeout = '3s'; SELECT pg_advisory_xact_lock(7302491)";

    public override string Counter => "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY";

    public override string CountTables => "SELECT count(to_regclass('mastership'))";

    public override DbConnection Connect()
    {
        var opened = source.CreateConnection();
        try
        {
            opened.Open();
            return opened.Query("SELECT pg_is_in_recovery()", row => row.GetBoolean(0))[0]
                ? throw new InvalidOperationException("this server is a standby, which may lag behind: name the primary")
                : opened;
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    public override string? Weakness(DbConnection connection)
    {
        var (commit, standbys, sync) = connection.Query(
            "SELECT current_setting('synchronous_commit'), current_setting('synchronous_standby_names'), current_setting('fsync')",
            row => (row.GetString(0), row.GetString(1), row.GetString(2))).Single();
        if (sync != "on")
        {
            return $"{Name} has fsync = {sync}: a power cut can lose changes that were confirmed";
        }

        if (commit is "off" or "local")
        {
            return $"{Name} has synchronous_commit = {commit}: a change is confirmed before a standby has it; set it to on or remote_apply";
        }

        if (standbys.Length == 0)
        {
            return $"{Name} has no synchronous_standby_names: a change is confirmed before a standby has it, and is lost with the server";
        }

        // Without the right to see it, the state of every standby is null.
        var states = connection.Query("SELECT sync_state FROM pg_stat_replication", row => row.IsDBNull(0) ? null : row.GetString(0));
        return states.Any(state => state is "sync" or "quorum") ? null
            : states.Count > 0 && states.All(state => state is null)
                ? $"{Name} does not show whether a standby is synchronous: GRANT pg_read_all_stats to the role"
                : $"{Name} waits for a standby ({standbys}) and none is connected: no change can be made until one is";
    }

    public override void Dispose()
    {
        source.Dispose();
        base.Dispose();
    }
}
