using Provision.Inventory;

namespace Provision.FleetRuns.Waves;

/// <summary>The order in which a run visits its hosts.</summary>
public static class WavePlan
{
    /// <summary>Splits hosts into waves. Hosts with fewer masters come first, so a canary interrupts as few users as possible and replicas come before
    /// masters; otherwise the order of the hosts is kept.</summary>
    /// <param name="fleet">The fleet.</param>
    /// <param name="masters">Who is master now.</param>
    /// <param name="hosts">The selected hosts.</param>
    /// <param name="sizes">The sizes of the waves.</param>
    public static IReadOnlyList<IReadOnlyList<Host>> Of(Fleet fleet, Masters masters, IReadOnlyList<Host> hosts, WaveSizes sizes)
    {
        var serving = fleet.Stores.Select(masters.MasterOf).ToHashSet(StringComparer.Ordinal);
        var inOrder = hosts.OrderBy(host => fleet.SlotsOf(host).Count(slot => serving.Contains(slot.Name))).ToList();
        var waves = new List<IReadOnlyList<Host>>();
        var at = 0;
        foreach (var size in sizes.Of(hosts.Count))
        {
            waves.Add(inOrder.GetRange(at, size));
            at += size;
        }

        return waves;
    }
}
