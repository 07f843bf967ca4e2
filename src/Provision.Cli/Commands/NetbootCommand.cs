using System.CommandLine;
using Provision.Boot.Jobs;
using Provision.Boot.Server;
using Provision.Inventory;

namespace Provision.Cli.Commands;

/// <summary><c>provision netboot</c>: manages the boot server and its jobs.</summary>
internal static class NetbootCommand
{
    public static Command Create()
    {
        var command = new Command(
            "netboot",
            "Reinstalls hosts from the network.\n\n" +
            "  provision netboot build              images: the installer, and an operating system for each set of roles\n" +
            "  provision netboot serve              the boot server of a site, with DHCP and TFTP\n" +
            "  provision netboot arm imap33         shows what a reinstall would wipe; the host's next network boot does it\n" +
            "  provision netboot watch imap33       follows it\n\n" +
            "A machine boots from its own disk unless it has a valid, unexpired job.");
        command.Subcommands.Add(NetbootBuildCommand.Create());
        command.Subcommands.Add(NetbootServeCommand.Create());
        command.Subcommands.Add(NetbootDhcpCommand.Create());
        command.Subcommands.Add(NetbootIdentityCommand.Create());
        command.Subcommands.Add(NetbootArmCommand.Create());
        command.Subcommands.Add(NetbootJobCommands.CreateApprove());
        command.Subcommands.Add(NetbootJobCommands.CreateDisarm());
        command.Subcommands.Add(NetbootJobCommands.CreateStatus());
        command.Subcommands.Add(NetbootWatchCommand.Create());
        return command;
    }

    public static Option<string> State() => new("--state")
    {
        Description = "State directory of the boot server",
        HelpName = "DIR",
        DefaultValueFactory = _ => StateDirectory.Default,
    };

    public static Argument<string> Host() => new("HOST") { Description = "The host" };

    /// <summary>Opens the jobs of the boot server on this machine; ends the command if there are none, or if they cannot be read.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="state">The state directory option.</param>
    /// <param name="create">True to create a missing database.</param>
    public static IJobDatabase Open(ParseResult arguments, Option<string> state, bool create = false)
    {
        var folder = create ? new StateDirectory(arguments.GetValue(state)!) : Folder(arguments, state);
        try
        {
            return folder.OpenJobs();
        }
        catch (StateLostException e)
        {
            throw new UserErrorException(e.Message);
        }
    }

    /// <summary>Returns the boot server's state directory; ends the command if this machine is no boot server.</summary>
    public static StateDirectory Folder(ParseResult arguments, Option<string> state)
    {
        var folder = new StateDirectory(arguments.GetValue(state)!);
        return folder.HasJobs ? folder
            : throw new UserErrorException(
                $"{folder.Folder} has no job database, so no host was ever armed on this machine: run the command on the boot server, or name its directory " +
                $"with --state DIR");
    }

    public static Job OpenJob(IJobDatabase jobs, string host) =>
        jobs.FindOpenOf(host) ?? throw new UserErrorException(
            [Diagnostic.Error(Location.OfFile("HOST"), $"{host} has no open job",
            NearestName.Hint(host, jobs.Jobs(onlyOpen: true, 1000).Select(job => job.Host)))]);

    /// <summary>Returns the site of a name, or of this machine if there is no name.</summary>
    public static Site? SiteOf(Workspace workspace, string? name)
    {
        if (name is not null)
        {
            return workspace.Fleet.FindSite(name)
                ?? throw new UserErrorException(
                    [Diagnostic.Error(Location.OfFile("--site"), $"there is no site \"{name}\"",
                    NearestName.Hint(name, workspace.Fleet.Sites.Select(site => site.Name)))]);
        }

        return workspace.FindThisHost() is { } host ? workspace.Fleet.FindSite(host.Site)
            : workspace.Fleet.Sites.Count == 1 ? workspace.Fleet.Sites[0] : null;
    }
}
