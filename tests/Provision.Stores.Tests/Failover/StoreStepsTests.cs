using Provision.Inventory;
using Provision.Stores.Instances;
using Provision.Stores.Mastership;
using Provision.Stores.Placement;

namespace Provision.Stores.Tests;

/// <summary>Plans that are walked through: in order, gone on with from anywhere, and no copy dropped while another is not whole.</summary>
public sealed class StoreStepsTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("provision-steps-").FullName;
    private readonly InventoryFiles files = InventoryFiles.ReadFrom(
        Path.Combine(TestRepository.Root, "tests/fixtures/mail")) with
    { Configs = ["cyrus", "lab", "masters"] };
    private readonly List<IMastershipDatabase> databases = [];

    public void Dispose()
    {
        databases.ForEach(database => database.Dispose());
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void A_host_is_emptied_step_by_step()
    {
        var (hands, masters) = Fleet();
        var plan = Evacuation(hands);
        Run(hands, masters, plan);
        Assert.Equal(
        [
            "place store1 sloti33d1t01 sloti34d1t01 sloti43d1t01 sloti35d1t01", "deploy imap35 sloti35d1t01", "deploy imap33", "deploy imap34",
                "deploy imap43", "fill sloti33d1t01 sloti35d1t01",
            "compare sloti33d1t01 sloti35d1t01", "master sloti34d1t01", "compare sloti34d1t01 sloti43d1t01", "compare sloti34d1t01 sloti35d1t01",
            "place store1 sloti35d1t01 sloti34d1t01 sloti43d1t01", "deploy imap34", "deploy imap35", "deploy imap43", "deploy imap33",
        ],
        hands.Done.TakeWhile(line => !line.StartsWith("place store2", StringComparison.Ordinal)));
        AssertEmptied(hands, masters, plan);
    }

    /// <summary>The run dies at each thing that it does; the same plan goes on from there.</summary>
    [Fact]
    public void Stopped_anywhere_the_same_plan_goes_on()
    {
        var plan = Evacuation(Fleet().Hands);
        for (var until = 0; ; until++)
        {
            var (hands, masters) = Fleet();
            hands.Until = until;
            IReadOnlyCollection<string> unreached = [];
            var died = Record.Exception(() => unreached = Run(hands, masters, plan));
            var allWasDone = hands.Until >= 0;
            hands.Until = null;
            if (died is not null)
            {
                Run(hands, masters, plan);
            }

            // A host that goes is not waited for.
            Assert.True(hands.Owed.SetEquals(unreached), $"dying at {until}: not installed are {string.Join(' ', hands.Owed)}");
            AssertEmptied(hands, masters, plan);
            if (allWasDone)
            {
                Assert.True(until >= 30, $"only {until} things were done");
                return;
            }
        }
    }

    [Fact]
    public void A_new_replica_has_time_to_get_in_sync()
    {
        var (hands, masters) = Fleet();
        var plan = Evacuation(hands);
        hands.Behind["sloti35d1t01"] = 5;
        Run(hands, masters, plan);
        AssertEmptied(hands, masters, plan);
        (hands, masters) = Fleet();
        hands.Behind["sloti35d1t01"] = int.MaxValue;
        var stopped = Assert.Throws<InstanceException>(() => Run(hands, masters, plan));
        Assert.Contains("sloti35d1t01 is not in sync", stopped.Message, StringComparison.Ordinal);
        Assert.Contains("sloti33d1t01", hands.Fleet.FindStore("store1")!.Slots);
    }

    [Fact]
    public void No_copy_is_dropped_while_another_is_not_whole()
    {
        var (hands, masters) = Fleet();
        hands.Behind["sloti43d1t01"] = int.MaxValue;
        var stopped = Assert.Throws<InstanceException>(() => Run(hands, masters, Evacuation(hands)));
        Assert.Contains("sloti33d1t01 is not dropped: sloti43d1t01 is not in sync: sloti43d1t01: 1 of 7 mailboxes differ", stopped.Message,
            StringComparison.Ordinal);
        Assert.Equal(4, hands.Fleet.FindStore("store1")!.Slots.Count);
        Assert.Empty(hands.Harm);
    }

    /// <summary>Somebody moved the master back between the steps.</summary>
    [Fact]
    public void A_master_is_not_dropped()
    {
        var (hands, masters) = Fleet();
        var plan = Evacuation(hands);
        var without = plan with { Steps = [.. plan.Steps.Where(step => step.Kind != StepKind.MakeMaster)] };
        Assert.Contains("sloti33d1t01 is master of store1 and is not dropped", Assert.Throws<InstanceException>(() => Run(hands, masters, without)).Message,
            StringComparison.Ordinal);
        Assert.Empty(hands.Harm);
    }

    [Fact]
    public void A_fenced_slot_counts_as_no_copy()
    {
        var (hands, masters) = Fleet();
        var plan = Evacuation(hands);
        masters.Change(new MastershipChange.Force("store1", "sloti34d1t01", 1, "burnt", "test", DateTimeOffset.UnixEpoch));
        masters.Change(new MastershipChange.Up("store1", 2, "test", DateTimeOffset.UnixEpoch));
        var other = plan with
        {
            Steps = [.. plan.Steps.Select(
            step => step.Kind == StepKind.DropReplica && step.Store == "store1" ? step with { Slots = ["sloti43d1t01"] } : step)]
        };
        Assert.Contains("sloti43d1t01 is not dropped: sloti33d1t01 is fenced", Assert.Throws<InstanceException>(() => Run(hands, masters, other)).Message,
            StringComparison.Ordinal);
        Assert.Empty(hands.Harm);
    }

    [Fact]
    public void A_plan_of_another_inventory_is_refused()
    {
        var (hands, masters) = Fleet();
        var plan = Evacuation(hands);
        hands.Place(new NewStore("store1", "tera", ["sloti34d1t01", "sloti43d1t01", "sloti35d1t02"]), "");
        hands.Done.Clear();
        Assert.Contains("neither on sloti33d1t01 nor on sloti35d1t01", Assert.Throws<InstanceException>(() => Run(hands, masters, plan)).Message,
            StringComparison.Ordinal);
        Assert.Empty(hands.Done);
    }

    [Fact]
    public void New_stores_are_made_on_their_hosts()
    {
        var (hands, masters) = Fleet();
        var plan = PlanOf(hands, new PlanRequest { AddStores = 1 });
        Run(hands, masters, plan);
        var made = hands.Fleet.FindStore("store3")!;
        Assert.Equal(made.Slots[0], masters.Read().Stores["store3"].Master);
        Assert.Equal(made.Slots.Select(slot => $"deploy {hands.Fleet.FindSlot(slot)!.Host.Name} {slot}"),
            hands.Done.Where(line => line.StartsWith("deploy", StringComparison.Ordinal)));
    }

    private (FakePlacement Hands, IMastershipDatabase Masters) Fleet()
    {
        var masters = MastershipDatabases.Open(Path.Combine(folder, $"masters-{databases.Count}.sqlite"), create: true);
        databases.Add(masters);
        masters.Change(new MastershipChange.Enroll("store1", "sloti33d1t01", "test", DateTimeOffset.UnixEpoch));
        masters.Change(new MastershipChange.Enroll("store2", "sloti34d1t02", "test", DateTimeOffset.UnixEpoch));
        return (new FakePlacement(files, masters), masters);
    }

    private static IReadOnlyCollection<string> Run(FakePlacement hands, IMastershipDatabase masters, StorePlanFile plan)
    {
        var steps = new StoreSteps(hands, masters, "test", new HastyClock(), TimeSpan.FromHours(1), (_, _) => { });
        steps.Run(plan);
        return steps.Unreached;
    }

    private static StorePlanFile Evacuation(FakePlacement hands) => PlanOf(hands, new PlanRequest { Evacuate = ["imap33"] });

    private static StorePlanFile PlanOf(FakePlacement hands, PlanRequest request)
    {
        var masters = new Masters(1, new Dictionary<string, string> { ["store1"] = "sloti33d1t01", ["store2"] = "sloti34d1t02" });
        var plan = StorePlanner.Of(PlacedFleet.Of(hands.Fleet), request, masters);
        Assert.Empty(plan.Refusals);
        return new StorePlanFile(plan.Hash, plan.Steps,
            [.. plan.After.Stores.Where(store => plan.Steps.Any(step => step.Store == store.Name))
            .Select(store => new NewStore(store.Name, store.Class, [.. store.Slots.Select(slot => slot.Name)]))]);
    }

    private static void AssertEmptied(FakePlacement hands, IMastershipDatabase masters, StorePlanFile plan)
    {
        Assert.Empty(hands.Harm);
        foreach (var wanted in plan.Stores)
        {
            Assert.Equal(wanted.Slots, hands.Fleet.FindStore(wanted.Name)!.Slots);
            Assert.Equal("sloti34" + masters.Read().Stores[wanted.Name].Master[7..], masters.Read().Stores[wanted.Name].Master);
        }

        Assert.DoesNotContain(hands.Fleet.Stores.SelectMany(store => store.Slots), slot => slot.StartsWith("sloti33", StringComparison.Ordinal));
    }
}
