using System.CommandLine;
using Provision.Cli.Printing;
using Provision.Storage.Plans;

namespace Provision.Cli.Commands;

/// <summary><c>provision storage diff</c> and <c>plan</c>: show what differs, and what a reinstall would do.</summary>
internal static class StorageDiffCommand
{
    public static Command Diff()
    {
        var host = StorageOptions.Host();
        var input = new StorageInput();
        var all = new Option<bool>("--all") { Description = "Show what is as it should be, too" };
        var command =
            new Command("diff",
            "Compares the disks with the layout and the drive record, and gives the reason for everything that does not match. Exit code 0 same, 1 differs, "
            + "2 error, or not all could be seen.");
        command.Arguments.Add(host);
        input.AddTo(command);
        command.Options.Add(all);
        command.SetAction(arguments =>
        {
            using var session = StorageSession.Open(arguments, arguments.GetValue(host), input);
            var plan = StorageComparison.Of(session.Layout, session.Record, session.Observed);
            StoragePlanPrinter.Print(arguments, plan, arguments.GetValue(all));
            return plan.IsUnseen ? ExitCodes.Trouble : plan.IsSame ? ExitCodes.Same : ExitCodes.Differs;
        });
        return command;
    }

    public static Command Plan()
    {
        var host = StorageOptions.Host();
        var dead = new Option<bool>("--dead") { Description = "From the drive record alone, without a look at the machine" };
        var serials = StorageOptions.SystemDisks();
        var input = new StorageInput();
        var command = new Command(
            "plan",
            "Shows what a reinstall would wipe and what it protects, with the plan's hash. From the record of a dead host and from a look at a machine that "
                + "is as recorded the hash is the same. " +
            "Exit code 0 it could be armed, 1 it could not, 2 error, or not all could be seen.");
        command.Arguments.Add(host);
        command.Options.Add(dead);
        command.Options.Add(serials);
        input.AddTo(command);
        command.SetAction(arguments =>
        {
            using var session = StorageSession.Open(arguments, arguments.GetValue(host), arguments.GetValue(dead) ? null : input);
            var plan = ReinstallPlanner.Of(session.Layout, session.Record, arguments.GetValue(dead) ? null : session.Observed,
                arguments.GetValue(serials) ?? []);
            StoragePlanPrinter.Print(arguments, plan, all: true);
            return plan.IsUnseen ? ExitCodes.Trouble : plan.Refusals.Any() ? ExitCodes.Differs : ExitCodes.Same;
        });
        return command;
    }
}
