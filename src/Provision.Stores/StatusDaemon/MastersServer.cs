using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Provision.Inventory;
using Provision.Stores.Mastership;

namespace Provision.Stores.StatusDaemon;

/// <summary>What a status daemon is started with.</summary>
public sealed record MastersServerOptions
{
    /// <summary>Directory of the repository: it says which slots there are, and where.</summary>
    public required string Repository { get; init; }

    /// <summary>The database, as <see cref="MastershipStores.Open"/> takes it; not read by a relay.</summary>
    public required string Database { get; init; }

    /// <summary>URLs of other daemons; where there are any, it is a relay and asks them instead of the database.</summary>
    public IReadOnlyList<Uri> From { get; init; } = [];

    /// <summary>Where the newest snapshot is exported to where that is owed; a relay exports nothing.</summary>
    public IReadOnlyList<string> Exports { get; init; } = [];

    /// <summary>File of the last snapshot that was read, for the time after a restart while the database cannot be reached.</summary>
    public required string Remembered { get; init; }

    /// <summary>Endpoints that another area adds, such as the answers for a mail proxy.</summary>
    public IReadOnlyList<Func<StatusDaemonParts, IStatusExtension>> Extensions { get; init; } = [];

    /// <summary>Where it listens.</summary>
    public required IPEndPoint Listen { get; init; }

    /// <summary>How often it reads: twice a second, so that a change is told within one.</summary>
    public TimeSpan Poll { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How often it looks for owed exports, and whether inventory and users changed.</summary>
    public (TimeSpan Exports, TimeSpan Files) Look { get; init; } = (TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(2));
}

/// <summary>What an extension of the status daemon works with.</summary>
/// <param name="Masters">Returns the last known masters; null before any was read.</param>
/// <param name="Fleet">The inventory as the daemon keeps it.</param>
/// <param name="Log">Receives log lines.</param>
public sealed record StatusDaemonParts(Func<MastershipSnapshot?> Masters, FleetWatch Fleet, Action<string> Log);

/// <summary>An endpoint of the status daemon that another area brings.</summary>
public interface IStatusExtension
{
    /// <summary>The path that it answers, <c>/auth</c>.</summary>
    string Path { get; }

    /// <summary>Answers a request.</summary>
    Task Answer(HttpContext context);

    /// <summary>Reads its own files again if they changed; called every few seconds.</summary>
    void Refresh();
}

/// <summary>
/// The status daemon: who is master of each store, or that it moves. It decides nothing and keeps nothing that it could not read again; while the database
/// cannot be reached it goes on answering with the last known masters, but confirms nothing.
/// </summary>
public sealed class MastersServer : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly MastersAtHand masters;
    private readonly CancellationTokenSource ending = new();
    private readonly List<Task> loops = [];

    private MastersServer(WebApplication app, MastersAtHand masters)
    {
        this.app = app;
        this.masters = masters;
    }

    /// <summary>Where it listens, <c>http://192.0.2.4:8490</c>.</summary>
    public string Address => app.Urls.First();

    /// <summary>Starts a daemon. It starts, too, where database, origins or inventory cannot be read.</summary>
    /// <param name="options">What it is started with.</param>
    /// <param name="say">Told what happens, a line each.</param>
    /// <exception cref="IOException">The address is in use, or the directory of the remembered snapshot cannot be used.</exception>
    public static async Task<MastersServer> Start(MastersServerOptions options, Action<string> say)
    {
        var fleet = new FleetWatch(options.Repository, say);
        var folder = Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(options.Remembered))!).FullName;
        IMastersOrigin origin = options.From.Count > 0 ? new DaemonsOrigin(options.From) : new DatabaseOrigin(options.Database);
        var atHand = new MastersAtHand(origin, options.Remembered, say);
        var server = new MastersServer(SmallServer.Build(options.Listen, folder), atHand);
        fleet.Look();
        await atHand.Look(server.ending.Token);
        var status = new StatusEndpoints(atHand, origin, fleet);
        var extensions = options.Extensions.Select(extension => extension(new StatusDaemonParts(() => atHand.Known?.Snapshot, fleet, say))).ToList();
        server.app.MapGet("/masters", (RequestDelegate)status.Masters);
        server.app.MapGet("/confirm", (RequestDelegate)status.Confirm);
        foreach (var extension in extensions)
        {
            extension.Refresh();
            server.app.MapGet(extension.Path, (RequestDelegate)extension.Answer);
        }

        await server.app.StartAsync();
        server.loops.Add(server.Every(options.Poll, () => atHand.Look(server.ending.Token)));
        server.loops.Add(server.Every(options.Look.Files, () =>
        {
            fleet.Look();
            extensions.ForEach(extension => extension.Refresh());
            return Task.CompletedTask;
        }));
        if (options.From.Count == 0 && options.Exports.Count > 0)
        {
            var runner = new ProcessRunner();
            var exporter = new MastershipExporter([.. options.Exports.Select(destination => new ExportDestination(destination, runner))], say);
            server.loops.Add(server.Every(options.Look.Exports, async () =>
            {
                if (atHand.Known is { } known)
                {
                    exporter.Begin(known.Snapshot);
                    await Task.Run(exporter.Finish);
                }
            }));
        }

        return server;
    }

    /// <summary>Waits until somebody asks it to end.</summary>
    public Task WaitForEnd(CancellationToken cancellation = default) => ((IHost)app).WaitForShutdownAsync(cancellation);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        await Task.WhenAll(loops);
        using (var soon = new CancellationTokenSource(TimeSpan.FromSeconds(2)))
        {
            await app.StopAsync(soon.Token);
        }

        await app.DisposeAsync();
        masters.Dispose();
        ending.Dispose();
    }

    private async Task Every(TimeSpan period, Func<Task> work)
    {
        try
        {
            using var timer = new PeriodicTimer(period);
            do
            {
                await work();
            }
            while (await timer.WaitForNextTickAsync(ending.Token));
        }
        catch (OperationCanceledException)
        {
            // It ends.
        }
    }
}
