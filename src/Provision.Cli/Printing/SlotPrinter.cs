using Provision.Cyrus.Observe;
using Provision.Stores.Instances;

namespace Provision.Cli.Printing;

internal static class SlotPrinter
{
    /// <summary>Prints one line per slot, then what is wrong.</summary>
    public static void Print(IReadOnlyList<InstanceHealth> slots)
    {
        Columns.Write(Console.Out, ["SLOT", "ROLE", "UNIT", "SERVICES", "DAEMONS", "BEHIND", "STATE"], slots.Select(slot => (IReadOnlyList<string>)
        [
            slot.Slot,
            slot.Role == ReplicationRole.None ? "-" : slot.Role == ReplicationRole.Master ? "master" : "replica",
            slot.Unit,
            $"{slot.Services.Count(service => service.Banner is not null)}/{slot.Services.Count}",
            $"{slot.Daemons.Count - slot.MissingDaemons.Count}/{slot.Daemons.Count}",
            slot.Channels.Count == 0 ? "-"
                : string.Join(" ", slot.Channels.Select(channel => $"{channel.Name}:{(channel.Age is { } age ? $"{age.TotalSeconds:0}s" : "0s")}")),
            slot.IsWell ? "well" : "NOT WELL",
        ]));
        foreach (var (slot, problem) in slots.SelectMany(slot => slot.Problems.Select(problem => (slot, problem))))
        {
            Console.Out.WriteLine($"{slot.Slot}: {problem}");
        }
    }
}
