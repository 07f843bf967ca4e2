using System.CommandLine;
using Provision.Cli.Printing;
using Provision.Boot.Health;
using Provision.Configuration.Health;
using Provision.Configuration.Plans;
using Provision.Configuration.State;
using Provision.Cyrus;
using Provision.Cyrus.Observe;
using Provision.Storage.Health;
using Provision.Storage.Map;
using Provision.Storage.Observe;

namespace Provision.Cli.Commands;

/// <summary><c>provision check</c>: reports the health of this host in the formats of monitoring systems.</summary>
internal static class CheckCommand
{
    private enum CheckForm
    {
        Text,
        Json,
        Prometheus,
    }

    public static Command Create()
    {
        var options = new HostOptions { Here = HostOptions.HereOption() };
        var input = new StorageInput();
        var only = new Option<string[]>("--only")
        {
            Description = $"Make only these checks: {string.Join(", ", HostHealth.Checks.Select(check => check.Name))}",
            HelpName = "NAME",
            AllowMultipleArgumentsPerToken = true,
        };
        var form = new Option<CheckForm>("--output", "-o") { Description = "text, json or prometheus", DefaultValueFactory = _ => CheckForm.Text };
        var command = new Command(
            "check",
            "Checks the health of this host and reports it in the form that monitoring systems expect: " +
            "a summary line, then one line per finding, the worst first. " +
            "Planned conditions (a store that is moving, a fenced slot) are listed but do not raise the exit code. " +
            "What could not be observed is UNKNOWN, never OK.\n\n" +
            $"{string.Join("\n", HostHealth.Checks.Select(check => $"  {check.Name,-9} {check.Examines}"))}\n\n" +
            "Exit code 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.\n\nExample:\n  provision check --only lag ports");
        options.AddTo(command);
        input.AddTo(command);
        command.Options.Add(only);
        command.Options.Add(form);
        command.SetAction(arguments =>
        {
            var checks = Select(arguments.GetValue(only)!);
            Session? session = null;
            HostHealth? health = null;
            HealthReport report;
            try
            {
                session = Session.Open(arguments, options, input.IsLive(arguments));
                health = Health(arguments, input, session);
                report = health.Report(checks);
            }
            catch (Exception e) when (session is null && e is UserErrorException or IOException or UnauthorizedAccessException or CommandFailedException)
            {
                // Without a repository nothing is known; the exporter must report that too.
                report = new HealthReport([.. checks.Select(check => check.Name)], [.. checks.Select(check => HealthCheck.Unseen(check.Name, Why(e)))]);
            }

            using (session)
            {
                Print(arguments.GetValue(form), report, health);
            }

            return report.ExitCode;
        });
        return command;
    }

    private static List<HealthCheck<HostHealth>> Select(string[] names)
    {
        var problems = new DiagnosticBag();
        foreach (var name in names.Where(name => !HostHealth.Checks.Any(check => check.Name == name)))
        {
            problems.Error(Location.OfFile("--only"), $"there is no check \"{name}\"", NearestName.Hint(name, HostHealth.Checks.Select(check => check.Name)));
        }

        return problems.HasErrors
            ? throw new UserErrorException(problems)
            : [.. HostHealth.Checks.Where(check => names.Length == 0 || names.Contains(check.Name, StringComparer.Ordinal))];
    }

    private static HostHealth Health(ParseResult arguments, StorageInput input, Session session)
    {
        var (view, files, commands, fleet) = (session.View, session.Files, session.Workspace.Commands, session.Workspace.Fleet);
        var observed = new Lazy<ObservedStorage>(() => input.Observe(arguments));
        return new HostHealth(
            new SlotsHealth(
                view,
                () => SlotsHealth.SlotsToObserve(view, SlotConfiguration.Slots(files)).ConcurrentlyEach(8, new SlotObserver(files, commands).Observe),
                fleet.MasterServers.Count == 0 || view.Slots.All(slot => slot.Store is null)
                    ? null
                    : () => session.Current.Snapshot ?? throw new InvalidDataException(session.Current.Failures)),
            new StorageHealth(
                view.Layout,
                () => Unless(() => new HostStorage(observed.Value, DriveMap.Of(view.Layout!, view, fleet.FindDrives(view.Host.Name), observed.Value)))),
            new BootHealth(input.IsLive(arguments) && files.IsRunningSystem ? () => Unless(() => BootFacts.Read(files, observed.Value)) : null),
            new InstallHealth(
                DateTimeOffset.UtcNow,
                () => Unless(() => new Planner(files, commands)
                    .Plan(session.Render(), new StateStore(files).ReadState(), session.Revision, ConfigSelection.All, runChecks: false)),
                () => InstallRecord.Read(files)));
    }

    /// <summary>Treats an error that a user would have to correct as the reason why something is unknown.</summary>
    private static T Unless<T>(Func<T> look)
    {
        try
        {
            return look();
        }
        catch (UserErrorException e)
        {
            throw new InvalidDataException(Why(e), e);
        }
    }

    private static string Why(Exception e)
    {
        using var text = new StringWriter();
        if (e is UserErrorException user)
        {
            user.Print(text);
        }
        else
        {
            text.Write(e.Message);
        }

        return text.ToString().Split('\n')[0].Replace("provision: ", "", StringComparison.Ordinal);
    }

    private static void Print(CheckForm form, HealthReport report, HostHealth? health)
    {
        switch (form)
        {
            case CheckForm.Prometheus:
                Console.Out.Write(PrometheusText.Of(report, health?.Metrics(report) ?? []));
                break;
            case CheckForm.Json:
                HealthJson.Print(report);
                break;
            default:
                Console.Out.WriteLine(string.Join('\n', report.Lines()));
                break;
        }
    }
}
