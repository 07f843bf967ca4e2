using Provision.Configuration.Health;
using Provision.Configuration.Plans;
using Provision.Configuration.State;
using Provision.Cyrus.Observe;
using Provision.Inventory;
using Provision.Storage.Health;
using Provision.Storage.Tests.Map;
using Provision.Stores.Instances;
using Provision.Stores.Mastership;

namespace Provision.Cyrus.Tests;

/// <summary>imap33 of the sample fleet on a day when all is well; tests change what they are about.</summary>
internal sealed record Host
{
    public static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    public PerfectMachine Machine { get; init; } = Mounted(PerfectMachine.Of("imap33"));

    public IReadOnlyList<InstanceHealth> Slots { get; init; } = [.. PerfectMachine.Of("imap33").View.Slots.Where(slot => slot.Store is not null).Select(Well)];

    public ChangePlan Plan { get; init; } = new()
    {
        Host = "imap33",
        Revision = new Revision("c0ffee", false, true, "main"),
        MastersSerial = 0,
        Files = [],
        Same = [],
        IsRunning = true
    };

    public InstallRecord Record { get; init; } = new(
        new Generation
        {
            Number = 4,
            Kind = GenerationKind.Install,
            Time = Now.AddDays(-3),
            Commit = "c0ffeec0ffeec0ffee",
            MastersSerial = 0,
            Files = [],
            Before = []
        }, 0);

    /// <summary>Who is master by the database.</summary>
    public MastershipSnapshot Masters { get; init; } = new(
        7,
        PerfectMachine.Of("imap33").View.Slots.Where(slot => slot.Store is not null).ToDictionary(
            slot => slot.Store!.Name, slot =>
                new StoreMastership(slot.Store!.Name, slot.IsMaster ? slot.Slot.Name : slot.Peers.First(peer => peer.IsMaster).Slot.Name, 1, StoreMode.Up,
                null, Now, "eve@desk")),
        new Dictionary<string, FencedInstance>());

    public string? MastersFail { get; init; }

    /// <summary>Why a part could not be observed.</summary>
    public string? SlotsFail { get; init; }

    public SlotsHealth SlotsHealth => new(
        Machine.View,
        () => SlotsFail is null ? Slots : throw new IOException(SlotsFail),
        () => MastersFail is null ? Masters : throw new IOException(MastersFail));

    public StorageHealth StorageHealth => new(Machine.View.Layout, () => new HostStorage(Machine.Observed, Machine.Map()));

    public InstallHealth InstallHealth => new(Now, () => Plan, () => Record);

    /// <summary>The checks of every area, as the command line puts them together.</summary>
    public static IReadOnlyList<HealthCheck<Host>> Checks { get; } =
    [
        .. SlotsHealth.Checks.Select(check => check.On<Host>(host => host.SlotsHealth)),
        .. StorageHealth.Checks.Select(check => check.On<Host>(host => host.StorageHealth)),
        .. InstallHealth.Checks.Select(check => check.On<Host>(host => host.InstallHealth)),
    ];

    public HealthReport Report(params string[] only)
    {
        var checks = Checks.Where(check => only.Length == 0 || only.Contains(check.Name)).ToList();
        return new HealthReport([.. checks.Select(check => check.Name)], [.. checks.SelectMany(check => check.Judge(this))]);
    }

    public string Metrics(HealthReport report) =>
        PrometheusText.Of(report, [.. SlotsHealth.Metrics(report.Checks), .. StorageHealth.Metrics(report.Checks), .. InstallHealth.Metrics(report.Checks)]);

    /// <summary>The database says that a slot's store is moving from it.</summary>
    public Host Moving(string slot, string target) => Named(slot, slot, StoreMode.Moving) is var host ? host with
    {
        Masters = host.Masters with
        {
            Stores = host.Masters.Stores.Values.ToDictionary(
            row => row.Store, row => row.Mode == StoreMode.Moving ? row with { Target = target } : row)
        },
    } : this;

    /// <summary>The database says that a slot is fenced.</summary>
    public Host Fenced(string slot, string reason) =>
        this with
        {
            Masters = Masters with
            {
                Fenced = new Dictionary<string, FencedInstance>
                {
                    [slot] = new(
            slot, Machine.View.Slots.First(one => one.Slot.Name == slot).Store!.Name, 1, Now, reason, "eve@desk")
                }
            }
        };

    public Host With(string slot, Func<InstanceHealth, InstanceHealth> change) =>
        this with { Slots = [.. Slots.Select(one => one.Slot == slot ? change(one) : one)] };

    /// <summary>The database names another master of a slot's store.</summary>
    public Host Named(string slot, string master, StoreMode mode = StoreMode.Up)
    {
        var store = Machine.View.Slots.First(one => one.Slot.Name == slot).Store!.Name;
        return this with
        {
            Masters = Masters with
            {
                Stores = Masters.Stores.Values.ToDictionary(
            row => row.Store, row => row.Store == store ? row with { Master = master, Mode = mode } : row)
            }
        };
    }

    /// <summary>The replicas of a slot's store have been behind for so long; null where they are not.</summary>
    public Host Behind(string slot, params TimeSpan?[] ages) =>
        With(slot, one => one with { Channels = [.. one.Channels.Zip(ages, (channel, age) => channel with { Age = age, Bytes = age is null ? 0 : 85 })] });

    public Host Unmounted(string path) =>
        this with { Machine = Machine with { Observed = Machine.Observed with { Mounts = [.. Machine.Observed.Mounts.Where(mount => mount.Path != path)] } } };

    private static PerfectMachine Mounted(PerfectMachine machine) => machine with
    {
        Observed = machine.Observed with
        {
            Mounts = [.. machine.Layout.Mounts.Select(
            mount => new Storage.Observe.ObservedMount(mount.Path, mount.Source, mount.Filesystem, mount.Options, "0:0"))]
        },
    };

    private static InstanceHealth Well(SlotView slot) => new()
    {
        Slot = slot.Slot.Name,
        Role = slot.IsMaster ? ReplicationRole.Master : ReplicationRole.Replica,
        Unit = "active",
        Services = [new InstanceService("imap", "198.18.33.1", 2143, "* OK")],
        Daemons = ["idled"],
        Channels = slot.IsMaster ? [.. slot.Peers.Select(peer => new ReplicationChannel(peer.Slot.Name, 0, null, false))] : [],
    };
}
