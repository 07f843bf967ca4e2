using System.CommandLine;
using Provision.Cli.Printing;
using Provision.Configuration.Plans;
using Provision.Configuration.State;

namespace Provision.Cli.Commands;

/// <summary><c>provision diff</c>: compares this machine with the repository.</summary>
internal static class DiffCommand
{
    public static Command Create()
    {
        var options = new HostOptions { Here = HostOptions.HereOption() };
        var configs = GlobalOptions.Configs();
        var stat = new Option<bool>("--stat") { Description = "One line per file" };
        var save = new Option<string?>("--save") { Description = "Write the plan to a file, for \"provision install --plan\"", HelpName = "FILE" };
        var checks = new Option<bool>("--checks") { Description = "Also run the checkers of changed files, which are programs that the repository names" };
        var noChecks = new Option<bool>("--no-checks") { Description = "Do not run the checkers (the default)", Hidden = true };
        var command = new Command(
            "diff",
            "Shows how a machine differs from the repository, and what an install would do about it.\n\n" +
            "Each file gets a verdict: new, update (the repository changed), drift (the machine was changed), conflict (both), gone " +
            "(no longer in the inventory), unknown (a secret cannot be read). install also runs the checkers of changed files, diff only with --checks. " +
            "Exit code 0: no difference, 1: differences, 2: error.");
        command.Arguments.Add(configs);
        options.AddTo(command);
        command.Options.Add(stat);
        command.Options.Add(save);
        command.Options.Add(checks);
        command.Options.Add(noChecks);
        command.SetAction(arguments =>
        {
            using var session = Session.Open(arguments, options);
            var desired = session.Render();
            var store = new StateStore(session.Files);
            var state = store.ReadState();
            var selection = Session.Select(arguments.GetValue(configs)!, desired, state);
            var plan = new Planner(session.Files, session.Workspace.Commands).Plan(desired, state, session.Revision, selection, arguments.GetValue(checks));
            var redaction = new Redaction(desired.SecretValues, state, store);
            if (arguments.GetValue(save) is { } path)
            {
                AtomicFile.Write(path, PlanJson.Of(plan, redaction));
            }

            if (arguments.GetValue(GlobalOptions.Output) == OutputForm.Json)
            {
                using var output = Console.OpenStandardOutput();
                output.Write(PlanJson.Of(plan, redaction));
            }
            else
            {
                if (store.ReadJournal() is not null)
                {
                    Console.Error.WriteLine("provision: an install was interrupted here; the next install completes it first");
                }

                using var output = new StreamWriter(Console.OpenStandardOutput());
                new PlanPrinter(output, redaction).Print(plan, arguments.GetValue(stat) ? PlanForm.Stat : PlanForm.Hunks);
            }

            return plan.ExitCode;
        });
        return command;
    }
}
