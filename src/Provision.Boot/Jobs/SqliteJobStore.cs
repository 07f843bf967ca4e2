using System.Data.Common;
using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace Provision.Boot.Jobs;

/// <summary>
/// The store as one SQLite file in WAL mode, shared by the server and the commands beside it. A job is one JSON text; what must be unique is
/// a column: one open job a host, one open job a network card.
/// </summary>
internal sealed class SqliteJobStore : IJobStore
{
    private const int Version = 1;

    private const string Schema = """
        CREATE TABLE jobs (number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, host TEXT NOT NULL, open INTEGER NOT NULL, body TEXT NOT NULL);
        CREATE UNIQUE INDEX one_open_job ON jobs (host) WHERE open = 1;
        CREATE TABLE cards (mac TEXT PRIMARY KEY, job TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE lines (number INTEGER PRIMARY KEY AUTOINCREMENT, job TEXT NOT NULL, host TEXT NOT NULL, state INTEGER NOT NULL, body TEXT NOT NULL);
        CREATE INDEX lines_of_job ON lines (job, number);
        CREATE TABLE discovered (id TEXT PRIMARY KEY, at TEXT NOT NULL, body TEXT NOT NULL, bundle BLOB NOT NULL) WITHOUT ROWID;
        """;

    private readonly string path;
    private readonly SqliteConnection connection;
    private readonly Lock turn = new();

    private SqliteJobStore(string path, SqliteConnection connection)
    {
        this.path = path;
        this.connection = connection;
    }

    /// <summary>Opens the file, or makes it: readable by its owner only.</summary>
    /// <exception cref="StateLostException">It is damaged, or of a newer version. It is never replaced by itself.</exception>
    public static SqliteJobStore Open(string path)
    {
        SqliteConnection? opened = null;
        try
        {
            SqliteFile.Make(path);
            opened = SqliteFile.Connect(path);
            var store = new SqliteJobStore(path, opened);
            store.Prepare();
            return store;
        }
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException or DllNotFoundException or StateLostException)
        {
            opened?.Dispose();
            throw e as StateLostException ?? new StateLostException($"the jobs in {path} cannot be read: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<Job> Jobs(bool onlyOpen, int most) =>
        Ask(() => Query($"SELECT body FROM jobs {(onlyOpen ? "WHERE open = 1" : "")} ORDER BY number DESC LIMIT $most", ReadJob, ("$most", most)));

    /// <inheritdoc/>
    public Job? Find(string id) => Ask(() => FindNow(id));

    /// <inheritdoc/>
    public Job? FindOpenOf(string host) => Ask(() => Query("SELECT body FROM jobs WHERE host = $host AND open = 1", ReadJob, ("$host", host)).FirstOrDefault());

    /// <inheritdoc/>
    public Job? FindOpenByMac(MacAddress mac) => Ask(() => Query("SELECT body FROM cards JOIN jobs ON jobs.id = cards.job WHERE mac = $mac", ReadJob, ("$mac", mac.ToString())).FirstOrDefault());

    /// <inheritdoc/>
    public bool TryAdd(Job job) => Write(() =>
    {
        if (Query("SELECT id FROM jobs WHERE host = $host AND open = 1", row => row.GetString(0), ("$host", job.Host)).Count > 0
            || job.Macs.Any(mac => Query("SELECT job FROM cards WHERE mac = $mac", row => row.GetString(0), ("$mac", mac.ToString())).Count > 0))
        {
            return false;
        }

        Run("INSERT INTO jobs (id, host, open, body) VALUES ($id, $host, 1, $body)", ("$id", job.Id), ("$host", job.Host), ("$body", Body(job)));
        foreach (var mac in job.Macs)
        {
            Run("INSERT INTO cards (mac, job) VALUES ($mac, $job)", ("$mac", mac.ToString()), ("$job", job.Id));
        }

        Note(job, new InstallEvent(job.ArmedAt, "job", $"armed by {job.ArmedBy} until {job.Deadline:u}"));
        return true;
    });

    /// <inheritdoc/>
    public JobStep? Change(string id, JobEvent happened) => Write(() =>
    {
        if (FindNow(id) is not { } job)
        {
            return null;
        }

        var step = JobRules.Apply(job, happened);
        if (!ReferenceEquals(step.Job, job))
        {
            Run("UPDATE jobs SET open = $open, body = $body WHERE id = $id", ("$open", step.Job.State.IsOpen() ? 1 : 0), ("$body", Body(step.Job)), ("$id", id));
            if (!step.Job.State.IsOpen())
            {
                Run("DELETE FROM cards WHERE job = $id", ("$id", id));
            }

            if (step.Job.State != job.State)
            {
                Note(step.Job, new InstallEvent(happened.At, "job", step.Job.State.Word(), IsError: step.Job.State is JobState.Differs or JobState.Failed or JobState.Refused or JobState.Expired));
            }
        }

        if (step.IsAlarm)
        {
            Note(step.Job, new InstallEvent(happened.At, "alarm", step.Refusal!, IsError: true));
        }

        return step;
    });

    /// <inheritdoc/>
    public void Append(Job job, IReadOnlyList<InstallEvent> events, int most) => Write(() =>
    {
        foreach (var line in events)
        {
            Note(job, line);
        }

        Run("DELETE FROM lines WHERE job = $job AND number <= (SELECT number FROM lines WHERE job = $job ORDER BY number DESC LIMIT 1 OFFSET $most)", ("$job", job.Id), ("$most", most));
        return true;
    });

    /// <inheritdoc/>
    public IReadOnlyList<JobLine> Lines(long after, string? job, int most) => Ask(() => Query(
        $"SELECT number, job, host, state, body FROM lines WHERE number > $after {(job is null ? "" : "AND job = $job")} ORDER BY number LIMIT $most", ReadLine, ("$after", after), ("$job", job ?? ""), ("$most", most)));

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, JobLine> LastLines(int most) => Ask(() => Query(
        """
        SELECT number, job, host, state, body FROM lines
        WHERE number IN (SELECT (SELECT max(number) FROM lines WHERE job = newest.id) FROM (SELECT id FROM jobs ORDER BY number DESC LIMIT $most) AS newest)
        """,
        ReadLine,
        ("$most", most)).ToDictionary(line => line.Job, StringComparer.Ordinal));

    /// <inheritdoc/>
    public long LastLine() => Ask(() => Query("SELECT coalesce(max(number), 0) FROM lines", row => row.GetInt64(0))[0]);

    /// <inheritdoc/>
    public bool PutDiscovered(DiscoveredMachine machine, byte[] bundle, int most) => Write(() =>
    {
        if (Query("SELECT count(*) FROM discovered WHERE id <> $id", row => row.GetInt64(0), ("$id", machine.Id))[0] >= most)
        {
            return false;
        }

        Run("INSERT OR REPLACE INTO discovered (id, at, body, bundle) VALUES ($id, $at, $body, $bundle)",
            ("$id", machine.Id), ("$at", machine.At.ToString("O")), ("$body", JsonSerializer.Serialize(machine.Report with { Bundle = [] }, StoredJson.Default.DiscoveryReport)), ("$bundle", bundle));
        return true;
    });

    /// <inheritdoc/>
    public IReadOnlyList<DiscoveredMachine> Discovered() => Ask(() => Query(
        "SELECT id, at, body FROM discovered ORDER BY at DESC",
        row => new DiscoveredMachine(row.GetString(0), DateTimeOffset.Parse(row.GetString(1)), JsonSerializer.Deserialize(row.GetString(2), StoredJson.Default.DiscoveryReport)!)));

    /// <inheritdoc/>
    public byte[]? BundleOf(string id) => Ask(() => Query("SELECT bundle FROM discovered WHERE id = $id", row => (byte[])row.GetValue(0), ("$id", id)).FirstOrDefault());

    /// <inheritdoc/>
    public void RemoveDiscovered(string id) => Write(() =>
    {
        Run("DELETE FROM discovered WHERE id = $id", ("$id", id));
        return true;
    });

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (turn)
        {
            connection.Dispose();
        }
    }

    private void Prepare()
    {
        SqliteFile.Prepare(connection, $"the jobs in {path} are damaged: move the file away and arm anew");
        Run("BEGIN IMMEDIATE");
        var found = Query("PRAGMA user_version", row => row.GetInt32(0))[0];
        if (found == 0)
        {
            Run(Schema);
            Run($"PRAGMA user_version = {Version}");
        }

        Run("COMMIT");
        if (found > Version)
        {
            throw new StateLostException($"the jobs in {path} were written by a newer provision (version {found}, this one knows {Version})");
        }
    }

    private Job? FindNow(string id) => Query("SELECT body FROM jobs WHERE id = $id", ReadJob, ("$id", id)).FirstOrDefault();

    private void Note(Job job, InstallEvent line) => Run(
        "INSERT INTO lines (job, host, state, body) VALUES ($job, $host, $state, $body)",
        ("$job", job.Id), ("$host", job.Host), ("$state", (int)job.State), ("$body", JsonSerializer.Serialize(line, StoredJson.Default.InstallEvent)));

    private static string Body(Job job) => JsonSerializer.Serialize(job, StoredJson.Default.Job);

    private static JobLine ReadLine(DbDataReader row) =>
        new(row.GetInt64(0), row.GetString(1), row.GetString(2), (JobState)row.GetInt32(3), JsonSerializer.Deserialize(row.GetString(4), StoredJson.Default.InstallEvent)!);

    private static Job ReadJob(DbDataReader row) => JsonSerializer.Deserialize(row.GetString(0), StoredJson.Default.Job)!;

    private T Write<T>(Func<T> work) => Ask(() =>
    {
        Run("BEGIN IMMEDIATE");
        try
        {
            var result = work();
            Run("COMMIT");
            return result;
        }
        catch
        {
            RollBack();
            throw;
        }
    });

    private void RollBack()
    {
        try
        {
            Run("ROLLBACK");
        }
        catch (SqliteException)
        {
            // It was rolled back with what failed.
        }
    }

    private T Ask<T>(Func<T> question)
    {
        lock (turn)
        {
            if (!File.Exists(path))
            {
                throw new StateLostException($"the jobs are lost: {path} is gone");
            }

            try
            {
                return question();
            }
            catch (Exception e) when (e is SqliteException or JsonException or InvalidCastException or FormatException or InvalidOperationException)
            {
                throw new StateLostException($"the jobs in {path} cannot be read: {e.Message}", e);
            }
        }
    }

    private void Run(string sql, params ReadOnlySpan<(string Name, object? Value)> values) => connection.Run(sql, values);

    private List<T> Query<T>(string sql, Func<DbDataReader, T> read, params ReadOnlySpan<(string Name, object? Value)> values) => connection.Query(sql, read, values);
}
