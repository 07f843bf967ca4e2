using System.Data.Common;
using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace Provision.Boot.Jobs;

/// <summary>
/// The store as one SQLite file in WAL mode, shared by the server and the commands beside it. A job is one JSON text; what must be unique is
/// a column: one open job a host, one open job a network card.
/// </summary>
internal sealed class SqliteJobDatabase : IJobDatabase
{
    /// <summary>The newest jobs whose log lines are kept, and the newest that are kept at all; open ones always are.</summary>
    private const int LoggedJobs = 200, KeptJobs = 1000;

    /// <summary>Since version 2 discovered machines are files of their own; since version 3 every open job has an order that can be verified.</summary>
    private const int Version = 3;

    private const string Schema = """
        CREATE TABLE jobs (number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, host TEXT NOT NULL, open INTEGER NOT NULL, body TEXT NOT NULL);
        CREATE UNIQUE INDEX one_open_job ON jobs (host) WHERE open = 1;
        CREATE TABLE cards (mac TEXT PRIMARY KEY, job TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE lines (number INTEGER PRIMARY KEY AUTOINCREMENT, job TEXT NOT NULL, host TEXT NOT NULL, state INTEGER NOT NULL, body TEXT NOT NULL);
        CREATE INDEX lines_of_job ON lines (job, number);
        """;

    private readonly string path;
    private readonly SqliteConnection connection;
    private readonly Action? makeRoom;
    private readonly Lock turn = new();
    private readonly List<string> closedOlder = [];
    private readonly Dictionary<(string Job, AlarmKind Kind), long> alarms = [];

    private SqliteJobDatabase(string path, SqliteConnection connection, Action? makeRoom)
    {
        this.path = path;
        this.connection = connection;
        this.makeRoom = makeRoom;
    }

    /// <summary>Opens the file, or makes it: readable by its owner only.</summary>
    /// <param name="path">The file.</param>
    /// <param name="makeRoom">Called once if the disk is full, before another try; null to fail at once.</param>
    /// <exception cref="StateLostException">It is damaged, or of a newer version. It is never replaced by itself.</exception>
    public static SqliteJobDatabase Open(string path, Action? makeRoom = null)
    {
        try
        {
            return OpenOnce(path, makeRoom);
        }
        catch (StateLostException e) when (e.IsFull && makeRoom is not null)
        {
            makeRoom();
            return OpenOnce(path, null);
        }
    }

    private static SqliteJobDatabase OpenOnce(string path, Action? makeRoom) =>
        OwnerRights.In(Path.GetDirectoryName(path)!, () => OpenNow(path, makeRoom));

    private static SqliteJobDatabase OpenNow(string path, Action? makeRoom)
    {
        SqliteConnection? opened = null;
        try
        {
            SqliteFile.Make(path);
            opened = SqliteFile.Connect(path);
            var store = new SqliteJobDatabase(path, opened, makeRoom);
            store.Prepare();
            return store;
        }
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException or DllNotFoundException or StateLostException)
        {
            opened?.Dispose();
            throw e as StateLostException ?? Lost(path, e);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> ClosedOlder => closedOlder;

    /// <inheritdoc/>
    public IReadOnlyList<Job> Jobs(bool onlyOpen, int most) =>
        Ask(() => Query($"SELECT body FROM jobs {(onlyOpen ? "WHERE open = 1" : "")} ORDER BY number DESC LIMIT $most", ReadJob, ("$most", most)));

    /// <inheritdoc/>
    public Job? Find(string id) => Ask(() => FindNow(id));

    /// <inheritdoc/>
    public Job? FindOpenOf(string host) => Ask(() => Query("SELECT body FROM jobs WHERE host = $host AND open = 1", ReadJob, ("$host", host)).FirstOrDefault());

    /// <inheritdoc/>
    public Job? FindOpenByMac(MacAddress mac) =>
        Ask(() => Query("SELECT body FROM cards JOIN jobs ON jobs.id = cards.job WHERE mac = $mac", ReadJob, ("$mac", mac.ToString())).FirstOrDefault());

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
        Run("DELETE FROM lines WHERE job IN (SELECT id FROM jobs WHERE open = 0 ORDER BY number DESC LIMIT -1 OFFSET $most)", ("$most", LoggedJobs));
        Run("DELETE FROM jobs WHERE open = 0 AND number NOT IN (SELECT number FROM jobs ORDER BY number DESC LIMIT $most)", ("$most", KeptJobs));
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
            Run("UPDATE jobs SET open = $open, body = $body WHERE id = $id", ("$open", step.Job.State.IsOpen() ? 1 : 0), ("$body", Body(step.Job)),
                ("$id", id));
            if (!step.Job.State.IsOpen())
            {
                Run("DELETE FROM cards WHERE job = $id", ("$id", id));
            }

            if (step.Job.State != job.State)
            {
                Note(step.Job, new InstallEvent(
                    happened.At, "job", step.Job.State.Word(),
                    IsError: step.Job.State is JobState.Differs or JobState.Failed or JobState.Refused or JobState.Expired));
            }
        }

        foreach (var given in step.Job.HandedOver.Skip(job.HandedOver.Count))
        {
            Note(step.Job, new InstallEvent(given.At, "job", given.ToString()));
        }

        if (step.Alarm is { } kind)
        {
            var count = alarms[(id, kind)] = alarms.GetValueOrDefault((id, kind)) + 1;
            if (IsPowerOfTen(count))
            {
                Note(step.Job, new InstallEvent(happened.At, "alarm", (step.Detail ?? step.Refusal!) + (count == 1 ? "" : $" ({count} times)"), IsError: true));
            }
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

        Run("DELETE FROM lines WHERE job = $job AND number <= (SELECT number FROM lines WHERE job = $job ORDER BY number DESC LIMIT 1 OFFSET $most)",
            ("$job", job.Id), ("$most", most));
        return true;
    });

    /// <inheritdoc/>
    public IReadOnlyList<JobLine> Lines(long after, string? job, int most) => Ask(() => Query(
        $"SELECT number, job, host, state, body FROM lines WHERE number > $after {(job is null ? "" : "AND job = $job")} ORDER BY number LIMIT $most",
            ReadLine, ("$after", after), ("$job", job ?? ""), ("$most", most)));

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
    public void Dispose()
    {
        lock (turn)
        {
            OwnerRights.In(Path.GetDirectoryName(path)!, connection.Dispose);
        }
    }

    private void Prepare()
    {
        SqliteFile.Prepare(connection, $"the jobs in {path} are damaged: move the file away and arm again");
        Run("BEGIN IMMEDIATE");
        var found = Query("PRAGMA user_version", row => row.GetInt32(0))[0];
        if (found < Version)
        {
            if (found == 0)
            {
                Run(Schema);
            }
            else
            {
                Run("DROP TABLE IF EXISTS discovered");
                CloseOlder();
            }

            Run($"PRAGMA user_version = {Version}");
        }

        Run("COMMIT");
        if (found > Version)
        {
            throw new StateLostException($"the jobs in {path} were written by a newer provision (version {found}, this one knows {Version})");
        }
    }

    /// <summary>Jobs that an older version armed have no order: their hosts boot from their own disks.</summary>
    private void CloseOlder()
    {
        foreach (var job in Query("SELECT body FROM jobs WHERE open = 1", ReadJob).Where(job => job.Signed is null))
        {
            var closed = job with { State = JobState.Disarmed };
            Run("UPDATE jobs SET open = 0, body = $body WHERE id = $id", ("$body", Body(closed)), ("$id", job.Id));
            Run("DELETE FROM cards WHERE job = $id", ("$id", job.Id));
            Note(closed, new InstallEvent(DateTimeOffset.UtcNow, "job",
                "disarmed: an older version of provision armed it, without an order that an installer can verify; arm it again", IsError: true));
            closedOlder.Add(job.Host);
        }
    }

    private Job? FindNow(string id) => Query("SELECT body FROM jobs WHERE id = $id", ReadJob, ("$id", id)).FirstOrDefault();

    private void Note(Job job, InstallEvent line) => Run(
        "INSERT INTO lines (job, host, state, body) VALUES ($job, $host, $state, $body)",
        ("$job", job.Id), ("$host", job.Host), ("$state", (int)job.State), ("$body", JsonSerializer.Serialize(line, StoredJson.Default.InstallEvent)));

    private static string Body(Job job) => JsonSerializer.Serialize(job, StoredJson.Default.Job);

    private static JobLine ReadLine(DbDataReader row) =>
        new(row.GetInt64(0), row.GetString(1), row.GetString(2), (JobState)row.GetInt32(3),
            JsonSerializer.Deserialize(row.GetString(4), StoredJson.Default.InstallEvent)!);

    private static Job ReadJob(DbDataReader row) => JsonSerializer.Deserialize(row.GetString(0), StoredJson.Default.Job)!;

    private T Write<T>(Func<T> work)
    {
        try
        {
            return Ask(() => Once(work));
        }
        catch (StateLostException e) when (e.IsFull && makeRoom is not null)
        {
            makeRoom();
            return Ask(() => Once(work));
        }
    }

    private T Once<T>(Func<T> work)
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
    }

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
                return OwnerRights.In(Path.GetDirectoryName(path)!, question);
            }
            catch (Exception e) when (e is SqliteException or JsonException or InvalidCastException or FormatException or InvalidOperationException)
            {
                throw Lost(path, e);
            }
        }
    }

    private static StateLostException Lost(string path, Exception e)
    {
        // SQLite cannot make its shared memory file on a full disk either.
        const int full = 13, noSharedMemory = 4874, ioError = 10, readOnly = 8, cannotOpen = 14;
        var isFull = e is SqliteException { SqliteErrorCode: full } or SqliteException { SqliteExtendedErrorCode: noSharedMemory }
            || (e is SqliteException { SqliteErrorCode: ioError or readOnly or cannotOpen }
                && new DriveInfo(Path.GetDirectoryName(path)!).AvailableFreeSpace < 1 << 20);
        return new StateLostException(isFull ? $"the disk of {path} is full: nothing can be noted of jobs" : $"the jobs in {path} cannot be read: {e.Message}",
            e)
        { IsFull = isFull };
    }

    private static bool IsPowerOfTen(long count)
    {
        while (count % 10 == 0)
        {
            count /= 10;
        }

        return count == 1;
    }

    private void Run(string sql, params ReadOnlySpan<(string Name, object? Value)> values) => connection.Run(sql, values);

    private List<T> Query<T>(string sql, Func<DbDataReader, T> read, params ReadOnlySpan<(string Name, object? Value)> values) =>
        connection.Query(sql, read, values);
}
