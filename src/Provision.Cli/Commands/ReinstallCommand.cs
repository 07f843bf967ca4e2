using System.CommandLine;
using Provision.Boot.Installer;
using Provision.Boot.Installer.Local;
using Provision.Stores.Failover;

namespace Provision.Cli.Commands;

/// <summary><c>provision reinstall</c>: on the boot server, a complete reinstall from the gates to the report; with <c>--local</c> on the host itself, the
/// first half of it.</summary>
internal static class ReinstallCommand
{
    private static readonly TimeSpan SshLimit = TimeSpan.FromMinutes(10);

    public static Command Create()
    {
        var host = new Argument<string>("HOST") { Description = "The host (not with --local on the host itself)", Arity = ArgumentArity.ZeroOrOne };
        var state = NetbootCommand.State();
        var local = new Option<bool>("--local")
        {
            Description = "Start the installer from the host's own disk, by GRUB, if its firmware cannot boot from the " +
            "network"
        };
        var server = new Option<string?>("--server") { Description = "With --local: the boot server (default: that of the host's site)", HelpName = "URL" };
        var cancel = new Option<bool>("--cancel") { Description = "With --local: cancel it; the next boot is the usual one" };
        var command = NetbootArmCommand.Create(
            "reinstall",
            "On the boot server, with HOST: arms the host as \"netboot arm\" does, restarts it by ssh, and follows the reinstall to its end. A host that " +
                "does not answer stays armed: " +
            "power-cycle it, and it is followed all the same.\n\n" +
            "On a host that is armed, with --local: fetches and verifies the installer, and has GRUB start it at the next boot, once; then run \"reboot\". " +
            "With HOST and --local the boot server does both.\n\n" +
            "Exit code 0 reinstalled (--local: ready for the reboot), 1 ended in another way, 2 error.",
            host,
            state,
            async (arguments, arm, cancellation) =>
            {
                var byGrub = arguments.GetValue(local);
                if (arguments.GetValue(host) is not { } name)
                {
                    return byGrub ? OnThisHost(arguments, arguments.GetValue(server), arguments.GetValue(cancel))
                        : throw new UserErrorException(
                            "which host? On the boot server: provision reinstall HOST; on an armed host itself: provision reinstall --local");
                }

                arm();
                Restart(arguments, name, byGrub ? "provision reinstall --local && " : "");
                return await NetbootWatchCommand.Watch(arguments, name, state, cancellation);
            },
            plants: true);
        command.Options.Add(local);
        command.Options.Add(server);
        command.Options.Add(cancel);
        return command;
    }

    private static int OnThisHost(ParseResult arguments, string? server, bool cancel)
    {
        using var files = RootedFiles.Open("/");
        var start = new LocalStart(InstallMachine.Own(files), AddressOf(arguments, server, files), Console.Error.WriteLine);
        if (cancel)
        {
            start.Cancel();
            return ExitCodes.Same;
        }

        var job = start.Arm();
        Console.Out.WriteLine($"ready: \"reboot\" starts the installer of job {job}; \"provision reinstall --local --cancel\" cancels it");
        return ExitCodes.Same;
    }

    private static Uri AddressOf(ParseResult arguments, string? given, IMachineFiles files)
    {
        if (given is not null)
        {
            return Uri.TryCreate(given, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" ? address
                : throw new UserErrorException($"--server {given}: expected an address such as http://192.0.2.4:8480");
        }

        var workspace = Workspace.Load(arguments);
        var site = workspace.Fleet.FindSite(workspace.FindHost(null, files).Site)!;
        return workspace.Fleet.BootServerOf(site) is { } server ? new Uri($"http://{server}:{site.Netboot.Port}")
            : throw new UserErrorException(
                $"the site {site.Name} has no boot server in the inventory: give one of its hosts a role that provides boot-server, or name one with " +
                $"--server URL");
    }

    /// <summary>Restarts a host by ssh. If the host cannot be reached, it may be dead and must be power-cycled by hand.</summary>
    private static void Restart(ParseResult arguments, string name, string first)
    {
        var workspace = Workspace.Load(arguments);
        try
        {
            var result = SlotSession.Shell(workspace)
                .Run(workspace.Host(name), SshLimit, line => Console.Error.WriteLine(Printable.Of(line, 500)), ["sh", "-c", first + "systemctl reboot"]);
            Console.Error.WriteLine(result.Succeeded ? $"{name} restarts"
                : $"{name} was not restarted: {Ssh.Last(result.Error)}; it stays armed: restart it by hand, or \"provision netboot disarm {name}\"");
        }
        catch (HostUnreachableException e)
        {
            // A host that shuts down may close the connection before it has responded.
            Console.Error.WriteLine($"{e.Message}; if it does not restart by itself, power-cycle it; it stays armed");
        }
    }
}
