using System.CommandLine;
using Provision.Boot.Installer;
using Provision.Boot.Installer.Loader;
using Provision.Storage.Create;
using Provision.Storage.Guard;

namespace Provision.Cli.Commands;

/// <summary><c>provision storage replace</c> and <c>wipe</c>: operate on one drive.</summary>
internal static class StorageReplaceCommand
{
    public static Command Replace()
    {
        var host = StorageOptions.Host();
        var bay = new Option<string>("--bay") { Description = "The bay, such as rear/4", HelpName = "BAY", Required = true };
        var serial = new Option<string>("--serial") { Description = "Serial of the new drive", HelpName = "SERIAL", Required = true };
        var dryRun = new Option<bool>("--dry-run") { Description = "Show the plan and do nothing" };
        var yes = StorageOptions.Yes();
        var input = new StorageInput();
        var command = new Command(
            "replace",
            "Puts a new, blank drive into the place of a lost one: its set is rebuilt on it, and the drive record gets it. A disk of the " +
            "operating system's mirror gets partitions, an EFI system partition and a boot loader too. Run it again if it was interrupted.");
        command.Arguments.Add(host);
        foreach (Option option in new Option[] { bay, serial, dryRun, yes })
        {
            command.Options.Add(option);
        }

        input.AddTo(command);
        command.SetAction(arguments =>
        {
            using var session = StorageSession.Open(arguments, arguments.GetValue(host), input);
            var place = StorageOptions.BayOf(session.Layout, arguments.GetValue(bay)!);
            var begun = session.IsLive ? CreateJournal.Read(session.Files, DriveReplacement.JournalOf(place)) : null;
            var plan = DriveReplacement.Plan(session.Layout, session.Record, session.Observed, place, arguments.GetValue(serial)!, begun, session.Sequences);
            if (session.Ends(arguments, plan.Plan, arguments.GetValue(dryRun)) is { } end)
            {
                return end;
            }

            if (!plan.Journal.Finished)
            {
                Confirmation.OfPlan(plan.Plan, arguments.GetValue(yes), arguments.GetValue(serial)!);
            }

            DriveReplacement.Run(session.Machine, plan, Console.Error.WriteLine);
            session.Write(RecordUpdate.AfterReplace(session.HostName, session.Record, plan));
            return plan.System is null ? ExitCodes.Same : RenewBootLoader();
        });
        return command;
    }

    /// <summary>The new disk of the system's mirror starts the machine only with a boot loader; a disk that has one is left as it is.</summary>
    private static int RenewBootLoader()
    {
        using var system = RootedFiles.Open("/");
        var renewal = new LoaderRenewal(InstallMachine.Own(system), system, log: command => Console.Error.WriteLine($"  {command}"));
        var states = renewal.Renew(Console.Error.WriteLine);
        foreach (var state in states.Where(state => state.Differences.Count > 0))
        {
            Console.Error.WriteLine(
                $"{state.Identity} cannot start this machine yet: {string.Join("; ", state.Differences)}; \"provision boot-loader --renew\"");
        }

        return states.All(state => state.Differences.Count == 0) ? ExitCodes.Same : ExitCodes.Trouble;
    }

    public static Command Wipe()
    {
        var host = StorageOptions.Host();
        var bay = new Option<string>("--bay") { Description = "The bay, such as rear/4", HelpName = "BAY", Required = true };
        var serial = new Option<string>("--serial") { Description = "Serial of the drive in it", HelpName = "SERIAL", Required = true };
        var again = new Option<string?>("--serial-again") { Description = "The serial again, for use without a terminal", HelpName = "SERIAL" };
        var dryRun = new Option<bool>("--dry-run") { Description = "Show the plan and do nothing" };
        var input = new StorageInput();
        var command =
            new Command("wipe",
            "Removes every signature of a recycled drive, so that it is blank for create or replace. Refused for a drive that any set of the record uses; "
            + "the serial is asked for a second time.");
        command.Arguments.Add(host);
        foreach (Option option in new Option[] { bay, serial, again, dryRun })
        {
            command.Options.Add(option);
        }

        input.AddTo(command);
        command.SetAction(arguments =>
        {
            using var session = StorageSession.Open(arguments, arguments.GetValue(host), input);
            var plan = DriveWipe.Plan(session.Layout, session.Record, session.Observed, StorageOptions.BayOf(session.Layout, arguments.GetValue(bay)!),
                arguments.GetValue(serial)!, session.Sequences);
            if (session.Ends(arguments, plan.Plan, arguments.GetValue(dryRun)) is { } end)
            {
                return end;
            }

            if (arguments.GetValue(again) is { } second && second != arguments.GetValue(serial))
            {
                throw new UserErrorException($"nothing was done: --serial-again is {second}");
            }

            Confirmation.OfPlan(plan.Plan, arguments.GetValue(again) is not null, arguments.GetValue(serial)!);
            DriveWipe.Run(session.Machine, plan, new DiskGuard(session.Machine.Commands, session.Machine.Reader, plan.Allowed!, command =>
                Console.Error.WriteLine($"  {command}")));
            return ExitCodes.Same;
        });
        return command;
    }
}
