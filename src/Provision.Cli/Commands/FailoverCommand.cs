using System.CommandLine;
using System.Globalization;
using Provision.Cli.Printing;
using Provision.Inventory;
using Provision.Stores.Failover;
using Provision.Stores.Mastership;

namespace Provision.Cli.Commands;

/// <summary><c>provision failover</c>: moves a store's master to another of its slots.</summary>
internal static class FailoverCommand
{
    private const int StoresAtOnce = 4;

    public static Command Create()
    {
        var store = new Option<string?>("--store") { Description = "One store", HelpName = "STORE" };
        var to = new Option<string?>("--to")
        {
            Description = "With --store: the slot that takes over (default: one at the same site, on the host with the " +
            "fewest masters)",
            HelpName = "SLOT"
        };
        var away = new Option<string?>("--host") { Description = "Every store that has its master on this host, spread over the others", HelpName = "HOST" };
        var back = new Option<string?>("--back") { Description = "Return every master to this host whose store has its first slot there", HelpName = "HOST" };
        var force = new Option<bool>("--force")
        {
            Description = "The master is dead: take over without it. It is fenced until it is merged; what it had " +
            "acknowledged but not yet sent is missing until then"
        };
        var reason = new Option<string?>("--reason") { Description = "With --force: the reason, which is kept in the history", HelpName = "TEXT" };
        var lag = new Option<long>("--lag-limit")
        {
            Description = "Bytes of changes that a replica may lack; about 85 per event",
            HelpName = "BYTES",
            DefaultValueFactory = _ => new FailoverRequest(null!, null!).LagLimit
        };
        var resume = new Option<bool>("--resume") { Description = "Resume an interrupted failover to the same slot" };
        var abort = new Option<bool>("--abort") { Description = "With --store: abort an interrupted failover; the slot that the database names serves" };
        var yes = StorageOptions.Yes();
        var database = MastersDatabase.Option();
        var command = new Command(
            "failover",
            "Moves the master of a store to another of its slots: asks for confirmation, marks the store as moving (logins wait), stops the old one, sends " +
                "what its replicas lack, and starts the new one. " +
            "If anything fails before the new master is named, the old one serves again. Takes 5 to 15 seconds per store.\n\n" +
            "Exit code 0 all have moved, 1 some have not (each with the reason and who serves), 2 nothing was done.");
        foreach (var option in new Option[] { store, to, away, back, force, reason, lag, resume, abort, yes, database })
        {
            command.Options.Add(option);
        }

        command.SetAction(arguments =>
        {
            var workspace = Workspace.Load(arguments);
            using var masters = MastersDatabase.Open(workspace, arguments.GetValue(database));
            var run = new FailoverRun(new FailoverTools(
                workspace.Fleet, masters, new RemoteInstances(SlotSession.Shell(workspace)), Session.Author, TimeProvider.System, Tell));
            var chosen = (arguments.GetValue(store), arguments.GetValue(away), arguments.GetValue(back));
            if (arguments.GetValue(abort))
            {
                return Print(arguments, [run.Abort(
                    StoreOf(workspace.Fleet, arguments.GetValue(store)
                    ?? throw new UserErrorException("--abort is for one store: name it with --store STORE")))]);
            }

            var requests = chosen switch
            {
                ({ } name, null, null) => [new FailoverRequest(
                    StoreOf(workspace.Fleet, name), TargetOf(workspace.Fleet, masters.Read(), StoreOf(workspace.Fleet, name), arguments.GetValue(to)))],
                (null, { } host, null) => Away(workspace.Fleet, masters.Read(), workspace.Host(host)),
                (null, null, { } host) => FailoverTargets.BackTo(workspace.Fleet, masters.Read(), workspace.Host(host)),
                _ => throw new UserErrorException("name one of --store STORE [--to SLOT], --host HOST, or --back HOST"),
            };
            if (arguments.GetValue(force) && string.IsNullOrWhiteSpace(arguments.GetValue(reason)))
            {
                throw new UserErrorException("--force needs --reason: the history must show why the old master was considered dead");
            }

            requests = [.. requests.Select(
                request => request with { LagLimit = arguments.GetValue(lag), Resume = arguments.GetValue(resume), ForceReason = arguments.GetValue(force)
                ? arguments.GetValue(reason) : null })];
            return requests.Count == 0 ? Nothing(arguments) : Confirmed(masters.Read(), requests, arguments.GetValue(force), arguments.GetValue(yes))
                ? Print(arguments, Run(run, requests)) : ExitCodes.Trouble;
        });
        return command;
    }

    private static List<FailoverReport> Run(FailoverRun run, IReadOnlyList<FailoverRequest> requests) =>
        requests.ConcurrentlyEach(StoresAtOnce, run.Move);

    private static void Tell(string store, string line)
    {
        lock (Console.Error)
        {
            Console.Error.WriteLine($"{store}: {line}");
        }
    }

    private static int Nothing(ParseResult arguments)
    {
        Console.Error.WriteLine("no master has to move");
        return Print(arguments, []);
    }

    private static bool Confirmed(MastershipSnapshot now, IReadOnlyList<FailoverRequest> requests, bool force, bool yes)
    {
        foreach (var request in requests)
        {
            Console.Error.WriteLine($"{request.Store.Name}: {now.Stores.GetValueOrDefault(request.Store.Name)?.Master ?? "no master"} -> " +
                $"{request.Target.Name}@{request.Target.Host.Name}/{request.Target.Host.Site}{(force ? ", by force" : "")}");
        }

        return Confirmation.Yes($"move the master of {requests.Count} store{(requests.Count == 1 ? "" : "s")}?", yes);
    }

    private static int Print(ParseResult arguments, IReadOnlyList<FailoverReport> reports)
    {
        if (arguments.GetValue(GlobalOptions.Output) == OutputForm.Json)
        {
            Json.Print(writer =>
            {
                writer.WriteStartArray();
                Json.Items(writer, reports, report =>
                {
                    writer.WriteString("store", report.Store);
                    writer.WriteString("outcome", Word(report.Outcome));
                    writer.WriteString("from", report.From);
                    writer.WriteString("to", report.To);
                    writer.WriteNumber("seconds_away", Math.Round(report.Away.TotalSeconds, 2));
                    Json.Strings(writer, "problems", report.Problems);
                });
                writer.WriteEndArray();
            });
        }
        else
        {
            foreach (var report in reports)
            {
                var moved = report.Outcome == FailoverOutcome.Moved
                    ? string.Create(CultureInfo.InvariantCulture, $" to {report.To}, {report.Away.TotalSeconds:F1} s")
                    : "";
                Console.Out.WriteLine($"{report.Store}: {Word(report.Outcome)}{moved}");
                foreach (var problem in report.Problems)
                {
                    Console.Out.WriteLine($"  {problem}");
                }
            }
        }

        return reports.All(report => report.Outcome == FailoverOutcome.Moved) ? ExitCodes.Same
            : reports.All(report => report.Outcome == FailoverOutcome.Refused) ? ExitCodes.Trouble : ExitCodes.Differs;
    }

    private static string Word(FailoverOutcome outcome) => outcome switch
    {
        FailoverOutcome.Moved => "moved",
        FailoverOutcome.Refused => "refused",
        FailoverOutcome.GivenUp => "given-up",
        _ => "stuck",
    };

    private static IReadOnlyList<FailoverRequest> Away(Fleet fleet, MastershipSnapshot now, Host host)
    {
        var problems = new DiagnosticBag();
        var requests = FailoverTargets.AwayFrom(fleet, now, host, problems);
        return problems.HasErrors ? throw new UserErrorException(problems) : requests;
    }

    private static Slot TargetOf(Fleet fleet, MastershipSnapshot now, Store store, string? name)
    {
        if (name is not null)
        {
            return fleet.FindSlot(name) ?? throw new UserErrorException(
                [Diagnostic.Error(Location.OfFile("--to"), $"there is no slot \"{name}\"", NearestName.Hint(name, store.Slots))]);
        }

        var master = now.Stores.TryGetValue(store.Name, out var known) ? fleet.FindSlot(known.Master) : null;
        return master is null ? throw new UserErrorException(
            $"the database has no master of {store.Name}: name one with --to SLOT, or run \"provision masters enroll\" first")
            : Away(fleet, now, master.Host).First(request => request.Store.Name == store.Name).Target;
    }

    private static Store StoreOf(Fleet fleet, string name) => StoresCommand.Select(fleet, [name]).First();
}
