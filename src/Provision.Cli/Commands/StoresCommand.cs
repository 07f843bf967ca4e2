using System.CommandLine;
using System.Globalization;
using Provision.Cli.Printing;
using Provision.Inventory;
using Provision.Stores.Failover;
using Provision.Stores.Mastership;

namespace Provision.Cli.Commands;

/// <summary><c>provision stores</c>: shows the location and the master of each store.</summary>
internal static class StoresCommand
{
    public static Command Create()
    {
        var names = new Argument<string[]>("STORE") { Description = "Names of stores (default: all)", Arity = ArgumentArity.ZeroOrMore };
        var masters = GlobalOptions.Masters();
        var store = new Option<string[]>("--store") { Description = "The same as STORE", HelpName = "STORE" };
        var live = new Option<bool>("--live")
        {
            Description = "Ask the slots and the database of masters: who serves, how far replicas are behind, and which " +
            "host losses each store survives. Exit code 1 where one has less than two copies"
        };
        var database = MastersDatabase.Option();
        var command = new Command("stores", "Lists stores with their slots, the master first; checks and plans where they lie, and compares what is in them.");
        command.Arguments.Add(names);
        command.Options.Add(masters);
        command.Options.Add(store);
        command.Options.Add(live);
        command.Options.Add(database);
        command.Subcommands.Add(StoresCompareCommand.Create());
        command.Subcommands.Add(StoresCheckCommand.Create());
        command.Subcommands.Add(StoresPlanCommand.Create());
        command.Subcommands.Add(StoresApplyCommand.Create());
        command.SetAction(arguments =>
        {
            var workspace = Workspace.Load(arguments);
            string[] wanted = [.. arguments.GetValue(names)!, .. arguments.GetValue(store)!];
            if (arguments.GetValue(live))
            {
                using var state = MastersDatabase.Open(workspace, arguments.GetValue(database));
                var now = state.Read();
                var hands = new RemoteInstances(SlotSession.Shell(workspace));
                return PrintLive(arguments, Select(workspace.Fleet, wanted).ConcurrentlyEach(8, one => StoreOverview.Of(workspace.Fleet, one, now, hands)));
            }

            var known = workspace.ShownMasters(arguments.GetValue(masters));
            var stores = Select(workspace.Fleet, wanted).Select(store => StoreView.Of(workspace.Fleet, store, known)).ToList();
            if (arguments.GetValue(GlobalOptions.Output) == OutputForm.Json)
            {
                PrintJson(stores);
                return ExitCodes.Same;
            }

            Columns.Write(Console.Out, ["STORE", "CLASS", "MASTER", "REPLICAS"], stores.Select(view => (IReadOnlyList<string>)
            [
                view.Store.Name, view.Store.Class, Name(view.Master), string.Join(" ", view.Slots.Where(slot => !slot.IsMaster).Select(Name)),
            ]));
            return ExitCodes.Same;
        });
        return command;
    }

    private static string Name(PeerSlot slot) => $"{slot.Slot.Name}@{slot.Slot.Host.Name}/{slot.Slot.Host.Site}";

    private static int PrintLive(ParseResult arguments, List<StoreOverview> stores)
    {
        if (arguments.GetValue(GlobalOptions.Output) == OutputForm.Json)
        {
            Json.Print(writer =>
            {
                writer.WriteStartArray();
                Json.Items(writer, stores, view =>
                {
                    writer.WriteString("name", view.Store.Name);
                    writer.WriteString("master", view.Mastership?.Master);
                    writer.WriteString("mode", view.Mastership?.Mode.ToString().ToLowerInvariant());
                    Json.Array(writer, "slots", view.Slots, slot =>
                    {
                        writer.WriteString("name", slot.Slot.Name);
                        writer.WriteString("host", slot.Slot.Host.Name);
                        writer.WriteString("role", slot.Health?.Role.ToString().ToLowerInvariant());
                        writer.WriteBoolean("current", slot.IsCurrent);
                        writer.WriteString("note", slot.Note);
                        writer.WriteNumber("behind_seconds", Math.Round(slot.Behind?.TotalSeconds ?? 0, 1));
                    });
                    Json.Strings(writer, "survives", view.Survives);
                });
                writer.WriteEndArray();
            });
        }
        else
        {
            Columns.Write(Console.Out, ["STORE", "SLOT", "ROLE", "BEHIND", "SURVIVES THE LOSS OF"],
                stores.SelectMany(view => view.Slots.Select((slot, index) => (IReadOnlyList<string>)
            [
                index == 0 ? view.Store.Name : "",
                $"{slot.Slot.Name}@{slot.Slot.Host.Name}/{slot.Slot.Host.Site}",
                slot.Health?.Role.ToString().ToLowerInvariant() ?? "?",
                slot.Behind is { } behind ? string.Create(CultureInfo.InvariantCulture, $"{behind.TotalSeconds:F0} s") : "-",
                (view.Survives.Contains(slot.Slot.Host.Name) ? slot.Slot.Host.Name : "NOT " + slot.Slot.Host.Name) +
                    (slot.Note.Length > 0 ? $"  ({slot.Note})" : ""),
            ])));
        }

        return stores.TrueForAll(view => view.Slots.Count(slot => slot.IsCurrent) >= 2) ? ExitCodes.Same : ExitCodes.Differs;
    }

    internal static IEnumerable<Store> Select(Fleet fleet, string[] names)
    {
        var problems = new DiagnosticBag();
        var stores = new List<Store>();
        foreach (var name in names)
        {
            if (fleet.FindStore(name) is { } store)
            {
                stores.Add(store);
            }
            else
            {
                problems.Error(Location.OfFile("STORE"), $"there is no store \"{name}\"", NearestName.Hint(name, fleet.Stores.Select(known => known.Name)));
            }
        }

        return problems.HasErrors ? throw new UserErrorException(problems) : names.Length == 0 ? fleet.Stores : stores;
    }

    private static void PrintJson(List<StoreView> stores) => Json.Print(writer =>
    {
        writer.WriteStartArray();
        Json.Items(writer, stores, view =>
        {
            writer.WriteString("name", view.Store.Name);
            writer.WriteString("class", view.Store.Class);
            writer.WriteString("master", view.Master.Slot.Name);
            Json.Array(writer, "slots", view.Slots, slot =>
            {
                writer.WriteString("name", slot.Slot.Name);
                writer.WriteString("host", slot.Slot.Host.Name);
                writer.WriteString("site", slot.Slot.Host.Site);
                writer.WriteString("address", slot.Slot.Address?.ToString());
                writer.WriteBoolean("master", slot.IsMaster);
            });
        });
        writer.WriteEndArray();
    });
}
