using System.CommandLine;
using System.Globalization;
using Provision.Cli.Printing;
using Provision.FleetRuns.Answers;
using Provision.FleetRuns.Execution;
using Provision.FleetRuns.Runs;
using Provision.Inventory;

namespace Provision.Cli.Commands;

/// <summary>The commands of <c>provision fleet</c> about recorded runs: <c>status</c>, <c>resume</c>, <c>rollback</c> and <c>report</c>.</summary>
internal static class FleetRunCommands
{
    private const int MostRuns = 20;

    public static Command Status()
    {
        var (run, options) = (Run("The run (default: list the last runs)"), new FleetOptions());
        var command = new Command("status", "Shows how runs stand, or the hosts of one run.");
        command.Arguments.Add(run);
        command.Options.Add(options.Runs);
        command.SetAction(arguments =>
        {
            using var runs = options.Database(arguments);
            var form = arguments.GetValue(GlobalOptions.Output);
            if (arguments.GetValue(run) is not null)
            {
                var one = Find(runs, arguments.GetValue(run));
                Print(one, runs.IsAtWork(one.Id), form);
                return ExitCodes.Same;
            }

            List(runs, [.. runs.Ids().Take(MostRuns).Select(id => runs.Find(id)!)], form);
            return ExitCodes.Same;
        });
        return command;
    }

    public static Command Resume()
    {
        var (run, options) = (Run("The run (default: the last one)"), new FleetOptions());
        var retry = new Option<bool>("--retry-failed") { Description = "Also visit the hosts again that failed or refused" };
        var command = new Command(
            "resume",
            "Continues a run that was cut off; one that stopped needs --retry-failed. " +
            "It has the same commit, which must be checked out here; a host that was being installed is " +
            "asked what became of it. Exit codes are those of \"fleet install\".");
        command.Arguments.Add(run);
        command.Options.Add(retry);
        command.Options.Add(options.Runs);
        options.AddConnection(command);
        command.SetAction(arguments =>
        {
            var workspace = Workspace.Load(arguments);
            using var runs = options.Database(arguments);
            var one = Find(runs, arguments.GetValue(run));
            if (workspace.Revision.Id != one.Order.Commit)
            {
                throw new UserErrorException($"run {one.Id} installs commit {one.Order.Commit}, and the repository is at {workspace.Revision.Short}: "
                    + $"git checkout {one.Order.Commit[..12]}, or begin a new run");
            }

            using var connector = options.Connector(arguments, workspace);
            var done = new InstallRun(workspace.Fleet, workspace.Origin, workspace.Commands, connector, runs, Console.Error.WriteLine, TimeProvider.System)
                .Resume(one, workspace.Revision.Branch, arguments.GetValue(retry), out var why);
            return done is null ? throw new UserErrorException(why!) : Print(done, isAtWork: false, arguments.GetValue(GlobalOptions.Output));
        });
        return command;
    }

    public static Command Rollback()
    {
        var (run, options) = (Run("The run (default: the last one)"), new FleetOptions());
        var yes = new Option<bool>("--yes") { Description = "Do not ask" };
        var command = new Command(
            "rollback",
            "Rolls back the hosts that a run installed, the newest first. A host that was installed again since is left alone. " +
            "Exit code 0: all of them are back, 1: some are not, 2: nothing was done.");
        command.Arguments.Add(run);
        command.Options.Add(yes);
        command.Options.Add(options.Runs);
        options.AddConnection(command);
        command.SetAction(arguments =>
        {
            var workspace = Workspace.Load(arguments);
            using var runs = options.Database(arguments);
            var one = Find(runs, arguments.GetValue(run));
            var hosts = one.Hosts.Count(host => host is { Generation: not null, Progress: HostProgress.Installed or HostProgress.Failed });
            if (hosts == 0)
            {
                throw new UserErrorException($"run {one.Id} changed no host, or all of them were rolled back");
            }

            if (!Confirmation.Yes($"roll back {Counted.Of(hosts, "host")} of run {one.Id}?", arguments.GetValue(yes)))
            {
                return ExitCodes.Trouble;
            }

            using var connector = options.Connector(arguments, workspace);
            var all = new RunRollback(workspace.Fleet, connector, runs, Console.Error.WriteLine, TimeProvider.System).RollBack(one, out var why)
                ?? throw new UserErrorException(why!);
            Print(runs.Find(one.Id)!, isAtWork: false, arguments.GetValue(GlobalOptions.Output));
            return all ? ExitCodes.Same : ExitCodes.Differs;
        });
        return command;
    }

    public static Command Report()
    {
        var (run, options) = (Run("The run (default: the last one)"), new FleetOptions());
        var command = new Command(
            "report", "Prints the report of a run in Markdown: what was changed where and why, what failed, what was rolled back, when, by whom.");
        command.Arguments.Add(run);
        command.Options.Add(options.Runs);
        command.SetAction(arguments =>
        {
            var fleet = Workspace.Load(arguments).Fleet;
            using var runs = options.Database(arguments);
            var one = Find(runs, arguments.GetValue(run));
            var description = new HostsDescription(fleet, [.. one.Hosts.Select(host => fleet.FindHost(host.Host)).OfType<Host>()]);
            Console.Out.Write(RunReport.Of(one, runs.IsAtWork(one.Id), hosts => hosts.All(host => fleet.FindHost(host) is not null)
                ? description.Of(hosts) : string.Join(", ", NameRuns.Fold([.. hosts]))));
            return ExitCodes.Same;
        });
        return command;
    }

    /// <summary>Prints a run and returns the exit code of an install.</summary>
    public static int Print(FleetRun run, bool isAtWork, OutputForm form)
    {
        if (form == OutputForm.Json)
        {
            Json.Print(writer =>
            {
                writer.WriteStartObject();
                Head(writer, run, isAtWork);
                Json.Array(writer, "hosts", run.Hosts, host =>
                {
                    writer.WriteString("host", host.Host);
                    writer.WriteNumber("wave", host.Wave);
                    writer.WriteString("progress", RunReport.Word(host.Progress));
                    writer.WriteString("plan_hash", host.PlanHash);
                    if (host.Generation is { } generation)
                    {
                        writer.WriteNumber("generation", generation);
                    }

                    writer.WriteString("message", host.Message);
                });
                writer.WriteEndObject();
            });
        }
        else
        {
            Columns.Write(Console.Out, ["HOST", "WAVE", "RESULT", "GENERATION", "WHAT"], run.Hosts.Select(host => (IReadOnlyList<string>)
            [
                host.Host, $"{host.Wave}", RunReport.Word(host.Progress), host.Generation?.ToString(CultureInfo.InvariantCulture) ?? "-",
                Printable.Of(host.Message.Split('\n')[0], 120),
            ]));
            Console.Out.WriteLine($"run {run.Id}: {RunReport.Sentence(run, isAtWork)}");
        }

        return run.Status == RunStatus.Stopped || run.Hosts.Any(host => host.HasFailed) ? ExitCodes.Differs
            : run.Hosts.All(host => host.Progress is HostProgress.Same or HostProgress.Installed) ? ExitCodes.Same : ExitCodes.Trouble;
    }

    private static void Head(System.Text.Json.Utf8JsonWriter writer, FleetRun run, bool isAtWork)
    {
        writer.WriteNumber("run", run.Id);
        writer.WriteString("status", run.Status.ToString().ToLowerInvariant());
        writer.WriteBoolean("at_work", isAtWork);
        writer.WriteString("why", run.Why);
        writer.WriteString("selector", run.Order.Selector);
        writer.WriteString("commit", run.Order.Commit);
        writer.WriteString("by", run.Order.By);
        writer.WriteString("started", run.Started);
    }

    private static void List(RunDatabase runs, List<FleetRun> all, OutputForm form)
    {
        if (form == OutputForm.Json)
        {
            Json.Print(writer =>
            {
                writer.WriteStartArray();
                Json.Items(writer, all, run => Head(writer, run, runs.IsAtWork(run.Id)));
                writer.WriteEndArray();
            });
            return;
        }

        Columns.Write(Console.Out, ["RUN", "STARTED (UTC)", "BY", "COMMIT", "HOSTS", "SELECTOR", "STATUS"], all.Select(run => (IReadOnlyList<string>)
        [
            $"{run.Id}", run.Started.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture), run.Order.By, run.Order.Commit[..12],
            $"{run.Hosts.Count(host => host.IsOver)}/{run.Hosts.Count}", Printable.Of(run.Order.Selector, 40), RunReport.Sentence(run, runs.IsAtWork(run.Id)),
        ]));
    }

    private static Argument<int?> Run(string description) => new Argument<int?>("RUN") { Description = description, Arity = ArgumentArity.ZeroOrOne }
        .Between(1, int.MaxValue);

    private static FleetRun Find(RunDatabase runs, int? id)
    {
        var ids = runs.Ids();
        return ids.Count == 0 ? throw new UserErrorException("there is no run yet: \"provision fleet install\" begins one")
            : runs.Find(id ?? ids[0]) ?? throw new UserErrorException($"there is no run {id}; the last one is {ids[0]}");
    }
}
