using System.CommandLine;
using Provision.Cli.Printing;
using Provision.Inventory;

namespace Provision.Cli.Commands;

/// <summary><c>provision hosts</c>: lists the hosts.</summary>
internal static class HostsCommand
{
    public static Argument<string[]> Selector(string purpose) => new("SELECTOR")
    {
        Description = $"{purpose}: names, globs, and terms such as role=imap site=nyi chassis=4u40 status=new",
        Arity = ArgumentArity.ZeroOrMore,
    };

    public static Command Create()
    {
        var selector = Selector("Which hosts");
        var command = new Command("hosts", "Lists hosts, all that are not retired or those a selector names.");
        command.Arguments.Add(selector);
        command.SetAction(arguments =>
        {
            var workspace = Workspace.Load(arguments);
            var hosts = Select(workspace.Fleet, arguments.GetValue(selector)!);
            if (arguments.GetValue(GlobalOptions.Output) == OutputForm.Json)
            {
                PrintJson(workspace.Fleet, hosts);
                return ExitCodes.Same;
            }

            Columns.Write(Console.Out, ["HOST", "SITE", "STATUS", "ADDRESS", "CHASSIS", "SLOTS", "ROLES"], hosts.Select(host => (IReadOnlyList<string>)
            [
                host.Name, host.Site, host.Status.Word(), host.Address.ToString(), host.Chassis ?? "-",
                Slots(workspace.Fleet, host), string.Join(",", host.Roles),
            ]));
            return ExitCodes.Same;
        });
        return command;
    }

    /// <summary>Returns the hosts selected by command-line arguments; it is an error if none matches.</summary>
    public static IReadOnlyList<Host> Select(Fleet fleet, string[] words)
    {
        if (words.Length == 0)
        {
            return [.. fleet.Hosts.Where(host => host.Status != HostStatus.Retired)];
        }

        var problems = new DiagnosticBag();
        var hosts = HostSelector.Select(fleet, string.Join(' ', words), Location.OfFile("SELECTOR"), problems);
        return problems.HasErrors ? throw new UserErrorException(problems) : hosts;
    }

    private static string Slots(Fleet fleet, Host host)
    {
        var slots = fleet.SlotsOf(host);
        return slots.Count == 0 ? "-" : $"{slots.Count(slot => fleet.StoreOfSlot(slot.Name) is not null)}/{slots.Count}";
    }

    private static void PrintJson(Fleet fleet, IReadOnlyList<Host> hosts) => Json.Print(writer =>
    {
        writer.WriteStartArray();
        Json.Items(writer, hosts, host =>
        {
            writer.WriteString("name", host.Name);
            writer.WriteString("site", host.Site);
            writer.WriteString("status", host.Status.Word());
            writer.WriteString("address", host.Address.ToString());
            writer.WriteString("chassis", host.Chassis);
            Json.Strings(writer, "macs", host.Macs.Select(mac => mac.ToString()));
            Json.Strings(writer, "roles", host.Roles);
            writer.WriteNumber("slots", fleet.SlotsOf(host).Count);
            writer.WriteNumber("slots_used", fleet.SlotsOf(host).Count(slot => fleet.StoreOfSlot(slot.Name) is not null));
            writer.WriteString("place", host.Location.ToString());
        });
        writer.WriteEndArray();
    });
}
