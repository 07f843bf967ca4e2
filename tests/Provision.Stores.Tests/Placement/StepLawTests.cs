using FsCheck;
using FsCheck.Fluent;
using Provision.Inventory;

namespace Provision.Stores.Tests;

/// <summary>A law of every plan: after each step every hard rule holds, no slot has two stores, and no store has fewer copies in sync than it began
/// with.</summary>
public class StepLawTests
{
    [Fact]
    public void Plans_of_the_sample_fleet_keep_the_rules_at_every_step()
    {
        var sample = PlacedFleet.Of(Some.Sample);
        foreach (var request in new PlanRequest[]
        {
            new() { AddHosts = ["imap37"] }, new() { Evacuate = ["imap33"] }, new() { Evacuate = ["imap50"] }, new() { AddStores = 3, Class = "tera" },
            new() { Evacuate = ["imap34"], AddHosts = ["imap37"], AddStores = 2, Class = "tera" },
        })
        {
            Assert.NotEmpty(Replayed(sample, request));
        }
    }

    [Fact]
    public void Plans_of_any_fleet_keep_the_rules_at_every_step() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(80),
        Prop.ForAll(Gen.Choose(0, 1_000_000).ToArbitrary(), Any));

    /// <summary>A copy that goes to a full host after another store's copy has left it, in a plan whose first store moves twice.</summary>
    [Theory]
    [InlineData(295843)]
    public void Plans_that_once_broke_a_rule_keep_it(int seed) => Any(seed);

    private static void Any(int seed)
    {
        var random = new Random(seed);
        var (home, remote) = (random.Next(3, 7), random.Next(2, 5));
        var fleet = Drawn(random, home, remote);
        var request = random.Next(4) switch
        {
            0 => new PlanRequest(),
            1 => new PlanRequest { Evacuate = [$"a{random.Next(1, home + 1)}"] },
            2 => new PlanRequest { AddHosts = [$"a{random.Next(1, home + 1)}"] },
            _ => new PlanRequest { Evacuate = [$"b{random.Next(1, remote + 1)}"], AddStores = random.Next(4), Home = "a" },
        };
        Replayed(fleet, request);
    }

    /// <summary>Stores thrown at random on hosts of different sizes; every rule holds.</summary>
    internal static PlacedFleet Drawn(Random random, int home, int remote)
    {
        var fleet = Some.Empty([.. Enumerable.Range(0, home).Select(_ => random.Next(4, 9))], [.. Enumerable.Range(0, remote).Select(_ => random.Next(4, 9))]);
        var free = fleet.Hosts.ToDictionary(static host => host.Host.Name, static host => new Queue<Slot>(host.Slots), StringComparer.Ordinal);
        var stores = new List<PlacedStore>();
        for (var i = random.Next(3, 12); i > 0; i--)
        {
            var a = fleet.Hosts.Where(host => host.Host.Site == "a" && free[host.Host.Name].Count > 0).OrderBy(_ => random.Next()).Take(2).ToList();
            var b = fleet.Hosts.Where(host => host.Host.Site == "b" && free[host.Host.Name].Count > 0).OrderBy(_ => random.Next()).Take(1).ToList();
            if (a.Count == 2 && b.Count == 1)
            {
                stores.Add(new($"store{stores.Count + 1}", "tera", [.. a.Concat(b).Select(host => free[host.Host.Name].Dequeue())]));
            }
        }

        return fleet with { Stores = stores };
    }

    private static IReadOnlyList<PlanStep> Replayed(PlacedFleet fleet, PlanRequest request)
    {
        var plan = fleet.Plan(request);
        var slots = fleet.Hosts.SelectMany(static host => host.Slots).ToDictionary(static slot => slot.Name, StringComparer.Ordinal);
        var began = fleet.Stores.ToDictionary(static store => store.Name, static store => store.Slots.Count, StringComparer.Ordinal);
        var masters = fleet.Stores.ToDictionary(static store => store.Name, static store => store.Slots[0].Name, StringComparer.Ordinal);
        var now = fleet.Stores.ToDictionary(static store => store.Name, StringComparer.Ordinal);
        var behind = new HashSet<string>(StringComparer.Ordinal);
        var left = new HashSet<(string Store, string Host)>();
        foreach (var host in request.AddHosts)
        {
            fleet = fleet.With(host, HostUse.InService);
        }

        foreach (var step in plan.Steps)
        {
            var named = step.Slots.Select(slot => slots[slot]).ToList();
            switch (step.Kind)
            {
                case StepKind.Create:
                    now.Add(step.Store, new(step.Store, named[0].Class, named));
                    masters[step.Store] = step.Slots[0];
                    behind.UnionWith(step.Slots.Skip(1));
                    break;
                case StepKind.AddReplica:
                    now[step.Store] = now[step.Store] with { Slots = [.. now[step.Store].Slots, .. named] };
                    Assert.DoesNotContain(named, slot => request.Evacuate.Contains(slot.Host.Name));
                    Assert.DoesNotContain((step.Store, named.Single().Host.Name), left);
                    behind.UnionWith(step.Slots);
                    break;
                case StepKind.WaitInSync:
                    behind.ExceptWith(step.Slots);
                    break;
                case StepKind.MakeMaster:
                    Assert.Contains(named.Single(), now[step.Store].Slots);
                    Assert.DoesNotContain(step.Slots.Single(), behind);
                    masters[step.Store] = step.Slots.Single();
                    break;
                default:
                    Assert.NotEqual(masters[step.Store], step.Slots.Single());
                    Assert.Contains(named.Single(), now[step.Store].Slots);
                    left.Add((step.Store, named.Single().Host.Name));
                    now[step.Store] = now[step.Store] with { Slots = [.. now[step.Store].Slots.Except(named)] };
                    break;
            }

            Assert.Empty(PlacementRules.Check(fleet with { Stores = [.. now.Values] }));
            Assert.All(began, store => Assert.True(now[store.Key].Slots.Count(slot => !behind.Contains(slot.Name)) >= store.Value));
        }

        Assert.True(plan.Refusals.Count == 0 || plan.Steps.Count == 0);
        Assert.Equal(plan.After.Stores.Select(Text).Order(StringComparer.Ordinal), now.Values.Select(Text).Order(StringComparer.Ordinal));
        Assert.Empty(behind);
        return plan.Steps;

        static string Text(PlacedStore store) => $"{store.Name} {string.Join(' ', store.Slots.Select(static slot => slot.Name).Order(StringComparer.Ordinal))}";
    }
}
