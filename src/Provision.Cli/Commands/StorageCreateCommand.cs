using System.CommandLine;
using Provision.Cli.Printing;
using Provision.Inventory;
using Provision.Storage.Create;
using Provision.Storage.Keys;

namespace Provision.Cli.Commands;

/// <summary><c>provision storage create</c>: creates a new set or pool.</summary>
internal static class StorageCreateCommand
{
    public static Command Create()
    {
        var host = StorageOptions.Host();
        var set = new Option<string>("--set") { Description = "Key of the set or pool, as in the chassis", HelpName = "NAME", Required = true };
        var serials = new Option<string[]>("--serial")
        {
            Description = "Serials of exactly its drives",
            HelpName = "SERIAL",
            Required = true,
            AllowMultipleArgumentsPerToken = true
        };
        var escrow = StorageOptions.EscrowFolder();
        var recipients = new Option<string?>("--recipients")
        {
            Description = "age recipients of the operators (default: hosts/secrets/operators.txt)",
            HelpName = "FILE"
        };
        var noTang = new Option<bool>("--no-tang") { Description = "Bind to no Tang server: the volumes then open with their recovery keys only" };
        var dryRun = new Option<bool>("--dry-run") { Description = "Show the plan and do nothing" };
        var script = new Option<bool>("--script") { Description = "Print the commands that would be run, and do nothing" };
        var yes = StorageOptions.Yes();
        var input = new StorageInput();
        var command = new Command(
            "create",
            "Creates a set (array, partitions, LUKS, file systems) or a pool on drives that are blank and named. UUIDs are chosen and journalled first; " +
            "if it is interrupted, run it again: it resumes.");
        command.Arguments.Add(host);
        foreach (Option option in new Option[] { set, serials, escrow, recipients, noTang, dryRun, script, yes })
        {
            command.Options.Add(option);
        }

        input.AddTo(command);
        command.SetAction(arguments =>
        {
            using var session = StorageSession.Open(arguments, arguments.GetValue(host), input);
            var target = arguments.GetValue(set)!;
            var journal = session.IsLive ? CreateJournal.Read(session.Files, target) : null;
            var plan = CreatePlanner.Plan(session.Layout, session.Record, session.Observed, target, arguments.GetValue(serials)!, journal, session.Sequences);
            StoragePlanPrinter.Print(arguments, plan.Plan, all: true);
            if (plan.Plan.Refusals.Any())
            {
                Console.Error.WriteLine("refused; nothing was written");
                return ExitCodes.Trouble;
            }

            if (plan.Journal.Finished)
            {
                session.RequireThisMachine();
                session.Write(RecordUpdate.AfterCreate(session.Record, plan, plan.Journal, session.Observed));
                return ExitCodes.Same;
            }

            if (plan.ControllerScript.Count > 0)
            {
                Console.Out.WriteLine("\nThe controller makes this set. Run these by hand, then run the same command again:");
                plan.ControllerScript.ToList().ForEach(line => Console.Out.WriteLine("  " + line));
                return ExitCodes.Differs;
            }

            if (arguments.GetValue(script))
            {
                CreateScript.Lines(plan, arguments.GetValue(noTang) ? null : TangServers.Of(session.View.Settings, new DiagnosticBag())).ToList()
                    .ForEach(Console.Out.WriteLine);
            }

            if (arguments.GetValue(dryRun) || arguments.GetValue(script))
            {
                return ExitCodes.Differs;
            }

            session.RequireThisMachine();
            var operators = arguments.GetValue(recipients) ?? Path.Combine(session.Workspace.Folder, "hosts", "secrets", "operators.txt");
            if (!File.Exists(operators))
            {
                throw new UserErrorException($"there is no {operators}: it lists the operators' age recipients, who alone can read the recovery keys");
            }

            var tang = arguments.GetValue(noTang) ? null : Tang(session, plan);
            Confirmation.OfPlan(plan.Plan, arguments.GetValue(yes), session.HostName);
            var means = new CreateMeans(new Escrow(session.Machine, Path.GetFullPath(arguments.GetValue(escrow)!), session.HostName), operators, tang,
                Console.Error.WriteLine);
            var finished = new SetMaker(session.Machine, plan, means).Make();
            session.Write(RecordUpdate.AfterCreate(session.Record, plan, finished, session.Machine.Observe()));
            Console.Error.WriteLine("its recovery keys must be rehearsed before it is put into service: provision storage rehearse");
            return ExitCodes.Same;
        });
        return command;
    }

    private static TangServers? Tang(StorageSession session, CreatePlan plan)
    {
        if (plan.Volumes.All(volume => volume.Encryption is not (VolumeEncryption.Luks or VolumeEncryption.Zfs)))
        {
            return null;
        }

        var problems = new DiagnosticBag();
        var tang = TangServers.Of(session.View.Settings, problems);
        if (problems.HasErrors)
        {
            throw new UserErrorException(problems);
        }

        return tang.AreEnough
            ? tang
            : throw new UserErrorException(
                $"{session.HostName} has {tang.Servers.Count} Tang servers of which {tang.Threshold} must answer: the loss of one must leave its volumes "
                    + $"able to open, so at least two are needed and fewer must answer " +
                "(setting storage.tang; --no-tang for volumes that open with their recovery keys only)");
    }
}
