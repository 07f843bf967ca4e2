using System.Net;
using Provision.Inventory;

namespace Provision.Boot.Dhcp;

/// <summary>What a site's DHCP server is started with.</summary>
public sealed record DhcpServerOptions
{
    /// <summary>Name of the site.</summary>
    public required string Site { get; init; }

    /// <summary>Whether it assigns addresses; null as the inventory has it for the site.</summary>
    public DhcpMode? Mode { get; init; }

    /// <summary>Address and port of the boot server that machines are sent to. The inventory's address of it comes first.</summary>
    public required IPEndPoint BootServer { get; init; }

    /// <summary>Directory of dnsmasq's configuration, leases and pid.</summary>
    public required string Directory { get; init; }

    /// <summary>Directory of iPXE.</summary>
    public string Ipxe { get; init; } = DnsmasqPlace.DebianIpxe;
}

/// <summary>A site's DHCP and TFTP server: a dnsmasq whose configuration follows the inventory.</summary>
/// <param name="options">What it is started with.</param>
/// <param name="fleet">The inventory.</param>
/// <param name="commands">Runs dnsmasq.</param>
/// <param name="log">Receives log lines.</param>
public sealed class DhcpServer(DhcpServerOptions options, FleetWatch fleet, ICommandRunner commands, Action<string> log) : IDisposable
{
    /// <summary>Where a DHCP server of its own unit keeps its files.</summary>
    public const string DefaultDirectory = "/var/lib/provision-dhcp";

    private readonly DnsmasqDaemon dnsmasq = new(options.Directory, log);
    private readonly RouterSolicitations solicitations = new(log);

    /// <summary>Runs until it is stopped.</summary>
    /// <param name="interval">Time between two looks at the inventory.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task Run(TimeSpan interval, CancellationToken cancellation)
    {
        try
        {
            using var timer = new PeriodicTimer(interval);
            do
            {
                fleet.Refresh();
                Refresh();
            }
            while (await timer.WaitForNextTickAsync(cancellation));
        }
        catch (OperationCanceledException)
        {
            // It ends.
        }
    }

    /// <summary>Starts dnsmasq, or starts it again, if its configuration changed or it ended.</summary>
    public void Refresh()
    {
        if (fleet.Current is not { } known || known.FindSite(options.Site) is not { } site)
        {
            return;
        }

        var mode = options.Mode ?? site.Netboot.Dhcp;
        if (mode == DhcpMode.Off)
        {
            Dispose();
            return;
        }

        try
        {
            var server = known.BootServerOf(site) ?? (Ipv4Address.TryParse(options.BootServer.Address.ToString(), out var listening) ? listening : default);
            dnsmasq.Keep(DnsmasqConfig.Of(known, site, mode, new DnsmasqPlace(server, options.BootServer.Port, options.Directory, options.Ipxe)),
                commands);
            solicitations.Keep(server);
        }
        catch (Exception e) when (e is CommandFailedException or IOException or UnauthorizedAccessException)
        {
            log($"dnsmasq: {e.Message}");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        dnsmasq.Dispose();
        solicitations.Dispose();
    }
}
