using System.CommandLine;
using Provision.Cli.Printing;
using Provision.Configuration.Apply;
using Provision.Configuration.Plans;
using Provision.Configuration.State;
using Provision.Cyrus;
using Provision.Stores.Instances;

namespace Provision.Cli.Commands;

/// <summary><c>provision masters follow</c>: run by a unit when the master of a store has moved.</summary>
internal static class MastersFollowCommand
{
    public static Command Create()
    {
        var server = new Option<string[]>(
            "--server")
        { Description = "Status daemons, asked in this order (default: those of the inventory)", HelpName = "URL" };
        var identity = GlobalOptions.Identity();
        var command = new Command(
            "follow",
            "Writes this host's files that depend on masters (lookup tables of frontends) with the current masters, from the installed commit, and acts on " +
                "their units. " +
            "Files of slots are not touched: a slot's replication role is decided when it starts. provision-masters-follow.path runs it after every change " +
                "that the local status daemon reads.\n\n" +
            "Exit code 0 files up to date, 1 a unit failed and they were rolled back, 2 nothing was done.");
        command.Options.Add(server);
        command.Options.Add(identity);
        command.SetAction(arguments =>
        {
            using var installed = Session.OpenInstalled(arguments, arguments.GetValue(identity)!);
            var files = installed.Files;
            var current = installed.Workspace.CurrentMasters(arguments.GetValue(server) is { Length: > 0 } named ? named : null);
            var masters = current.Snapshot?.ToMasters() ?? throw new InstanceException($"no status daemon answered: {current.Failures}");
            var json = arguments.GetValue(GlobalOptions.Output) == OutputForm.Json;
            var desired = installed.Render(masters);
            var report = new Installation(files, installed.Workspace.Commands, TimeProvider.System)
                .Install(desired, installed.Revision, ConfigSelection.Volatile, new InstallOptions
                {
                    AllowDirty = !installed.Revision.HasCommit,
                    By = Session.Author,
                    Progress = json ? null : Console.Error.WriteLine,
                });
            if (report.ExitCode == ExitCodes.Same)
            {
                new RoleInstall(files, installed.Workspace.Commands, TimeProvider.System).Remember(masters);
            }

            var state = new StateStore(files);
            return ReportPrinter.Print(report, new Redaction(desired.SecretValues, state.ReadState(), state), json);
        });
        return command;
    }
}
