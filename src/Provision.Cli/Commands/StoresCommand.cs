using System.CommandLine;
using Provision.Cli.Printing;
using Provision.Inventory;
using Provision.Text;

namespace Provision.Cli.Commands;

/// <summary><c>provision stores</c>: where is each store, and who is its master?</summary>
internal static class StoresCommand
{
    public static Command Create()
    {
        var names = new Argument<string[]>("STORE") { Description = "Names of stores (default: all)", Arity = ArgumentArity.ZeroOrMore };
        var masters = GlobalOptions.Masters();
        var command = new Command("stores", "Lists stores with their slots, the master first; checks and plans where they lie.");
        command.Arguments.Add(names);
        command.Options.Add(masters);
        command.Subcommands.Add(StoresCheckCommand.Create());
        command.Subcommands.Add(StoresPlanCommand.Create());
        command.SetAction(arguments =>
        {
            var workspace = Workspace.Load(arguments);
            var known = workspace.LiveMasters(arguments.GetValue(masters));
            var stores = Select(workspace.Fleet, arguments.GetValue(names)!).Select(store => StoreView.Of(workspace.Fleet, store, known)).ToList();
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

    private static IEnumerable<Store> Select(Fleet fleet, string[] names)
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
