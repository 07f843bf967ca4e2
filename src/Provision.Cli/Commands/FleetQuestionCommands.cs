using System.CommandLine;
using Provision.Cli.Printing;
using Provision.FleetRuns.Answers;
using Provision.FleetRuns.Execution;

namespace Provision.Cli.Commands;

/// <summary>The commands of <c>provision fleet</c> that keep no record: <c>diff</c>, <c>check</c> and <c>exec</c>.</summary>
internal static class FleetQuestionCommands
{
    public static Command Diff()
    {
        var (selector, options, allowDirty) = (FleetSession.Selector(), new FleetOptions(), FleetSession.AllowDirty());
        var stat = new Option<bool>("--stat") { Description = "One line per file" };
        var command = new Command(
            "diff",
            "Sends the commit to the hosts and shows how they differ from it, the same change once. Their configuration is not changed; their own clone " +
            "of the repository is at the commit afterwards. Exit code 0: no difference, 1: differences, 2: a host could not be compared.\n\n" +
            "Example:\n  provision fleet diff role=imap site=nyi");
        command.Arguments.Add(selector);
        command.Options.Add(stat);
        command.Options.Add(allowDirty);
        command.Options.Add(options.Jobs);
        options.AddConnection(command);
        command.SetAction(arguments =>
        {
            var workspace = Workspace.Load(arguments);
            var hosts = FleetSession.Select(workspace.Fleet, arguments.GetValue(selector)!);
            var revision = FleetSession.Commit(workspace, arguments.GetValue(allowDirty));
            using var connector = options.Connector(arguments, workspace);
            var answers = Questions(arguments, options, connector, hosts.Count)
                .Diff(hosts, workspace.Origin, workspace.Commands, revision.Id, revision.Branch);
            FleetPrinter.Plans(answers, new HostsDescription(workspace.Fleet, hosts), Form(arguments), arguments.GetValue(stat));
            return answers.Any(answer => answer.Answer is null or { Exit: > 1 }) ? ExitCodes.Trouble
                : answers.Any(answer => answer.Answer!.Exit == 1) ? ExitCodes.Differs : ExitCodes.Same;
        });
        return command;
    }

    public static Command Check()
    {
        var (selector, options) = (FleetSession.Selector(), new FleetOptions());
        var command = new Command(
            "check",
            "Asks the hosts for their health (\"provision check\") and shows what is not OK. " +
            "Exit code 0: every host is OK, 1: warnings, 2: something is critical or unknown, or a host does not answer.");
        command.Arguments.Add(selector);
        command.Options.Add(options.Jobs);
        options.AddConnection(command);
        command.SetAction(arguments =>
        {
            var workspace = Workspace.Load(arguments);
            var hosts = FleetSession.Select(workspace.Fleet, arguments.GetValue(selector)!);
            using var connector = options.Connector(arguments, workspace);
            var answers = Questions(arguments, options, connector, hosts.Count).Check(hosts);
            FleetPrinter.Health(answers, new HostsDescription(workspace.Fleet, hosts), Form(arguments));
            return answers.Any(answer => answer.Answer is null or { State: > 1 }) ? ExitCodes.Trouble
                : answers.Any(answer => answer.Answer!.State == 1) ? ExitCodes.Differs : ExitCodes.Same;
        });
        return command;
    }

    public static Command Exec()
    {
        var (selector, options) = (new Argument<string>("SELECTOR") { Description = "The hosts, as one word: \"role=imap site=nyi\"" }, new FleetOptions());
        var words = new Argument<string[]>("COMMAND")
        {
            Description = "Program and arguments, after --; they arrive unchanged",
            Arity = ArgumentArity.OneOrMore,
        };
        var limit = new TimeOption("--limit", "Time limit on each host", "5m");
        var command = new Command(
            "exec",
            "Runs a command as root on the hosts and shows equal outputs once. Exit code 0: it succeeded everywhere, 1: it failed somewhere, " +
            "2: a host does not answer.\n\nExample:\n  provision fleet exec \"role=imap site=nyi\" -- uname -r");
        command.Arguments.Add(selector);
        command.Arguments.Add(words);
        command.Options.Add(limit.Option);
        command.Options.Add(options.Jobs);
        options.AddConnection(command);
        command.SetAction(arguments =>
        {
            var workspace = Workspace.Load(arguments);
            var hosts = FleetSession.Select(workspace.Fleet, [arguments.GetValue(selector)!]);
            using var connector = options.Connector(arguments, workspace);
            var answers = Questions(arguments, options, connector, hosts.Count).Exec(hosts, arguments.GetValue(words)!, limit.In(arguments));
            FleetPrinter.Outputs(answers, new HostsDescription(workspace.Fleet, hosts), Form(arguments));
            return answers.Any(answer => answer.Answer is null) ? ExitCodes.Trouble
                : answers.Any(answer => !answer.Answer!.Succeeded) ? ExitCodes.Differs : ExitCodes.Same;
        });
        return command;
    }

    private static OutputForm Form(ParseResult arguments) => arguments.GetValue(GlobalOptions.Output);

    private static FleetQuestions Questions(ParseResult arguments, FleetOptions options, FleetRuns.Remote.IHostConnector connector, int count)
    {
        var done = 0;
        return new FleetQuestions(connector, arguments.GetValue(options.Jobs), (host, problem) =>
        {
            done++;
            if (problem is not null || !Console.IsErrorRedirected)
            {
                Console.Error.WriteLine($"{done}/{count} {host}{(problem is null ? "" : $": {problem.Split('\n')[0]}")}");
            }
        });
    }
}
