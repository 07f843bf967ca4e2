using Provision.Inventory;
using Provision.Stores.Instances;
using Provision.Stores.Mastership;

namespace Provision.Stores.Tests;

/// <summary>Slots that do what they are told, take their role from the database when they start, and fail where a test wants it: what real ones cannot be
/// made to do at a given step.</summary>
internal sealed class FakeSlots(IMastershipDatabase masters) : IInstanceOperations
{
    private readonly HashSet<string> running = new(StringComparer.Ordinal);

    /// <summary>What was done, in order: <c>stop sloti33d1t01</c>.</summary>
    public List<string> Done { get; } = [];

    /// <summary>What fails, as it is written in <see cref="Done"/>, and how.</summary>
    public Dictionary<string, Exception> Failures { get; } = new(StringComparer.Ordinal);

    /// <summary>The roles in which slots run.</summary>
    public Dictionary<string, ReplicationRole> Roles { get; } = new(StringComparer.Ordinal);

    /// <summary>Bytes that each replica lacks.</summary>
    public Dictionary<string, long> Lag { get; } = new(StringComparer.Ordinal);

    /// <summary>What is left after a drain.</summary>
    public long LeftAfterDrain { get; set; }

    /// <summary>Slots that ran as master at the same moment: must stay empty.</summary>
    public List<string> TwoMasters { get; } = [];

    public InstanceHealth Status(Slot slot)
    {
        Do("status", slot);
        return Health(slot);
    }

    public InstanceHealth Start(Slot slot)
    {
        Do("start", slot);
        running.Add(slot.Name);
        Roles[slot.Name] = masters.Read().ConfirmedEpoch(slot.Name) is not null ? ReplicationRole.Master : ReplicationRole.Replica;
        var serving = running.Where(name => Roles[name] == ReplicationRole.Master).ToList();
        if (serving.Count > 1)
        {
            TwoMasters.Add(string.Join(" and ", serving));
        }

        return Health(slot);
    }

    public void Stop(Slot slot)
    {
        Do("stop", slot);
        running.Remove(slot.Name);
    }

    public IReadOnlyList<ReplicationChannel> Drain(Slot slot)
    {
        Do("drain", slot);
        return LeftAfterDrain > 0 ? [new ReplicationChannel("sloti43d1t01", LeftAfterDrain, TimeSpan.FromSeconds(9), true)] : [];
    }

    /// <summary>Whether a slot serves.</summary>
    public bool Serves(string slot) => running.Contains(slot) && Roles[slot] == ReplicationRole.Master;

    /// <summary>Whether a slot runs.</summary>
    public bool Runs(string slot) => running.Contains(slot);

    private InstanceHealth Health(Slot slot) => new()
    {
        Slot = slot.Name,
        Role = Roles.GetValueOrDefault(slot.Name, ReplicationRole.Replica),
        Unit = running.Contains(slot.Name) ? "active" : "inactive",
        Services = [new InstanceService("syncserver", "198.18.33.1", 2005, running.Contains(slot.Name) ? "* OK" : null)],
        Channels = Roles.GetValueOrDefault(slot.Name) == ReplicationRole.Master
            ? [.. Lag.Select(lag => new ReplicationChannel(lag.Key, lag.Value, TimeSpan.FromSeconds(3), false))] : [],
        Problems = running.Contains(slot.Name) ? [] : ["it does not run"],
    };

    private void Do(string verb, Slot slot)
    {
        var what = $"{verb} {slot.Name}";
        if (verb != "status")
        {
            Done.Add(what);
        }

        if (Failures.TryGetValue(what, out var failure))
        {
            throw failure;
        }
    }
}
