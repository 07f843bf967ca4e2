using System.CommandLine;
using Provision.Cli.Printing;
using Provision.Inventory;

namespace Provision.Cli.Commands;

/// <summary><c>provision slots</c>: shows what is in each slot.</summary>
internal static class SlotsCommand
{
    public static Command Create()
    {
        var selector = HostsCommand.Selector("Slots of which hosts");
        var free = new Option<bool>("--free") { Description = "Only slots that no store uses" };
        var masters = GlobalOptions.Masters();
        var command = new Command("slots", "Lists mail slots with their addresses, mounts and stores.");
        command.Arguments.Add(selector);
        command.Options.Add(free);
        command.Options.Add(masters);
        command.SetAction(arguments =>
        {
            var workspace = Workspace.Load(arguments);
            var known = workspace.ShownMasters(arguments.GetValue(masters));
            var slots = HostsCommand.Select(workspace.Fleet, arguments.GetValue(selector)!)
                .Where(host => host.Status != HostStatus.Retired)
                .SelectMany(host => workspace.View(host, known).Slots)
                .Where(slot => !arguments.GetValue(free) || slot.Store is null).ToList();
            if (arguments.GetValue(GlobalOptions.Output) == OutputForm.Json)
            {
                PrintJson(slots);
                return ExitCodes.Same;
            }

            Columns.Write(Console.Out, ["SLOT", "HOST", "CLASS", "ADDRESS", "STORE", "ROLE", "MOUNTS"], slots.Select(slot => (IReadOnlyList<string>)
            [
                slot.Slot.Name, slot.Slot.Host.Name, slot.Slot.Class, slot.Slot.Address?.ToString() ?? "-", slot.Store?.Name ?? "-",
                Role(slot), string.Join(" ", slot.Slot.Tiers.Mounts),
            ]));
            return ExitCodes.Same;
        });
        return command;
    }

    private static string Role(SlotView slot) => slot.Store is null ? "free" : slot.IsMaster ? "master" : "replica";

    private static void PrintJson(List<SlotView> slots) => Json.Print(writer =>
    {
        writer.WriteStartArray();
        Json.Items(writer, slots, slot =>
        {
            writer.WriteString("name", slot.Slot.Name);
            writer.WriteString("host", slot.Slot.Host.Name);
            writer.WriteString("class", slot.Slot.Class);
            writer.WriteString("address", slot.Slot.Address?.ToString());
            writer.WriteString("store", slot.Store?.Name);
            writer.WriteString("role", Role(slot));
            Json.Strings(writer, "mounts", slot.Slot.Tiers.Mounts);
            Json.Strings(writer, "peers", slot.Peers.Select(peer => peer.Slot.Name));
        });
        writer.WriteEndArray();
    });
}
