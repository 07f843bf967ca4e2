using System.CommandLine;
using Provision.Cli.Printing;
using Provision.Configuration.Plans;
using Provision.Configuration.State;
using Provision.Cyrus.Health.Facts;
using Provision.Cyrus.Health.Judge;
using Provision.Cyrus.Health.Report;
using Provision.Cyrus.Observe;
using Provision.Storage.Map;

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
        var options = new HostOptions();
        var input = new StorageInput();
        var only = new Option<string[]>("--only") { Description = $"Make only these checks: {string.Join(", ", HostChecks.Rows.Select(check => check.Name))}", HelpName = "NAME", AllowMultipleArgumentsPerToken = true };
        var form = new Option<CheckForm>("--output", "-o") { Description = "text, json or prometheus", DefaultValueFactory = _ => CheckForm.Text };
        var command = new Command(
            "check",
            "Checks this host and says how it is, as monitoring systems want it: one line, then one a finding, the worst first. What is arranged (a store that " +
            "moves, a slot that is fenced) is said and not counted. What cannot be looked at is UNKNOWN and never OK.\n\n" +
            $"{string.Join("\n", HostChecks.Rows.Select(check => $"  {check.Name,-9} {check.LooksAt}"))}\n\n" +
            "Exit code 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.\n\nExample:\n  provision check --only lag ports");
        options.AddTo(command);
        input.AddTo(command);
        command.Options.Add(only);
        command.Options.Add(form);
        command.SetAction(arguments =>
        {
            var checks = Select(arguments.GetValue(only)!);
            var expected = Expected.Nothing;
            HostWork? work = null;
            HostFacts? facts = null;
            CheckReport report;
            try
            {
                work = HostWork.Open(arguments, options);
                facts = Facts(arguments, input, work);
                expected = facts.Masters?.Value is { } masters ? Expected.Of(masters) : Expected.Nothing;
                report = new CheckReport(checks, HostChecks.Judge(checks, facts, expected));
            }
            catch (Exception e) when (work is null && e is UserErrorException or IOException or UnauthorizedAccessException or CommandFailedException)
            {
                // Without a repository nothing is known; the exporter must report that too.
                report = new CheckReport(checks, [.. checks.Select(check => new CheckFinding(check.Name, CheckLevel.Unknown, $"{check.Name} cannot be looked at: {Why(e)}"))]);
            }

            using (work)
            {
                Print(arguments.GetValue(form), report, facts, expected);
            }

            return report.ExitCode;
        });
        return command;
    }

    private static List<HostCheck> Select(string[] names)
    {
        var problems = new DiagnosticBag();
        foreach (var name in names.Where(name => !HostChecks.Rows.Any(check => check.Name == name)))
        {
            problems.Error(Location.OfFile("--only"), $"there is no check \"{name}\"", NearestName.Hint(name, HostChecks.Rows.Select(check => check.Name)));
        }

        return problems.HasErrors ? throw new UserErrorException(problems) : [.. HostChecks.Rows.Where(check => names.Length == 0 || names.Contains(check.Name, StringComparer.Ordinal))];
    }

    private static HostFacts Facts(ParseResult arguments, StorageInput input, HostWork work)
    {
        var (view, files, commands) = (work.View, work.Files, work.Workspace.Commands);
        return new HostFacts(
            view,
            DateTimeOffset.UtcNow,
            () => [.. HostFacts.SlotsToLookAt(view, SlotConfiguration.Slots(files)).AsParallel().AsOrdered().Select(new SlotObserver(files, commands).Observe)],
            () => Unless(() => input.Observe(arguments) is var observed ? new HostStorage(observed, DriveMap.Of(view.Layout!, view, work.Workspace.Fleet.FindDrives(view.Host.Name), observed)) : null!),
            () => Unless(() => new Planner(files, commands).Plan(work.Render(), new StateStore(files).ReadState(), work.Revision, ConfigSelection.All, runChecks: false)),
            () =>
            {
                var store = new StateStore(files);
                return new HostMemory(store.Generations() is [.., var last] ? store.ReadGeneration(last) : null, files.List("/var/crash").Count(entry => char.IsAsciiDigit(entry[0])));
            },
            work.Workspace.Fleet.MasterServers.Count == 0 || view.Slots.All(slot => slot.Store is null) ? null : () => work.Now.Snapshot ?? throw new InvalidDataException(work.Now.Failures));
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

    private static void Print(CheckForm form, CheckReport report, HostFacts? facts, Expected expected)
    {
        switch (form)
        {
            case CheckForm.Prometheus:
                Console.Out.Write(PrometheusText.Of(report, facts, expected));
                break;
            case CheckForm.Json:
                Json.Print(writer =>
                {
                    writer.WriteStartObject();
                    writer.WriteNumber("state", report.ExitCode);
                    writer.WriteString("line", report.FirstLine);
                    Json.Strings(writer, "checks", report.Checks.Select(check => check.Name));
                    Json.Array(writer, "findings", report.Findings, finding =>
                    {
                        writer.WriteString("check", finding.Check);
                        writer.WriteString("level", finding.Level.ToString().ToLowerInvariant());
                        writer.WriteString("sentence", finding.Sentence);
                    });
                    writer.WriteEndObject();
                });
                break;
            default:
                Console.Out.WriteLine(string.Join('\n', report.Lines()));
                break;
        }
    }
}
