using Provision.Inventory;

namespace Provision.Stores.Tests;

/// <summary>Fleets to plan for: a few hosts made by hand, and the repository's own.</summary>
internal static class Some
{
    public static string Root => TestRepository.Root;

    public static Fleet Sample { get; } = InventoryLoader.Load(InventoryFiles.ReadFrom(Root)).Fleet!;

    /// <summary>Slots of a host; the template says only their class.</summary>
    public static PlacedHost Host(string name, string site, int slots, string @class = "tera", HostUse use = HostUse.InService)
    {
        var host = Sample.Hosts[0] with { Name = name, Site = site, Status = HostStatus.Active };
        var template = Sample.Chassis.SelectMany(static chassis => chassis.Slots).First(known => known.Class == @class);
        return new(host, [.. Enumerable.Range(1, slots)
            .Select(number => new Slot { Name = $"{name}t{number:00}", Index = number - 1, Number = number, Host = host, Template = template, Kind = null })],
            use);
    }

    /// <summary>Hosts a1, a2, ... at site a and b1, b2, ... at site b, of so many slots each.</summary>
    public static PlacedFleet Empty(int[] a, int[] b) => new(
        [.. a.Select((slots, i) => Host($"a{i + 1}", "a", slots)), .. b.Select((slots, i) => Host($"b{i + 1}", "b", slots))], []);

    public static PlacedFleet Uniform(int a, int b, int slots) => Empty([.. Enumerable.Repeat(slots, a)], [.. Enumerable.Repeat(slots, b)]);

    /// <summary>The fleet with stores of slots named as <c>a1.1</c>: host and number.</summary>
    public static PlacedFleet With(this PlacedFleet fleet, params string[][] stores) =>
        fleet with
        {
            Stores = [.. fleet.Stores,
            .. stores.Select((slots, i) => new PlacedStore($"store{fleet.Stores.Count + i + 1}", "tera", [.. slots.Select(slot => fleet.Slot(slot))]))]
        };

    public static Slot Slot(this PlacedFleet fleet, string name) =>
        fleet.Hosts.Single(host => host.Host.Name == name.Split('.')[0]).Slots[int.Parse(name.Split('.')[1]) - 1];

    public static StorePlan Plan(this PlacedFleet fleet, PlanRequest request) => StorePlanner.Of(fleet, request, Masters.Default);

    /// <summary>A fleet with stores, planned.</summary>
    public static PlacedFleet Filled(this PlacedFleet fleet, int stores)
    {
        var plan = fleet.Plan(new() { AddStores = stores });
        Assert.Empty(plan.Refusals);
        return plan.After;
    }

    public static IEnumerable<PairFigure> Pairs(this PlacedFleet fleet) => PlacementFigures.Of(fleet).Groups.SelectMany(static group => group.Pairs);

}
