using System.CommandLine;
using Provision.Cli.Printing;
using Provision.Inventory;
using Provision.Machine;
using Provision.Slots.Observe;
using Provision.Text;
using Command = System.CommandLine.Command;

namespace Provision.Cli.Commands;

/// <summary><c>provision slot status</c>: are the slots of this host well?</summary>
internal static class SlotStatusCommand
{
    public static Command Create()
    {
        var names = new Argument<string[]>("SLOT") { Description = "Names of slots (default: those of this host that a store uses, and those that have a configuration)", Arity = ArgumentArity.ZeroOrMore };
        var host = GlobalOptions.Host();
        var command = new Command(
            "status",
            "Shows how the slots of this host are: the banner of every service (that a connection is taken proves nothing), the daemons, and how far " +
            "replicas are behind. Slots that are named are looked at without the repository. Exit code 0: all are well, 1: one is not, 2: trouble.\n\n" +
            "Example:\n  provision slot status sloti33d1t01");
        command.Arguments.Add(names);
        command.Options.Add(host);
        command.SetAction(arguments =>
        {
            using var files = RootedFiles.Open("/");
            var observer = new SlotObserver(files, new ProcessRunner());
            var slots = Select(arguments, arguments.GetValue(names)!, arguments.GetValue(host), files).AsParallel().AsOrdered().Select(observer.Observe).ToList();
            if (arguments.GetValue(GlobalOptions.Output) == OutputForm.Json)
            {
                using var output = Console.OpenStandardOutput();
                output.Write(SlotHealthJson.ToJson(slots));
            }
            else
            {
                Print(slots);
            }

            return slots.TrueForAll(slot => slot.IsWell) ? ExitCodes.Same : ExitCodes.Differs;
        });
        return command;
    }

    private static List<string> Select(ParseResult arguments, string[] names, string? host, IMachineFiles files)
    {
        var problems = new DiagnosticBag();
        foreach (var name in names.Where(name => !SlotName.IsValid(name)))
        {
            problems.Error(Location.OfFile("SLOT"), $"\"{name}\" is no slot's name", NearestName.Hint(name, SlotConfiguration.Slots(files)) ?? "expected one such as sloti33d1t01");
        }

        if (problems.HasErrors)
        {
            throw new UserErrorException(problems);
        }

        if (names.Length > 0)
        {
            return [.. names];
        }

        var workspace = Workspace.Load(arguments);
        var used = workspace.View(workspace.FindHost(host, files), Workspace.ReadMasters(null, files)).Slots.Where(slot => slot.Store is not null).Select(slot => slot.Slot.Name);
        return [.. used.Union(SlotConfiguration.Slots(files), StringComparer.Ordinal).Order(NaturalOrder.Instance)];
    }

    private static void Print(List<SlotHealth> slots)
    {
        Columns.Write(Console.Out, ["SLOT", "ROLE", "UNIT", "SERVICES", "DAEMONS", "BEHIND", "STATE"], slots.Select(slot => (IReadOnlyList<string>)
        [
            slot.Slot,
            slot.Role == SlotRole.None ? "-" : slot.Role == SlotRole.Master ? "master" : "replica",
            slot.Unit,
            $"{slot.Services.Count(service => service.Banner is not null)}/{slot.Services.Count}",
            $"{slot.Daemons.Count - slot.MissingDaemons.Count}/{slot.Daemons.Count}",
            slot.Channels.Count == 0 ? "-" : string.Join(" ", slot.Channels.Select(channel => $"{channel.Name}:{(channel.Age is { } age ? $"{age.TotalSeconds:0}s" : "0s")}")),
            slot.IsWell ? "well" : "NOT WELL",
        ]));
        foreach (var (slot, problem) in slots.SelectMany(slot => slot.Problems.Select(problem => (slot, problem))))
        {
            Console.Out.WriteLine($"{slot.Slot}: {problem}");
        }
    }
}
