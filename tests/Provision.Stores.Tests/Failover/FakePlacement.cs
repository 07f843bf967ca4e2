using System.Text;
using Provision.Inventory;
using Provision.Stores.Instances;
using Provision.Stores.Mastership;

namespace Provision.Stores.Tests;

/// <summary>The mail fleet of the lab as files in memory, whose stores can be edited, and hosts that do what they are told until a test wants that they
/// fail.</summary>
internal sealed class FakePlacement(InventoryFiles files, IMastershipDatabase masters) : IPlacementOperations
{
    private InventoryFiles files = files;

    public Fleet Fleet { get; private set; } = InventoryLoader.Load(files).Fleet!;

    /// <summary>What was done, in order: <c>deploy imap35 sloti35d1t01</c>.</summary>
    public List<string> Done { get; } = [];

    /// <summary>How many more things are done before one fails; null for no failure.</summary>
    public int? Until { get; set; }

    /// <summary>Replicas that lack something, and how many looks it takes until they do not.</summary>
    public Dictionary<string, int> Behind { get; } = new(StringComparer.Ordinal);

    /// <summary>Hosts that were not installed since the slots of a store of theirs changed.</summary>
    public HashSet<string> Owed { get; } = new(StringComparer.Ordinal);

    /// <summary>Slots that were dropped although they were master or the others were not whole: must stay empty.</summary>
    public List<string> Harm { get; } = [];

    public void Place(NewStore store, string message)
    {
        Do($"place {store.Name} {string.Join(' ', store.Slots)}");
        var gone = Fleet.FindStore(store.Name)?.Slots.Except(store.Slots).ToList() ?? [];
        if (gone.Contains(masters.Read().Stores.GetValueOrDefault(store.Name)?.Master ?? "")
            || (gone.Count > 0 && (store.Slots.Count < 3 || store.Slots.Any(slot => Behind.GetValueOrDefault(slot) > 0))))
        {
            Harm.Add($"{store.Name} lost {string.Join(' ', gone)}");
        }

        var before = Fleet.FindStore(store.Name)?.Slots ?? [];
        var edit = StoreEntries.Place(files, [store]);
        Assert.Empty(edit.Result.Diagnostics);
        files = files with
        {
            Files = [.. files.Files.Where(file => file.Path != edit.Path)
            .Append(new InventoryFile(edit.Path, Encoding.UTF8.GetBytes(edit.After))).OrderBy(file => file.Path, StringComparer.Ordinal)]
        };
        Fleet = edit.Result.Fleet!;
        if (!before.ToHashSet().SetEquals(store.Slots))
        {
            Owed.UnionWith(before.Union(store.Slots).Select(slot => Fleet.FindSlot(slot)!.Host.Name));
        }
    }

    public void Deploy(Inventory.Host host, Slot? fresh)
    {
        Do($"deploy {host.Name}{(fresh is null ? "" : " " + fresh.Name)}");
        Owed.Remove(host.Name);
    }

    public void Fill(Slot master, Slot replica) => Do($"fill {master.Name} {replica.Name}");

    public StoreComparison Compare(Slot master, Slot replica)
    {
        Do($"compare {master.Name} {replica.Name}");
        var behind = Behind.GetValueOrDefault(replica.Name);
        Behind[replica.Name] = Math.Max(0, behind - 1);
        return new StoreComparison(master.Name, replica.Name, 7, behind == 0 ? [] : [new MailboxDifference("user.alice", ["is missing on the replica"])]);
    }

    public FailoverReport MakeMaster(Store store, Slot slot)
    {
        Do($"master {slot.Name}");
        var row = masters.Read().Stores[store.Name];
        foreach (var change in (MastershipChange[])
        [
            new MastershipChange.Begin(store.Name, slot.Name, row.Epoch, "test", DateTimeOffset.UnixEpoch),
                new MastershipChange.Assign(store.Name, row.Epoch, "test", DateTimeOffset.UnixEpoch),
            new MastershipChange.Up(store.Name, row.Epoch + 1, "test", DateTimeOffset.UnixEpoch),
        ])
        {
            Assert.Null(masters.Change(change).Refusal);
        }

        return new FailoverReport(store.Name, FailoverOutcome.Moved, row.Master, slot.Name, TimeSpan.Zero, []);
    }

    private void Do(string what)
    {
        if (Until is { } left)
        {
            Until = left - 1;
            if (left == 0)
            {
                throw new HostUnreachableException($"{what}: no answer");
            }
        }

        Done.Add(what);
    }
}

/// <summary>A clock whose timers fire at once, and which is as much later then.</summary>
internal sealed class HastyClock : TimeProvider
{
    private DateTimeOffset now = DateTimeOffset.UnixEpoch;

    public override DateTimeOffset GetUtcNow() => now;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        now += dueTime;
        callback(state);
        return System.CreateTimer(_ => { }, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }
}
