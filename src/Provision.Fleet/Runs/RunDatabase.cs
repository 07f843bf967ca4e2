using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Provision.FleetRuns.Runs;

/// <summary>The runs of a control host, in an SQLite file. Every change is synced before the next step of a run, so a run can be killed at any moment and
/// resumed. A run that is at work holds a lock, which the kernel releases with its process.</summary>
public sealed class RunDatabase : IDisposable
{
    private const int Format = 1;
    private const string Tables = """
        CREATE TABLE IF NOT EXISTS run (
            id INTEGER PRIMARY KEY, run_order TEXT NOT NULL, status TEXT NOT NULL, why TEXT, started TEXT NOT NULL, ended TEXT);
        CREATE TABLE IF NOT EXISTS run_host (
            run INTEGER NOT NULL, place INTEGER NOT NULL, host TEXT NOT NULL, wave INTEGER NOT NULL, progress TEXT NOT NULL, plan_hash TEXT,
            generation INTEGER, message TEXT NOT NULL, started TEXT, ended TEXT, PRIMARY KEY (run, host));
        """;

    private readonly string directory;
    private readonly DbConnection connection;
    private readonly Lock turn = new();

    private RunDatabase(string directory, DbConnection connection) => (this.directory, this.connection) = (directory, connection);

    /// <summary>Default directory: of the host for root, of the user otherwise.</summary>
    public static string DefaultDirectory => Environment.IsPrivilegedProcess ? StateFolder.Path + "/fleet"
        : Path.Combine(
            Environment.GetEnvironmentVariable("XDG_STATE_HOME") is { Length: > 0 } state ? state
                : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local/state"),
            "provision/fleet");

    /// <summary>Opens the runs in a directory, which is created if it is missing.</summary>
    /// <exception cref="StateLostException">The file is damaged, or of a newer format.</exception>
    public static RunDatabase Open(string directory)
    {
        using (var files = RootedFiles.Open("/"))
        {
            files.MakeFolder(Path.GetFullPath(directory), FileModes.PrivateDirectory);
        }

        var path = Path.Combine(directory, "runs.db");
        SqliteFile.Make(path);
        var opened = SqliteFile.Connect(path);
        try
        {
            SqliteFile.Prepare(opened, $"{path} is damaged: move it away; runs in it cannot be resumed, hosts are not affected");
            if (opened.Query("PRAGMA user_version", row => row.GetInt32(0))[0] is > Format and var newer)
            {
                throw new StateLostException($"{path} has format {newer}; this program knows {Format}: use a newer provision");
            }

            opened.Run(Tables);
            opened.Run($"PRAGMA user_version = {Format}");
            return new RunDatabase(directory, opened);
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    /// <summary>Creates a run and takes its lock.</summary>
    /// <param name="order">What it is to do.</param>
    /// <param name="hosts">Its hosts, in the order of waves.</param>
    /// <param name="now">The time.</param>
    /// <param name="held">Receives the lock; null if the run was refused.</param>
    /// <param name="why">Receives why it was refused: a run is at work on one of the hosts.</param>
    public FleetRun? Create(RunOrder order, IReadOnlyList<RunHost> hosts, DateTimeOffset now, out IDisposable? held, out string? why)
    {
        (held, why) = (null, null);
        lock (turn)
        {
            connection.Run("BEGIN IMMEDIATE");
            try
            {
                var names = hosts.Select(host => host.Host).ToHashSet(StringComparer.Ordinal);
                foreach (var other in connection.Query("SELECT id FROM run WHERE status = 'Running'", row => row.GetInt32(0)))
                {
                    var shared = HostsOf(other).FirstOrDefault(host => !host.IsOver && names.Contains(host.Host));
                    if (shared is not null && IsAtWork(other))
                    {
                        why = $"run {other} is at work and has {shared.Host} too: wait for it, or see \"provision fleet status {other}\"";
                        connection.Run("ROLLBACK");
                        return null;
                    }
                }

                var id = connection.Query("SELECT coalesce(max(id), 0) + 1 FROM run", row => row.GetInt32(0))[0];
                held = TryLock(id) ?? throw new IOException($"{LockPath(id)} is held by another process");
                connection.Run(
                    "INSERT INTO run VALUES (@id, @order, 'Running', NULL, @started, NULL)",
                    ("@id", id), ("@order", JsonSerializer.Serialize(order, RunJson.Default.RunOrder)), ("@started", Text(now)));
                for (var place = 0; place < hosts.Count; place++)
                {
                    connection.Run(
                        "INSERT INTO run_host VALUES (@run, @place, @host, @wave, 'Waiting', NULL, NULL, '', NULL, NULL)",
                        ("@run", id), ("@place", place), ("@host", hosts[place].Host), ("@wave", hosts[place].Wave));
                }

                connection.Run("COMMIT");
                return Find(id);
            }
            catch
            {
                held?.Dispose();
                held = null;
                connection.Run("ROLLBACK");
                throw;
            }
        }
    }

    /// <summary>Returns a run; null if there is none with this number.</summary>
    public FleetRun? Find(int id)
    {
        lock (turn)
        {
            return connection.Query(
                "SELECT id, run_order, status, why, started, ended FROM run WHERE id = @id",
                row => new FleetRun(
                    row.GetInt32(0), JsonSerializer.Deserialize(row.GetString(1), RunJson.Default.RunOrder)!, Enum.Parse<RunStatus>(row.GetString(2)),
                    row.IsDBNull(3) ? null : row.GetString(3), Time(row.GetString(4)), row.IsDBNull(5) ? null : Time(row.GetString(5)), []),
                ("@id", id)).Select(run => run with { Hosts = HostsOf(id) }).FirstOrDefault();
        }
    }

    /// <summary>Returns the numbers of all runs, the newest first.</summary>
    public IReadOnlyList<int> Ids()
    {
        lock (turn)
        {
            return connection.Query("SELECT id FROM run ORDER BY id DESC", row => row.GetInt32(0));
        }
    }

    /// <summary>Records how far a run got with a host.</summary>
    public void Record(int run, RunHost host)
    {
        lock (turn)
        {
            connection.Run(
                "UPDATE run_host SET progress = @progress, plan_hash = @hash, generation = @generation, message = @message, started = @started, ended = @ended "
                + "WHERE run = @run AND host = @host",
                ("@progress", host.Progress.ToString()), ("@hash", host.PlanHash), ("@generation", host.Generation), ("@message", host.Message),
                ("@started", host.Started is { } started ? Text(started) : null), ("@ended", host.Ended is { } ended ? Text(ended) : null),
                ("@run", run), ("@host", host.Host));
        }
    }

    /// <summary>Records how a run stands.</summary>
    public void Record(int run, RunStatus status, string? why, DateTimeOffset? ended)
    {
        lock (turn)
        {
            connection.Run(
                "UPDATE run SET status = @status, why = @why, ended = @ended WHERE id = @id",
                ("@status", status.ToString()), ("@why", why), ("@ended", ended is { } time ? Text(time) : null), ("@id", run));
        }
    }

    /// <summary>Takes the lock of a run; null if a process is at work on it.</summary>
    public IDisposable? TryLock(int run)
    {
        using var files = RootedFiles.Open("/");
        return files.TryLock(LockPath(run));
    }

    /// <summary>True if a process is at work on a run.</summary>
    public bool IsAtWork(int run)
    {
        using var held = TryLock(run);
        return held is null;
    }

    /// <inheritdoc/>
    public void Dispose() => connection.Dispose();

    private string LockPath(int run) => Path.GetFullPath(Path.Combine(directory, $"run-{run}.lock"));

    private List<RunHost> HostsOf(int run) => connection.Query(
        "SELECT host, wave, progress, plan_hash, generation, message, started, ended FROM run_host WHERE run = @run ORDER BY place",
        row => new RunHost(row.GetString(0), row.GetInt32(1), Enum.Parse<HostProgress>(row.GetString(2)))
        {
            PlanHash = row.IsDBNull(3) ? null : row.GetString(3),
            Generation = row.IsDBNull(4) ? null : row.GetInt32(4),
            Message = row.GetString(5),
            Started = row.IsDBNull(6) ? null : Time(row.GetString(6)),
            Ended = row.IsDBNull(7) ? null : Time(row.GetString(7)),
        },
        ("@run", run));

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind);
}

/// <summary>JSON serialization of an order, without reflection.</summary>
[JsonSerializable(typeof(RunOrder))]
internal sealed partial class RunJson : JsonSerializerContext;
