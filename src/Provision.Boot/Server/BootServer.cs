using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;
using Provision.Boot.Dhcp;
using Provision.Boot.Identities;
using Provision.Boot.Images;
using Provision.Boot.Jobs;
using Provision.Configuration.Secrets;
using Provision.Inventory;

namespace Provision.Boot.Server;

/// <summary>What a boot server is started with.</summary>
public sealed record BootServerOptions
{
    /// <summary>Folder of the repository.</summary>
    public required string Repository { get; init; }

    /// <summary>Folder of its state.</summary>
    public required string State { get; init; }

    /// <summary>Folder of the images.</summary>
    public required string Store { get; init; }

    /// <summary>Where it listens.</summary>
    public required IPEndPoint Listen { get; init; }

    /// <summary>Name of the site that it serves; null where it runs no DHCP.</summary>
    public string? Site { get; init; }

    /// <summary>What its DHCP server does.</summary>
    public DhcpMode Dhcp { get; init; } = DhcpMode.Off;

    /// <summary>age identity that reads the hosts' identities.</summary>
    public string Identity { get; init; } = SecretStore.DefaultIdentity;

    /// <summary>Socket of the identity helper; without it the identities are decrypted by this process.</summary>
    public string IdentitySocket { get; init; } = Identities.IdentitySocket.DefaultPath;

    /// <summary>Folder of iPXE.</summary>
    public string IpxeFolder { get; init; } = DnsmasqPlace.DebianIpxe;

    /// <summary>How often it looks whether the inventory changed.</summary>
    public TimeSpan RefreshInterval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}

/// <summary>What the endpoints share.</summary>
internal sealed record BootServerState(
    BootServerOptions Options, FleetWatch Fleet, JobConnection Jobs, ImageRepository Images, StateDirectory State, SecretStore Secrets,
        IIdentitySource Identities, JobKey Key, Action<string> Log)
{
    public RequestLimits Limits { get; } = new(Options.Clock);

    /// <summary>Logs a line; what anyone can cause is limited in number.</summary>
    public void Say(string line)
    {
        if (Limits.Line(line) is { } logged)
        {
            Log(logged);
        }
    }

    public DateTimeOffset Now() => Options.Clock.GetUtcNow();

    public Site? Site() => Fleet.Current is { } known && Options.Site is { } name ? known.FindSite(name) : null;
}

/// <summary>
/// The boot server: scripts, artefacts, jobs and the live stream over HTTP, with a dnsmasq beside it. It keeps nothing but the state folder, so it may be
/// killed at any time and started again.
/// </summary>
public sealed class BootServer : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly BootServerState state;
    private readonly DhcpServer? dhcp;
    private readonly CancellationTokenSource ending = new();
    private Task looking = Task.CompletedTask;
    private DateTimeOffset nextExpiry;

    private BootServer(WebApplication app, BootServerState state, DhcpServer? dhcp)
    {
        this.app = app;
        this.state = state;
        this.dhcp = dhcp;
    }

    /// <summary>Where it listens, <c>http://192.0.2.4:8480</c>.</summary>
    public string Address => app.Urls.First();

    /// <summary>Starts a server.</summary>
    /// <param name="options">What it is started with.</param>
    /// <param name="say">Told what happens, a line each.</param>
    /// <exception cref="IOException">The address is in use, or the state folder cannot be used.</exception>
    public static async Task<BootServer> Start(BootServerOptions options, Action<string> say)
    {
        var commands = new ProcessRunner();
        var folder = new StateDirectory(options.State);
        var secrets = new SecretStore(options.Repository, options.Identity, commands);
        var shared = new BootServerState(
            options,
            new FleetWatch(options.Repository, say),
            new JobConnection(folder.OpenJobs, say),
            new ImageRepository(options.Store),
            folder,
            secrets,
            new HelperOrOwn(new IdentitySocket(options.IdentitySocket), new IdentityFiles(secrets, commands)),
            folder.Key(),
            say);
        shared.Jobs.Refresh();
        shared.Fleet.Refresh();
        var dnsmasq = options is { Dhcp: not DhcpMode.Off, Site: { } site }
            ? new DhcpServer(
                new DhcpServerOptions { Site = site, Mode = options.Dhcp, BootServer = options.Listen, Directory = folder.Folder, Ipxe = options.IpxeFolder },
                shared.Fleet, commands, shared.Say)
            : null;
        var server = new BootServer(Build(options, shared), shared, dnsmasq);
        try
        {
            await SmallServer.Start(server.app, options.Listen);
        }
        catch
        {
            dnsmasq?.Dispose();
            shared.Jobs.Dispose();
            throw;
        }

        dnsmasq?.Refresh();
        server.looking = server.LookNowAndThen();
        return server;
    }

    /// <summary>Waits until it is asked to end.</summary>
    public Task WaitForEnd(CancellationToken cancellation = default) => ((IHost)app).WaitForShutdownAsync(cancellation);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        await looking;
        dhcp?.Dispose();
        using (var soon = new CancellationTokenSource(TimeSpan.FromSeconds(2)))
        {
            await app.StopAsync(soon.Token);
        }

        await app.DisposeAsync();
        state.Jobs.Dispose();
        ending.Dispose();
    }

    private static WebApplication Build(BootServerOptions options, BootServerState state)
    {
        var built = SmallServer.Build(options.Listen, state.State.Folder, RequestLimits.Connections, RequestLimits.ConnectionsOfSource);

        // Some firmware requests /ipxe//snponly.efi and gives up at a redirect.
        built.Use((context, next) =>
        {
            context.Request.Path = SingleSlashes(context.Request.Path.Value!);
            return next(context);
        });
        built.UseRouting();
        Map(built, state.Limits, new BootEndpoints(state), new ArtefactEndpoints(state), new JobEndpoints(state), new PeopleEndpoints(state));
        return built;
    }

    private static string SingleSlashes(string path)
    {
        while (path.Contains("//", StringComparison.Ordinal))
        {
            path = path.Replace("//", "/", StringComparison.Ordinal);
        }

        return path;
    }

    private static void Map(WebApplication on, RequestLimits limits, BootEndpoints boot, ArtefactEndpoints artefacts, JobEndpoints jobs, PeopleEndpoints people)
    {
        string[] read = ["GET", "HEAD"];
        on.MapMethods("/", read, (RequestDelegate)people.Page);
        on.MapGet("/events", (RequestDelegate)people.Stream);
        on.MapPost("/discovered", limits.Discoveries(people.Discovered));
        on.MapMethods("/boot.ipxe", read, (RequestDelegate)BootEndpoints.First);
        on.MapMethods("/boot/{mac}", read, (RequestDelegate)boot.Machine);
        on.MapMethods("/artefacts/{**path}", read, limits.Downloads(artefacts.Image));
        on.MapMethods("/ipxe/{file}", read, limits.Downloads(artefacts.Ipxe));
        on.MapMethods("/jobs/{id}/ticket", read, (RequestDelegate)boot.Ticket);
        on.MapPost("/jobs/{id}/claim", limits.Claims(jobs.Claim));
        on.MapPost("/jobs/{id}/report", limits.Reports(jobs.Report));
        on.MapPost("/jobs/{id}/events", limits.Reports(jobs.Held(jobs.Events)));
        on.MapGet("/jobs/{id}", jobs.Held(jobs.Order));
        on.MapMethods("/jobs/{id}/repository", read, limits.Downloads(jobs.Handed(HandedThing.Repository, jobs.Repository)));
        on.MapGet("/jobs/{id}/identity", (RequestDelegate)jobs.Identity);
    }

    private async Task LookNowAndThen()
    {
        try
        {
            using var timer = new PeriodicTimer(state.Options.RefreshInterval);
            while (await timer.WaitForNextTickAsync(ending.Token))
            {
                state.Jobs.Refresh();
                state.Fleet.Refresh();
                Expire();
                ExpireDiscovered();
                dhcp?.Refresh();
            }
        }
        catch (OperationCanceledException)
        {
            // It ends.
        }
    }

    /// <summary>Jobs whose time is up are noted as such; nothing depends on it, because every question is asked with the time.</summary>
    private void Expire()
    {
        try
        {
            var now = state.Now();
            state.Jobs.Ask(jobs =>
            {
                foreach (var job in jobs.Jobs(onlyOpen: true, 10_000).Where(job => now >= job.Deadline))
                {
                    jobs.Change(job.Id, new TimePassed(now));
                }

                return true;
            });
        }
        catch (StateLostException)
        {
            // It was logged when it was lost.
        }
    }

    private void ExpireDiscovered()
    {
        if (state.Now() < nextExpiry)
        {
            return;
        }

        nextExpiry = state.Now() + TimeSpan.FromMinutes(10);
        try
        {
            state.State.Discovered.Expire(state.Now());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            state.Say($"discovered machines: {e.Message}");
        }
    }
}
