using System.CommandLine;
using System.Globalization;
using Provision.Cli.Printing;
using Provision.Inventory;

namespace Provision.Cli.Commands;

/// <summary><c>provision show</c>: shows all settings and properties of one host.</summary>
internal static class ShowCommand
{
    public static Command Create()
    {
        var name = new Argument<string>("HOST") { Description = "The host's name" };
        var masters = GlobalOptions.Masters();
        var command = new Command("show", "Shows one host: identity, roles, packages, services, settings, disks and slots, as they follow from the inventory.");
        command.Arguments.Add(name);
        command.Options.Add(masters);
        command.SetAction(arguments =>
        {
            var workspace = Workspace.Load(arguments);
            using var system = Provision.Core.RootedFiles.Open("/");
            var host = workspace.FindHost(arguments.GetValue(name), system);
            var view = workspace.View(host, workspace.ShownMasters(arguments.GetValue(masters)));
            if (arguments.GetValue(GlobalOptions.Output) == OutputForm.Json)
            {
                Json.Print(writer => HostJson.Write(writer, view));
            }
            else
            {
                Print(view);
            }

            return ExitCodes.Same;
        });
        return command;
    }

    private static void Print(HostView view)
    {
        var host = view.Host;
        Line("host", $"{view.Fqdn}  ({host.Status.Word()}, {host.Location})");
        Line("site", $"{view.Site.Name}  {view.Site.Description}");
        Line("address", host.Address.ToString());
        Line("macs", string.Join("  ", host.Macs));
        Line("chassis", view.Chassis is null ? "-" : $"{view.Chassis.Name}  {view.Chassis.Description}");
        Line("slot network", host.SlotNetwork?.ToString() ?? "-");
        Line("branch", host.Branch ?? "-");
        Line("roles", string.Join(", ", view.Roles.Roles.Select(role => role.Name)));
        Line("data class", view.Roles.Data.Word());
        Line("reinstall", view.Roles.Gates.Count == 0 ? "no gate" : string.Join(", ", view.Roles.Gates.Select(gate => gate.Name)));
        Line("configs", string.Join(" ", view.Roles.Configs));
        Line("services", string.Join(" ", view.Roles.Services));
        Line("packages", string.Join(" ", view.Roles.Packages));
        Console.Out.WriteLine("\nsettings");
        PrintSettings(view.Settings, "");
        if (view.Layout is { } layout)
        {
            Console.Out.WriteLine();
            Columns.Write(Console.Out, ["SET", "NAME", "LEVEL", "BAYS", "USABLE", "DATA", ""], layout.Sets.Select(set => (IReadOnlyList<string>)
            [
                set.Key, set.Name, set.Level.Word(), Bays(set), set.UsableBytes == 0 ? "-" : Size(set.UsableBytes),
                set.Data.Word(), set.Os ? "operating system" : "",
            ]));
            Console.Out.WriteLine();
            Columns.Write(Console.Out, ["MOUNT", "SOURCE", "FILESYSTEM", "OPTIONS", "DATA"], layout.Mounts.Select(mount => (IReadOnlyList<string>)
                [mount.Path, mount.Source, mount.Filesystem, mount.Options, mount.Data.Word()]));
        }

        if (view.Slots.Count > 0)
        {
            Console.Out.WriteLine();
            Columns.Write(Console.Out, ["SLOT", "CLASS", "ADDRESS", "STORE", "ROLE", "PEERS"], view.Slots.Select(slot => (IReadOnlyList<string>)
            [
                slot.Slot.Name, slot.Slot.Class, slot.Slot.Address?.ToString() ?? "-", slot.Store?.Name ?? "-",
                slot.Store is null ? "free" : slot.IsMaster ? "master" : "replica", string.Join(" ", slot.Peers.Select(peer => peer.Slot.Name)),
            ]));
        }
    }

    private static void PrintSettings(YamlMapping settings, string prefix)
    {
        foreach (var entry in settings.Entries)
        {
            if (entry.Value is YamlMapping { Entries.Count: > 0 } inner)
            {
                PrintSettings(inner, $"{prefix}{entry.Key}.");
            }
            else
            {
                Console.Out.WriteLine($"  {prefix}{entry.Key} = {HostJson.Text(entry.Value)}  ({entry.Value.Location})");
            }
        }
    }

    private static string Bays(SetLayout set) =>
        string.Join(" ", set.Bays.GroupBy(bay => bay.Panel).Select(group => $"{group.Key} {string.Join(",", group.Select(bay => bay.Number))}"));

    private static string Size(long bytes) => (bytes / 1e9).ToString("0.#", CultureInfo.InvariantCulture) + " GB";

    private static void Line(string name, string value) => Console.Out.WriteLine($"{name,-14}{value}");
}
