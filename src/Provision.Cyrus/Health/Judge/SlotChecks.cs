using Provision.Cyrus.Health.Facts;
using Provision.Cyrus.Observe;
using Provision.Inventory;
using Provision.Stores.Instances;

namespace Provision.Cyrus.Health.Judge;

/// <summary>Evaluates slots: services by their banners, daemons, replication. Pure.</summary>
internal static class SlotChecks
{
    /// <summary>A master loses mail when its host dies, unless it has a replica that is less than this behind.</summary>
    private static readonly TimeSpan CriticalLag = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan WarningLag = TimeSpan.FromMinutes(1);

    public static IEnumerable<CheckFinding> Ports(HostFacts facts, Expected expected) => OfSlots("ports", facts, expected, (slot, role) =>
        slot.Problems.Except(slot.MissingDaemons.Select(SlotObserver.DaemonProblem), StringComparer.Ordinal)
            .Select(problem => (role == SlotRole.Master ? CheckLevel.Critical : CheckLevel.Warning, problem)));

    public static IEnumerable<CheckFinding> Daemons(HostFacts facts, Expected expected) => OfSlots("daemons", facts, expected, (slot, _) =>
        slot.MissingDaemons.Select(SlotObserver.DaemonProblem).Where(problem => slot.Problems.Contains(problem, StringComparer.Ordinal)).Select(problem => (CheckLevel.Warning, problem)));

    public static IEnumerable<CheckFinding> Lag(HostFacts facts, Expected expected) => OfSlots("lag", facts, expected, (slot, role) =>
        role != SlotRole.Master ? []
        : slot.Role == SlotRole.None ? [(CheckLevel.Unknown, "it has no configuration that names its replicas, so how far they are behind is not known")]
        : slot.Channels.Count == 0 ? [(CheckLevel.Critical, "it is a master without any replica")]
        : slot.Channels.All(channel => channel.Age >= CriticalLag) ? [(CheckLevel.Critical, "it has no replica less than 5 minutes behind")]
        : slot.Channels.Where(channel => channel.Age > WarningLag)
            .Select(channel => (CheckLevel.Warning, FormattableString.Invariant($"its replica {channel.Name} is {channel.Age!.Value.TotalMinutes:0} minutes behind"))));

    /// <summary>Checks that each store has exactly one master, by querying the masters live: two, or none, is the worst condition.</summary>
    public static IEnumerable<CheckFinding> Masters(HostFacts facts, Expected expected) => facts.Masters is not { } masters ? [] : HostChecks.Of("masters", masters, now =>
        (facts.Slots.Value ?? []).Where(slot => slot.Unit == "active").Select(slot => (Slot: slot, Store: facts.View.Slots.FirstOrDefault(view => view.Slot.Name == slot.Slot)?.Store?.Name))
            .Where(known => known.Store is not null).Select(known => (known.Slot, known.Store, Row: now.Stores.GetValueOrDefault(known.Store!)) switch
            {
                (_, { } store, null) => (Store: store, Level: CheckLevel.Warning, Sentence: $"{store} is not in the database of masters"),
                ({ Role: SlotRole.Master } slot, { } store, { } row) when row.Master != slot.Slot => (Store: store, Level: CheckLevel.Critical, Sentence: $"{slot.Slot} runs as master of {store}, whose master is {row.Master}"),
                ({ Role: SlotRole.Replica } slot, { } store, { } row) when row.Master == slot.Slot => (Store: store, Level: CheckLevel.Critical, Sentence: $"{slot.Slot} is master of {store} and runs as a replica: nobody serves it"),
                _ => default,
            })
            .Where(found => found.Sentence is not null)
            .Select(found => expected.MovingStores.TryGetValue(found.Store, out var moving)
                ? new CheckFinding("masters", CheckLevel.Expected, $"{found.Sentence} ({found.Store} is moving {moving})")
                : new CheckFinding("masters", found.Level, found.Sentence)));

    /// <summary>Returns the findings of every slot, prefixed with the slot's name; planned conditions are expected.</summary>
    private static IEnumerable<CheckFinding> OfSlots(string check, HostFacts facts, Expected expected, Func<SlotHealth, SlotRole, IEnumerable<(CheckLevel Level, string Sentence)>> judge)
    {
        // Only slots with a store: most roles have none, and then an empty result is no error.
        var known = facts.View.Slots.ToDictionary(slot => slot.Slot.Name, StringComparer.Ordinal);
        return HostChecks.Of(check, facts.Slots, slots => slots.SelectMany(slot =>
        {
            var view = known.GetValueOrDefault(slot.Slot);
            var role = slot.Role != SlotRole.None ? slot.Role : view?.IsMaster == true ? SlotRole.Master : SlotRole.Replica;
            var why = WhyExpected(slot.Slot, view?.Store, expected);
            return judge(slot, role).Select(found =>
            {
                var sentence = found.Sentence.StartsWith("it ", StringComparison.Ordinal) ? $"{slot.Slot} {found.Sentence[3..]}"
                    : found.Sentence.StartsWith("its ", StringComparison.Ordinal) ? $"{slot.Slot}'s {found.Sentence[4..]}"
                    : $"{slot.Slot}: {found.Sentence}";
                return why is null ? new CheckFinding(check, found.Level, sentence) : new CheckFinding(check, CheckLevel.Expected, $"{sentence} ({why})");
            });
        }));
    }

    private static string? WhyExpected(string slot, Store? store, Expected expected) =>
        expected.FencedSlots.TryGetValue(slot, out var fenced) ? $"the slot is fenced: {fenced}"
        : store is null ? "no store uses the slot any more"
        : expected.MovingStores.TryGetValue(store.Name, out var moving) ? $"{store.Name} is moving: {moving}"
        : null;
}
