using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Provision.Stores.Tests;

/// <summary>A PostgreSQL of Debian, on loopback, with its data in memory.</summary>
public sealed class PostgresCluster : IDisposable
{
    public const string Password = "p@ss/word";

    private static readonly ProcessRunner Runner = new();
    private readonly string folder = $"/dev/shm/provision-postgres-{Environment.ProcessId}-{Guid.NewGuid():N}"[..60];
    private readonly string programs = Directory.GetDirectories("/usr/lib/postgresql").Order(StringComparer.Ordinal).Last() + "/bin";
    private string[] settings = ["fsync=off"];
    private RunningCommand? running;
    private RunningCommand? standby;
    private int databases;

    public PostgresCluster()
    {
        using (var free = new TcpListener(IPAddress.Loopback, 0))
        {
            free.Start();
            Port = ((IPEndPoint)free.LocalEndpoint).Port;
        }

        Directory.CreateDirectory(folder);
        File.WriteAllText($"{folder}/password", Password);
        Runner.Run(Command.Of("chown", "-R", "postgres", folder)).OrThrow();
        Runner.Run(AsPostgres($"{programs}/initdb", "-D", Data, "-U", "postgres", "--auth-host=scram-sha-256", "--auth-local=trust",
            $"--pwfile={folder}/password", "--no-sync", "--encoding=UTF8", "--locale=C").WithTimeout(TimeSpan.FromMinutes(2))).OrThrow();
        Start();
    }

    public int Port { get; }

    public string Socket => folder;

    private string Data => $"{folder}/data";

    /// <summary>Starts the server, again while processes of one that was killed are still there: it refuses then.</summary>
    public void Start()
    {
        var said = new List<string>();
        for (var until = DateTime.UtcNow.AddSeconds(60); ; Thread.Sleep(50))
        {
            if (running is not { IsRunning: true })
            {
                running?.Dispose();
                running = RunningCommand.Start(
                    AsPostgres($"{programs}/postgres", ["-D", Data, "-h", "127.0.0.1", "-p", $"{Port}", "-k", folder, "-c", "max_connections=50",
                        .. settings.SelectMany(setting => new[] { "-c", setting })])
                    .WithListener(line => { lock (said) { said.Add(line); } }));
            }

            try
            {
                Run("postgres", "SELECT 1");
                return;
            }
            catch (NpgsqlException e)
            {
                lock (said)
                {
                    Assert.True(DateTime.UtcNow < until, $"{e.Message}\n{string.Join('\n', said.TakeLast(20))}");
                }
            }
        }
    }

    /// <summary>Starts it with other settings.</summary>
    public void Restart(params string[] others)
    {
        Kill();
        settings = others;
        Start();
    }

    /// <summary>Connects a synchronous standby, which only keeps the log.</summary>
    public void StartStandby()
    {
        var log = Directory.CreateDirectory($"{folder}/wal").FullName;
        Runner.Run(Command.Of("chown", "postgres", log)).OrThrow();
        standby = RunningCommand.Start(AsPostgres($"{programs}/pg_receivewal", "-D", log, "-h", folder, "-p", $"{Port}", "-U", "postgres", "--synchronous",
            "--no-loop")
            .WithListener(_ => { }));
    }

    /// <summary>As if the power failed.</summary>
    public void Kill()
    {
        standby?.Dispose();
        running?.Dispose();
    }

    /// <summary>A database of its own.</summary>
    public string NewDatabase()
    {
        var name = $"test{Interlocked.Increment(ref databases)}";
        Run("postgres", $"CREATE DATABASE {name}");
        return name;
    }

    public string Url(string database) => $"postgresql://postgres:{Uri.EscapeDataString(Password)}@127.0.0.1:{Port}/{database}";

    public void Run(string database, string sql)
    {
        using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder
            {
                Host = "127.0.0.1",
                Port = Port,
                Username = "postgres",
                Password = Password,
                Database = database,
                Pooling = false
            }.ToString());
        connection.Open();
        using var command = new NpgsqlCommand(sql, connection);
        command.ExecuteNonQuery();
    }

    public void Dispose()
    {
        Kill();
        Directory.Delete(folder, recursive: true);
    }

    private static Command AsPostgres(string program, params string[] arguments) => Environment.UserName == "root"
        ? Command.Of("setpriv", ["--reuid=postgres", "--regid=postgres", "--clear-groups", program, .. arguments]).In("/")
        : Command.Of(program, arguments).In("/");
}
