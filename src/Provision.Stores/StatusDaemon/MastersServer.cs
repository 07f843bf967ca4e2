using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Provision.Inventory;
using Provision.Stores.Mastership;

namespace Provision.Stores.StatusDaemon;

/// <summary>The options of a status daemon.</summary>
public sealed record MastersServerOptions
{
    /// <summary>Directory of the repository, which defines the slots and their locations.</summary>
    public required string Repository { get; init; }

    /// <summary>The database, as <see cref="MastershipDatabases.Open"/> takes it; not read by a relay.</summary>
    public required string Database { get; init; }

    /// <summary>URLs of other daemons; if there are any, this daemon is a relay and asks them instead of the database.</summary>
    public IReadOnlyList<Uri> From { get; init; } = [];

    /// <summary>Destinations for the newest snapshot while its export is pending; a relay exports nothing.</summary>
    public IReadOnlyList<string> Exports { get; init; } = [];

    /// <summary>Cache file of the last snapshot read, for use after a restart while the database cannot be reached.</summary>
    public required string Remembered { get; init; }

    /// <summary>Endpoints added by other components, such as the answers for a mail proxy.</summary>
    public IReadOnlyList<Func<StatusDaemonParts, IStatusExtension>> Extensions { get; init; } = [];

    /// <summary>The listening address.</summary>
    public required IPEndPoint Listen { get; init; }

    /// <summary>Another address, with plain HTTP, for the services of this machine; null for none.</summary>
    public IPEndPoint? Plain { get; init; }

    /// <summary>The certificate with which it speaks TLS at <see cref="Listen"/>; null for plain HTTP there too.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>Polling interval: twice a second, so that a change is visible within one second.</summary>
    public TimeSpan Poll { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Intervals for retrying pending exports, and for detecting changes of inventory and users.</summary>
    public (TimeSpan Exports, TimeSpan Files) RefreshIntervals { get; init; } = (TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(2));
}

/// <summary>The context of a status daemon's extension.</summary>
/// <param name="Masters">Returns the last known masters; null before any was read.</param>
/// <param name="Fleet">The inventory as loaded by the daemon.</param>
/// <param name="Log">Receives log lines.</param>
public sealed record StatusDaemonParts(Func<MastershipSnapshot?> Masters, FleetWatch Fleet, Action<string> Log);

/// <summary>An endpoint of the status daemon provided by another component.</summary>
public interface IStatusExtension
{
    /// <summary>The request path, such as <c>/auth</c>.</summary>
    string Path { get; }

    /// <summary>Answers a request.</summary>
    Task Answer(HttpContext context);

    /// <summary>Reloads its own files if they changed; called every few seconds.</summary>
    void Refresh();
}

/// <summary>
/// The status daemon: reports the master of each store, or that the store is moving. It makes no decisions and stores nothing that it could not read again;
/// while the database cannot be reached it continues to report the last known masters, but confirms nothing.
/// </summary>
public sealed class MastersServer : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly MastersCache masters;
    private readonly CancellationTokenSource ending = new();
    private readonly List<Task> loops = [];

    private MastersServer(WebApplication app, MastersCache masters)
    {
        this.app = app;
        this.masters = masters;
    }

    /// <summary>The listening URL, such as <c>http://192.0.2.4:8490</c>.</summary>
    public string Address => app.Urls.First();

    /// <summary>Starts a daemon, even if database, source daemons or inventory cannot be read.</summary>
    /// <param name="options">The options.</param>
    /// <param name="say">Receives log lines.</param>
    /// <exception cref="IOException">The address is in use, or the directory of the cache file is not usable.</exception>
    public static async Task<MastersServer> Start(MastersServerOptions options, Action<string> say)
    {
        var fleet = new FleetWatch(options.Repository, say);
        var folder = StateFolder.Make(Path.GetDirectoryName(Path.GetFullPath(options.Remembered))!);
        IMastersOrigin origin = options.From.Count > 0 ? new DaemonsOrigin(options.From) : new DatabaseOrigin(options.Database);
        var current = new MastersCache(origin, options.Remembered, say);
        var server = new MastersServer(SmallServer.Build(options.Listen, folder, certificate: options.Certificate, plain: options.Plain), current);
        fleet.Refresh();
        await current.Refresh(server.ending.Token);
        var status = new StatusEndpoints(current, origin, fleet);
        var extensions = options.Extensions.Select(extension => extension(new StatusDaemonParts(() => current.Known?.Snapshot, fleet, say))).ToList();
        server.app.MapGet("/masters", (RequestDelegate)status.Masters);
        server.app.MapGet("/confirm", (RequestDelegate)status.Confirm);
        server.app.MapGet("/chain", (RequestDelegate)status.Chain);
        foreach (var extension in extensions)
        {
            extension.Refresh();
            server.app.MapGet(extension.Path, (RequestDelegate)extension.Answer);
        }

        try
        {
            await SmallServer.Start(server.app, options.Listen);
        }
        catch
        {
            current.Dispose();
            throw;
        }

        server.loops.Add(server.Every(options.Poll, () => current.Refresh(server.ending.Token)));
        server.loops.Add(server.Every(options.RefreshIntervals.Files, () =>
        {
            fleet.Refresh();
            extensions.ForEach(extension => extension.Refresh());
            return Task.CompletedTask;
        }));
        if (options.From.Count == 0)
        {
            SayWeakness(options.Database, say);
        }

        if (options.From.Count == 0 && options.Exports.Count > 0)
        {
            var runner = new ProcessRunner();
            var exporter = new MastershipExporter([.. options.Exports.Select(destination => new ExportDestination(destination, runner))], say);
            server.loops.Add(server.Every(options.RefreshIntervals.Exports, async () =>
            {
                if (current.Known is { } known)
                {
                    exporter.Begin(known.Snapshot);
                    await Task.Run(exporter.Finish);
                }
            }));
        }

        return server;
    }

    /// <summary>Waits until the daemon is asked to stop.</summary>
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

    /// <summary>Logs once, at the start, that a confirmed change could be lost.</summary>
    private static void SayWeakness(string database, Action<string> say)
    {
        try
        {
            using var store = MastershipDatabases.Open(database);
            if (store.Weakness() is { } weakness)
            {
                say(weakness);
            }
        }
        catch (StateLostException)
        {
            // The refresh reports it.
        }
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
            // Shutting down.
        }
    }
}
