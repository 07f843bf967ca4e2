using System.CommandLine;
using System.Net;
using Provision.Boot.Server;
using Provision.Inventory;

namespace Provision.Cli.Commands;

/// <summary><c>provision netboot serve</c>: runs until it is stopped.</summary>
internal static class NetbootServeCommand
{
    public static Command Create()
    {
        var listen = Listen();
        var state = NetbootCommand.State();
        var store = new Option<string?>("--store") { Description = "Image repository (default: the site's)", HelpName = "DIR" };
        var site = SiteName();
        var dnsmasq = new Option<string?>(
            "--dnsmasq")
        {
            Description = "full: assigns addresses and announces what to boot; proxy: only announces it, next to another DHCP server; off " +
            "(default: the site's netboot.dhcp)",
            HelpName = "full|proxy|off"
        };
        dnsmasq.AcceptOnlyFromAmong("full", "proxy", "off");
        var identity = GlobalOptions.Identity();
        var command = new Command(
            "serve",
            "The boot server: boot scripts, images, jobs and a status page over HTTP; DHCP and TFTP by its own dnsmasq, with a configuration " +
            "made from the inventory. It may be killed and restarted at any time; while it is down, machines boot from their own disks.\n\n" +
            "Changes of the inventory are loaded within seconds; if the inventory is invalid, the error is logged and the last valid one stays in use.");
        command.Options.Add(listen);
        command.Options.Add(state);
        command.Options.Add(store);
        command.Options.Add(site);
        command.Options.Add(dnsmasq);
        command.Options.Add(identity);
        command.SetAction((arguments, cancellation) => Serve(
            arguments, NetbootCommand.SiteOf(Workspace.Load(arguments), arguments.GetValue(site)), arguments.GetValue(listen), arguments.GetValue(state)!,
                arguments.GetValue(store), arguments.GetValue(dnsmasq), arguments.GetValue(identity)!, cancellation));
        return command;
    }

    public static Option<string?> Listen() => new("--listen")
    {
        Description = "Address and port (default: the site's boot server and its port)",
        HelpName = "ADDRESS:PORT",
    };

    public static Option<string?> SiteName() => new("--site") { Description = "The site (default: that of this host)", HelpName = "NAME" };

    /// <summary>Returns where the boot server of a site listens: as given, else as the inventory has it.</summary>
    public static IPEndPoint EndPointOf(Workspace workspace, Site? site, string? listen)
    {
        IPEndPoint? at = null;
        if (listen is not null && !(IPEndPoint.TryParse(listen, out at) && listen.Contains(':', StringComparison.Ordinal)))
        {
            throw new UserErrorException($"--listen {listen}: expected an address and a port, such as 192.0.2.4:8480");
        }

        var own = site is null ? null : workspace.Fleet.BootServerOf(site);
        return at ?? new IPEndPoint(own is { } address ? IPAddress.Parse(address.ToString()) : IPAddress.Any, site?.Netboot.Port ?? 8480);
    }

    private static async Task<int> Serve(
        ParseResult arguments, Site? site, string? listen, string state, string? store, string? dnsmasq, string identity, CancellationToken cancellation)
    {
        var workspace = Workspace.Load(arguments);
        var mode = dnsmasq switch { "full" => DhcpMode.Full, "proxy" => DhcpMode.Proxy, "off" => DhcpMode.Off, _ => site?.Netboot.Dhcp ?? DhcpMode.Off };
        if (site is null && mode != DhcpMode.Off)
        {
            throw new UserErrorException("this machine is no host of the inventory, so its site is unknown: name it with --site, or give --dnsmasq off");
        }

        var options = new BootServerOptions
        {
            Repository = workspace.Folder,
            State = state,
            Store = store ?? site?.Netboot.Store ?? "/srv/provision/store",
            Listen = EndPointOf(workspace, site, listen),
            Site = site?.Name,
            Dhcp = mode,
            Identity = identity,
        };
        await using var server = await BootServer.Start(options, line => Console.Error.WriteLine($"{DateTimeOffset.UtcNow:u} {line}"));
        Console.Out.WriteLine($"serves {site?.Name ?? "every site"} at {server.Address}");
        await server.WaitForEnd(cancellation);
        return ExitCodes.Same;
    }
}
