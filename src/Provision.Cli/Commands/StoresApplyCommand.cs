using System.CommandLine;
using Provision.Cli.Printing;
using Provision.Configuration.Repository;
using Provision.Cyrus;
using Provision.Stores.Failover;
using Provision.Stores.Instances;
using Provision.Stores.Placement;

namespace Provision.Cli.Commands;

/// <summary><c>provision stores apply</c>: carries out the steps of a plan.</summary>
internal static class StoresApplyCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("PLAN") { Description = "A plan as \"provision stores plan ... -o json\" printed it" };
        var limit = new TimeOption("--sync-limit", "Time limit for a new replica to hold everything", "12h");
        var yes = StorageOptions.Yes();
        var database = MastersDatabase.Option();
        var command = new Command(
            "apply",
            "Carries out the steps of a plan in order: commits the change of the inventory, delivers the commit to the store's hosts and installs it there, " +
                "fills a new replica, waits until it " +
            "holds exactly what the master holds, moves masters, and drops the old slot, whose data stays on its disks. A copy is dropped only while all " +
                "others are complete. After an interruption, the same " +
            "command resumes. Run it where the database of masters is; push the commits afterwards.\n\n" +
            "Exit code 0 all steps are done, 1 a step cannot be done (those before it are), 2 nothing was done.\n\n" +
            "Example:\n" +
            "  provision stores plan --evacuate imap33 -o json > plan.json && provision stores apply plan.json");
        command.Arguments.Add(file);
        command.Options.Add(limit.Option);
        command.Options.Add(yes);
        command.Options.Add(database);
        command.SetAction(arguments =>
        {
            var workspace = Workspace.Load(arguments);
            var plan = Read(arguments.GetValue(file)!);
            var time = limit.In(arguments);
            if (GitRevision.Read(workspace.Folder, workspace.Commands) is var revision && (revision.Dirty || !revision.HasCommit))
            {
                throw new UserErrorException($"{workspace.Folder} {(revision.Dirty ? "has changes that are not committed" : "is no git repository")}: each " +
                    $"step is a commit, which is delivered to the hosts");
            }

            using var masters = MastersDatabase.Open(workspace, arguments.GetValue(database));
            masters.Read();
            if (!Confirmation.Yes($"do the {plan.Steps.Count} steps of plan {plan.Hash[..12]}, {plan.Steps.Count(step => step.Kind == StepKind.DropReplica)} " +
                $"moves of {plan.Stores.Count} stores?", arguments.GetValue(yes)))
            {
                return ExitCodes.Trouble;
            }

            var steps = new StoreSteps(new PlacementOperations(arguments, masters, Tell), masters, Session.Author, TimeProvider.System, time, Tell);
            try
            {
                steps.Run(plan);
            }
            catch (Exception e) when (e is InstanceException or CommandFailedException or HostUnreachableException or UserErrorException)
            {
                (e as UserErrorException ?? new UserErrorException(e.Message)).Print(Console.Error);
                Console.Error.WriteLine("stopped; once this is fixed, the same command resumes");
                return ExitCodes.Differs;
            }

            if (steps.Unreached.Count > 0)
            {
                Console.Error.WriteLine($"not updated because they do not answer: {string.Join(", ", steps.Unreached)}; deliver the commits and install them " +
                    $"when they are back");
            }

            Console.Out.WriteLine($"all {plan.Steps.Count} steps are done; push the commits");
            return ExitCodes.Same;
        });
        return command;
    }

    private static StorePlanFile Read(string path)
    {
        if (!File.Exists(path))
        {
            throw new UserErrorException($"there is no {path}: provision stores plan ... -o json > {path}");
        }

        var problems = new DiagnosticBag();
        return StorePlanFile.Read(path, File.ReadAllBytes(path), problems) ?? throw new UserErrorException(problems);
    }

    private static void Tell(string about, string line) => Console.Error.WriteLine($"{about}: {line}");
}
