using Provision.Cyrus.Observe;
using Provision.Inventory;
using Provision.Stores.Instances;
using Provision.Stores.Mastership;

namespace Provision.Cyrus;

/// <summary>
/// The health of a host's slots: services by their banners, daemons, replication, masters. Each fact is observed once, if a check needs it. Planned conditions
/// (a store that is moving, a fenced slot) are listed but raise no alarm.
/// </summary>
/// <param name="view">The host.</param>
/// <param name="slots">Observes the slots in <see cref="SlotsToObserve"/>.</param>
/// <param name="masters">Queries the masters; null if they are not recorded anywhere, or the host has no slots.</param>
public sealed class SlotsHealth(HostView view, Func<IReadOnlyList<InstanceHealth>> slots, Func<MastershipSnapshot>? masters)
{
    /// <summary>A master loses mail when its host dies, unless it has a replica that is less than this behind.</summary>
    private static readonly TimeSpan CriticalLag = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan WarningLag = TimeSpan.FromMinutes(1);

    /// <summary>After this time with the same log, the replica is considered stuck.</summary>
    private static readonly TimeSpan StuckAfter = TimeSpan.FromMinutes(1);

    private readonly Lazy<Observation<IReadOnlyList<InstanceHealth>>> slots = Observation.Once(slots);
    private readonly Lazy<Observation<MastershipSnapshot>>? masters = masters is null ? null : Observation.Once(masters);

    /// <summary>The checks, in reporting order.</summary>
    public static IReadOnlyList<HealthCheck<SlotsHealth>> Checks { get; } =
    [
        new("ports", "the banner of every service of every slot", health => health.OfSlots("ports", Ports)),
        new("daemons", "the daemons of every slot", health => health.OfSlots("daemons", Daemons)),
        new("lag", "how far the replicas of the masters here are behind", health => health.OfSlots("lag", Lag)),
        new("masters", "the replication role of every slot, compared with the database of masters", health => health.Masters()),
    ];

    private MastershipSnapshot? Known => masters?.Value.Value;

    /// <summary>Returns the slots to observe: those with a store, and those that still have a configuration.</summary>
    public static IReadOnlyList<string> SlotsToObserve(HostView view, IEnumerable<string> configured)
    {
        ArgumentNullException.ThrowIfNull(view);
        return [.. view.Slots.Where(slot => slot.Store is not null).Select(slot => slot.Slot.Name).Union(configured, StringComparer.Ordinal)
            .Order(NaturalOrder.Instance)];
    }

    /// <summary>Returns the metrics behind some of the checks.</summary>
    public IEnumerable<Metric> Metrics(IReadOnlyList<string> checks)
    {
        if (!checks.Contains("lag") || slots.Value.Value is not { } known)
        {
            yield break;
        }

        var channels = known.Where(slot => slot.Role == ReplicationRole.Master)
            .SelectMany(slot => slot.Channels.Select(channel => (Store: StoreOf(slot.Slot)?.Name ?? "", Channel: channel))).ToList();
        yield return new(
            "provision_replica_lag_seconds", "Age of the oldest change that a replica lacks.",
            channels.Select(one => new Sample(one.Channel.Age?.TotalSeconds ?? 0, ("store", one.Store), ("replica", one.Channel.Name))));
        yield return new(
            "provision_replica_stuck", "1 if a replica does not take the log that is sent to it.",
            channels.Select(one => new Sample(
                one.Channel.IsRunning && one.Channel.Age > StuckAfter ? 1 : 0, ("store", one.Store), ("replica", one.Channel.Name))));
        yield return new(
            "provision_store_moving", "1 while a store of this host moves.",
            view.Slots.Select(slot => slot.Store?.Name).OfType<string>().Select(store => new Sample(Moving(store) is null ? 0 : 1, ("store", store))));
    }

    private static IEnumerable<(HealthLevel Level, string Sentence)> Ports(InstanceHealth slot, ReplicationRole role) =>
        slot.Problems.Except(slot.MissingDaemons.Select(SlotObserver.DaemonProblem), StringComparer.Ordinal)
            .Select(problem => (role == ReplicationRole.Master ? HealthLevel.Critical : HealthLevel.Warning, problem));

    private static IEnumerable<(HealthLevel Level, string Sentence)> Daemons(InstanceHealth slot, ReplicationRole role) =>
        slot.MissingDaemons.Select(SlotObserver.DaemonProblem).Where(problem => slot.Problems.Contains(problem, StringComparer.Ordinal))
            .Select(problem => (HealthLevel.Warning, problem));

    private static IEnumerable<(HealthLevel Level, string Sentence)> Lag(InstanceHealth slot, ReplicationRole role) =>
        role != ReplicationRole.Master ? []
        : slot.Role == ReplicationRole.None
            ? [(HealthLevel.Unknown, "it has no configuration that names its replicas, so how far they are behind is not known")]
        : slot.Channels.Count == 0 ? [(HealthLevel.Critical, "it is a master without any replica")]
        : slot.Channels.All(channel => channel.Age >= CriticalLag) ? [(HealthLevel.Critical, "it has no replica less than 5 minutes behind")]
        : slot.Channels.Where(channel => channel.Age > WarningLag)
            .Select(channel => (HealthLevel.Warning,
                FormattableString.Invariant($"its replica {channel.Name} is {channel.Age!.Value.TotalMinutes:0} minutes behind")));

    /// <summary>Checks that each store has exactly one master, by querying the masters live: two, or none, is the worst condition.</summary>
    private IEnumerable<HealthFinding> Masters() => masters is null ? [] : HealthCheck.Judge("masters", masters.Value, now =>
        from slot in slots.Value.Value ?? []
        where slot.Unit == "active"
        let store = StoreOf(slot.Slot)?.Name
        where store is not null
        let found = MasterProblem(slot, store, now.Stores.GetValueOrDefault(store))
        where found is not null
        let moving = Moving(store)
        select moving is null
            ? new HealthFinding("masters", found.Value.Level, found.Value.Sentence)
            : new HealthFinding("masters", HealthLevel.Expected, $"{found.Value.Sentence} ({store} is moving {moving})"));

    private static (HealthLevel Level, string Sentence)? MasterProblem(InstanceHealth slot, string store, StoreMastership? row) => (slot.Role, row) switch
    {
        (_, null) => (HealthLevel.Warning, $"{store} is not in the database of masters"),
        (ReplicationRole.Master, _) when row.Master != slot.Slot =>
            (HealthLevel.Critical, $"{slot.Slot} runs as master of {store}, whose master is {row.Master}"),
        (ReplicationRole.Replica, _) when row.Master == slot.Slot =>
            (HealthLevel.Critical, $"{slot.Slot} is master of {store} but runs as a replica: {store} is not served"),
        _ => null,
    };

    /// <summary>Returns the findings of every slot, prefixed with the slot's name; planned conditions are expected.</summary>
    private IEnumerable<HealthFinding> OfSlots(string check, Func<InstanceHealth, ReplicationRole, IEnumerable<(HealthLevel Level, string Sentence)>> judge)
    {
        // Only slots with a store: most roles have none, and then an empty result is no error.
        var known = view.Slots.ToDictionary(slot => slot.Slot.Name, StringComparer.Ordinal);
        return HealthCheck.Judge(check, slots.Value, all => all.SelectMany(slot =>
        {
            var role = slot.Role != ReplicationRole.None ? slot.Role : known.GetValueOrDefault(slot.Slot)?.IsMaster == true ? ReplicationRole.Master
                : ReplicationRole.Replica;
            var why = WhyExpected(slot.Slot);
            return judge(slot, role).Select(found =>
            {
                var sentence = found.Sentence.StartsWith("it ", StringComparison.Ordinal) ? $"{slot.Slot} {found.Sentence[3..]}"
                    : found.Sentence.StartsWith("its ", StringComparison.Ordinal) ? $"{slot.Slot}'s {found.Sentence[4..]}"
                    : $"{slot.Slot}: {found.Sentence}";
                return why is null ? new HealthFinding(check, found.Level, sentence) : new HealthFinding(check, HealthLevel.Expected, $"{sentence} ({why})");
            });
        }));
    }

    private string? WhyExpected(string slot) =>
        Known?.Fenced.GetValueOrDefault(slot) is { } fence ? $"the slot is fenced: {fence.Reason}, by {fence.By} at {fence.At:u}"
        : StoreOf(slot) is not { } store ? "no store uses the slot any more"
        : Moving(store.Name) is { } moving ? $"{store.Name} is moving {moving}"
        : null;

    private string? Moving(string store) =>
        Known?.Stores.GetValueOrDefault(store) is { Mode: StoreMode.Moving } row ? $"to {row.Target ?? row.Master}, by {row.By} since {row.Since:u}" : null;

    private Store? StoreOf(string slot) => view.Slots.FirstOrDefault(one => one.Slot.Name == slot)?.Store;
}
