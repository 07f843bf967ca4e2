using System.CommandLine;
using Provision.Boot.Dhcp;
using Provision.Inventory;

namespace Provision.Cli.Commands;

/// <summary><c>provision netboot dhcp</c>: runs until it is stopped.</summary>
internal static class NetbootDhcpCommand
{
    public static Command Create()
    {
        var listen = NetbootServeCommand.Listen();
        var site = NetbootServeCommand.SiteName();
        var mode = new Option<string?>(
            "--dnsmasq")
        {
            Description = "full: assigns addresses and announces what to boot; proxy: only announces it, next to another DHCP server " +
            "(default: the site's netboot.dhcp)",
            HelpName = "full|proxy"
        };
        mode.AcceptOnlyFromAmong("full", "proxy");
        var directory = new Option<string>(
            "--directory")
        { Description = "Directory for dnsmasq's files", HelpName = "DIR", DefaultValueFactory = _ => DhcpServer.DefaultDirectory };
        var command = new Command(
            "dhcp",
            "The DHCP and TFTP part of the boot server by itself, for a unit that has the rights for it and no others: a dnsmasq with a configuration made " +
            "from the inventory. The boot server runs beside it with --dnsmasq off.\n\n" +
            "If the site's netboot.dhcp is off, it waits until that changes.");
        foreach (var option in new Option[] { listen, site, mode, directory })
        {
            command.Options.Add(option);
        }

        command.SetAction(async (arguments, cancellation) =>
        {
            var workspace = Workspace.Load(arguments);
            var known = NetbootCommand.SiteOf(workspace, arguments.GetValue(site))
                ?? throw new UserErrorException("this machine is no host of the inventory, so its site is unknown: name it with --site");
            var log = (string line) => Console.Error.WriteLine($"{DateTimeOffset.UtcNow:u} {line}");
            using var server = new DhcpServer(
                new DhcpServerOptions
                {
                    Site = known.Name,
                    Mode = arguments.GetValue(mode) switch { "full" => DhcpMode.Full, "proxy" => DhcpMode.Proxy, _ => null },
                    BootServer = NetbootServeCommand.EndPointOf(workspace, known, arguments.GetValue(listen)),
                    Directory = StateFolder.Make(arguments.GetValue(directory)!, FileModes.PrivateDirectory),
                },
                new FleetWatch(workspace.Folder, log), workspace.Commands, log);
            await server.Run(TimeSpan.FromSeconds(2), cancellation);
            return ExitCodes.Same;
        });
        return command;
    }
}
