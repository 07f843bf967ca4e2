using System.CommandLine;
using Provision.FleetRuns.Execution;
using Provision.FleetRuns.Runs;
using Provision.FleetRuns.Waves;

namespace Provision.Cli.Commands;

/// <summary><c>provision fleet install</c>: installs many hosts, wave after wave, each confirmed.</summary>
internal static class FleetInstallCommand
{
    private const int MostSubjects = 20;

    public static Command Create()
    {
        var (selector, options, allowDirty) = (FleetSession.Selector(), new FleetOptions(), FleetSession.AllowDirty());
        var waves = new Option<string>("--waves")
        {
            Description = "Sizes of the waves: numbers, percentages, or rest; the last one repeats",
            HelpName = "SIZES",
            DefaultValueFactory = _ => WaveSizes.Default,
        };
        var failures = Limit("--max-failures", "Hosts that may fail in the run before it stops");
        var waveFailures = Limit("--max-wave-failures", "Hosts that may fail in a wave before the run stops (default: as --max-failures)");
        var soak = new TimeOption("--soak", "Time between a wave and the check of its hosts");
        var confirm = new TimeOption("--confirm", "A host rolls back unless a new connection confirms it within this time", "2m");
        var overwrite = new Option<bool>("--overwrite") { Description = "Also install hosts with files that were changed there: they are overwritten" };
        var yes = new Option<bool>("--yes") { Description = "Do not ask" };
        var command = new Command(
            "install",
            "Installs the commit on many hosts: a canary first, then wave after wave, never two hosts with copies of one store at a time, those with the " +
            "fewest masters first. Every host is checked and confirmed by a new connection, otherwise it rolls back by itself. A host that refuses does " +
            "not stop the others. The run is recorded: status, resume, rollback and report continue from there.\n\n" +
            "Exit code 0: every host has the commit, 1: a host failed or was rolled back, or the run stopped, 2: hosts refused or nothing was done.\n\n" +
            "Example:\n  provision fleet install role=imap --waves 1,10%,rest --soak 10m");
        command.Arguments.Add(selector);
        command.Options.Add(waves);
        command.Options.Add(failures);
        command.Options.Add(waveFailures);
        command.Options.Add(soak.Option);
        command.Options.Add(confirm.Option);
        command.Options.Add(overwrite);
        command.Options.Add(yes);
        command.Options.Add(allowDirty);
        command.Options.Add(options.Jobs);
        command.Options.Add(options.Runs);
        options.AddConnection(command);
        command.SetAction(arguments =>
        {
            var workspace = Workspace.Load(arguments);
            var hosts = FleetSession.Select(workspace.Fleet, arguments.GetValue(selector)!);
            var sizes = FleetSession.Waves(arguments.GetValue(waves)!);
            var revision = FleetSession.Commit(workspace, arguments.GetValue(allowDirty));
            var plan = WavePlan.Of(workspace.Fleet, workspace.ShownMasters(null), hosts, sizes);
            var most = arguments.GetValue(failures) ?? 0;
            var order = new RunOrder(
                string.Join(' ', arguments.GetValue(selector)!), revision.Id, Session.Author, arguments.GetValue(waveFailures) ?? most, most,
                arguments.GetValue(options.Jobs), soak.In(arguments), confirm.In(arguments), arguments.GetValue(overwrite), Subjects(workspace));
            Console.Error.WriteLine($"commit {revision.Short} on {Counted.Of(hosts.Count, "host")}; waves of {string.Join(", ", sizes.Of(hosts.Count))}; "
                + $"first {string.Join(", ", plan[0].Take(5).Select(host => host.Name))}");
            if (!Confirmation.Yes("install them?", arguments.GetValue(yes)))
            {
                return ExitCodes.Trouble;
            }

            using var connector = options.Connector(arguments, workspace);
            using var runs = options.Database(arguments);
            var run = new InstallRun(workspace.Fleet, workspace.Origin, workspace.Commands, connector, runs, Console.Error.WriteLine, TimeProvider.System)
                .Start(order, revision.Branch, plan, out var why);
            return run is null ? throw new UserErrorException(why!) : FleetRunCommands.Print(run, isAtWork: false, arguments.GetValue(GlobalOptions.Output));
        });
        return command;
    }

    private static Option<int?> Limit(string name, string description)
    {
        var option = new Option<int?>(name) { Description = description, HelpName = "N" };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out var number) && number < 0)
            {
                result.AddError($"{name} {number}: expected a number of at least 0");
            }
        });
        return option;
    }

    /// <summary>Subjects of the last commits, for the report: why the run was made.</summary>
    private static IReadOnlyList<string> Subjects(Workspace workspace) =>
    [
        .. new Git(workspace.Commands, workspace.Origin).Run("log", $"--max-count={MostSubjects}", "--format=%h %s", "HEAD").Text
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => Printable.Of(line, 200)).Take(1),
    ];
}
