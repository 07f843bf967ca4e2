using System.CommandLine;
using System.Net;
using Provision.Cyrus.MailProxy;
using Provision.Inventory;
using Provision.Stores.StatusDaemon;

namespace Provision.Cli.Commands;

/// <summary><c>provision masters serve</c>: runs until it is stopped.</summary>
internal static class MastersServeCommand
{
    private const string Remembered = "/var/lib/provision-masters/masters.json";

    public static Command Create(Option<string?> database)
    {
        var from = new Option<string[]>(
            "--from")
        {
            Description = "Relay: ask this status daemon instead of the database; may be repeated (default: on a machine that is none of " +
            "masters.servers, all of those)",
            HelpName = "URL"
        };
        var listen = new Option<string?>(
            "--listen")
        { Description = "Address and port (default: every address and masters.port; a relay: 127.0.0.1)", HelpName = "ADDRESS:PORT" };
        var users = new Option<string?>("--users") { Description = "Lines \"user@domain store\", for logins that come without a store", HelpName = "FILE" };
        var remembered = new Option<string>(
            "--remembered")
        {
            Description = "Cache file of the last known masters, for use after a restart",
            HelpName = "FILE",
            DefaultValueFactory = _ =>
            Remembered
        };
        var pem = MastersCertificateCommand.File();
        var command = new Command(
            "serve",
            "The status daemon: reports the master of each store, or that the store is moving, within a second of every change.\n\n" +
            "  GET /masters          everything, with \"live\" and its age in seconds\n" +
            "  GET /confirm?slot=S   whether S may start as master: asks the database now; 503 if it cannot\n" +
            "  GET /auth             for nginx's mail proxy (Auth-User or Auth-Store, Auth-Protocol): Auth-Server and Auth-Port, or Auth-Wait while the " +
                "store moves\n\n" +
            "With a certificate (provision masters certificate) it speaks TLS on the host's own address, and plain HTTP on loopback only.\n\n" +
            "While the database cannot be reached, the last known masters are still reported, and nothing is confirmed.");
        foreach (var option in new Option[] { from, listen, users, remembered, pem })
        {
            command.Options.Add(option);
        }

        command.SetAction(async (arguments, cancellation) =>
        {
            var workspace = Workspace.Load(arguments);
            var place = workspace.Fleet.Mastership;
            var origins = Origins(workspace, arguments.GetValue(from) ?? [], arguments.GetValue(database));
            IPEndPoint? at = null;
            if (arguments.GetValue(listen) is { } given && !(IPEndPoint.TryParse(given, out at) && given.Contains(':', StringComparison.Ordinal)))
            {
                throw new UserErrorException($"--listen {given}: expected an address and a port, such as 192.0.2.4:8490");
            }

            using var certificate = File.Exists(arguments.GetValue(pem)!) ? PinnedKey.ReadServerPem(arguments.GetValue(pem)!) : null;
            at ??= new IPEndPoint(
                origins.Count > 0 ? IPAddress.Loopback
                : certificate is not null && workspace.FindThisHost() is { } own ? IPAddress.Parse(own.Address.ToString())
                : IPAddress.Any, place.Port);
            var speaksTls = certificate is not null && !IPAddress.IsLoopback(at.Address);
            await using var server = await MastersServer.Start(
                new MastersServerOptions
                {
                    Repository = workspace.Folder,
                    Database = arguments.GetValue(database) ?? place.Database,
                    From = origins,
                    Exports = MastersDatabase.ExportsOf(workspace, arguments.GetValue(database)),
                    Remembered = arguments.GetValue(remembered)!,
                    Extensions = [parts => new AuthEndpoint(parts, arguments.GetValue(users))],
                    Listen = at,
                    Certificate = speaksTls ? certificate : null,
                    Plain = speaksTls && !at.Address.Equals(IPAddress.Any) ? new IPEndPoint(IPAddress.Loopback, at.Port) : null,
                },
                line => Console.Error.WriteLine($"{DateTimeOffset.UtcNow:u} {line}"));
            var source = origins.Count > 0 ? $"of {string.Join(", ", origins.Select(PinnedKey.Show))} " : "";
            Console.Out.WriteLine($"reports masters {source}at {server.Address}");
            await server.WaitForEnd(cancellation);
            return ExitCodes.Same;
        });
        return command;
    }

    /// <summary>Returns the daemons that a relay polls: the named ones; none if a database is named or this machine is one of the inventory's daemons;
    /// otherwise all of those.</summary>
    private static List<Uri> Origins(Workspace workspace, string[] named, string? database)
    {
        if (named.Length == 0 && database is null)
        {
            var host = workspace.FindThisHost()
                ?? throw new UserErrorException(
                    "this machine is no host of the inventory, so it is unknown whether it has the database: give --database NAME, or --from URL for a relay");
            named = workspace.Fleet.MasterServers.Any(url => new Uri(url).Host == host.Address.ToString()) ? [] : [.. workspace.Fleet.MasterServers];
        }

        return [.. named.Select(url => Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
            ? uri
            : throw new UserErrorException($"--from {url}: expected a URL such as http://192.0.2.4:8490"))];
    }
}
