using Provision.Configuration.Plans;
using Provision.Configuration.State;
using Provision.Cyrus.Health.Facts;
using Provision.Cyrus.Health.Judge;
using Provision.Cyrus.Health.Report;
using Provision.Cyrus.Observe;
using Provision.Inventory;
using Provision.Storage.Tests.Map;
using Provision.Stores.Instances;
using Provision.Stores.Mastership;

namespace Provision.Cyrus.Tests;

/// <summary>imap33 of the sample fleet on a day when all is well; tests change what they are about.</summary>
internal sealed record Host
{
    public static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    public PerfectMachine Machine { get; init; } = Mounted(PerfectMachine.Of("imap33"));

    public IReadOnlyList<SlotHealth> Slots { get; init; } = [.. PerfectMachine.Of("imap33").View.Slots.Where(slot => slot.Store is not null).Select(Well)];

    public ChangePlan Plan { get; init; } = new() { Host = "imap33", Revision = new Revision("c0ffee", false, true, "main"), MastersSerial = 0, Files = [], Same = [], IsRunning = true };

    public HostMemory Memory { get; init; } = new(
        new Generation { Number = 4, Kind = GenerationKind.Install, Time = Now.AddDays(-3), Commit = "c0ffeec0ffeec0ffee", MastersSerial = 0, Files = [], Before = [] }, 0);

    public Expected Expected { get; init; } = Expected.Nothing;

    /// <summary>Who is master by the database.</summary>
    public MastershipSnapshot Masters { get; init; } = new(
        7,
        PerfectMachine.Of("imap33").View.Slots.Where(slot => slot.Store is not null).ToDictionary(
            slot => slot.Store!.Name, slot => new StoreMastership(slot.Store!.Name, slot.IsMaster ? slot.Slot.Name : slot.Peers.First(peer => peer.IsMaster).Slot.Name, 1, StoreMode.Up, null, Now, "eve@desk")),
        new Dictionary<string, FencedSlot>());

    public string? MastersFail { get; init; }

    /// <summary>Why a part cannot be looked at, by its name.</summary>
    public string? SlotsFail { get; init; }

    public HostFacts Facts => new(
        Machine.View, Now,
        () => SlotsFail is null ? Slots : throw new IOException(SlotsFail),
        () => new HostStorage(Machine.Observed, Machine.Map()), () => Plan, () => Memory, () => MastersFail is null ? Masters : throw new IOException(MastersFail));

    public CheckReport Report(params string[] only)
    {
        var checks = HostChecks.Rows.Where(check => only.Length == 0 || only.Contains(check.Name)).ToList();
        return new CheckReport(checks, HostChecks.Judge(checks, Facts, Expected));
    }

    public Host With(string slot, Func<SlotHealth, SlotHealth> change) => this with { Slots = [.. Slots.Select(one => one.Slot == slot ? change(one) : one)] };

    /// <summary>The database names another master of a slot's store.</summary>
    public Host Named(string slot, string master, StoreMode mode = StoreMode.Up)
    {
        var store = Machine.View.Slots.First(one => one.Slot.Name == slot).Store!.Name;
        return this with { Masters = Masters with { Stores = Masters.Stores.Values.ToDictionary(row => row.Store, row => row.Store == store ? row with { Master = master, Mode = mode } : row) } };
    }

    /// <summary>The replicas of a slot's store have been behind for so long; null where they are not.</summary>
    public Host Behind(string slot, params TimeSpan?[] ages) => With(slot, one => one with { Channels = [.. one.Channels.Zip(ages, (channel, age) => channel with { Age = age, Bytes = age is null ? 0 : 85 })] });

    public Host Unmounted(string path) =>
        this with { Machine = Machine with { Observed = Machine.Observed with { Mounts = [.. Machine.Observed.Mounts.Where(mount => mount.Path != path)] } } };

    private static PerfectMachine Mounted(PerfectMachine machine) => machine with
    {
        Observed = machine.Observed with { Mounts = [.. machine.Layout.Mounts.Select(mount => new Storage.Observe.ObservedMount(mount.Path, mount.Source, mount.Filesystem, mount.Options, "0:0"))] },
    };

    private static SlotHealth Well(SlotView slot) => new()
    {
        Slot = slot.Slot.Name,
        Role = slot.IsMaster ? SlotRole.Master : SlotRole.Replica,
        Unit = "active",
        Services = [new SlotService("imap", "198.18.33.1", 2143, "* OK")],
        Daemons = ["idled"],
        Channels = slot.IsMaster ? [.. slot.Peers.Select(peer => new SlotChannel(peer.Slot.Name, 0, null, false))] : [],
    };
}
