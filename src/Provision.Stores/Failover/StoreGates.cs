using Provision.Inventory;
using Provision.Stores.Mastership;

namespace Provision.Stores.Failover;

/// <summary>A store with a slot on the host to be armed.</summary>
/// <param name="Store">The store.</param>
/// <param name="Slot">Its slot on the host.</param>
/// <param name="Master">Its master.</param>
/// <param name="IsMaster">True if that is the slot on the host.</param>
/// <param name="HealthyElsewhere">Slots on other hosts that hold everything the master holds, by a full comparison; includes the master itself.</param>
/// <param name="Unhealthy">Why other slots are not among them, one sentence each.</param>
/// <param name="Reinstalling">Hosts with another slot of the store that are being reinstalled.</param>
/// <param name="Unmerged">Fenced slots of the store.</param>
public sealed record StoreCopies(
    string Store, string Slot, string Master, bool IsMaster, IReadOnlyList<string> HealthyElsewhere, IReadOnlyList<string> Unhealthy,
        IReadOnlyList<string> Reinstalling, IReadOnlyList<string> Unmerged)
{
    /// <summary>The number of healthy copies that must remain: two, or all others of a class that has fewer.</summary>
    public int Needed { get; init; } = 2;
}

/// <summary>Evaluates whether a host's instances may go out of service for a reinstall, with one row for each gate.</summary>
public static class StoreGates
{
    /// <summary>Every gate with its objection; to add a gate, add a row.</summary>
    internal static readonly IReadOnlyList<(string Name, Func<Host, IReadOnlyList<StoreCopies>, Diagnostic?> Objection)> Rows =
    [
        ("masters", (host, all) => Where(all, store => store.IsMaster) is { Count: > 0 } stores
            ? Error(host, $"{host.Name} is master of {Names(stores)}", $"provision failover --host {host.Name}") : null),
        ("copies", (host, all) => Where(all, store => store.HealthyElsewhere.Count < store.Needed) is { Count: > 0 } stores
            ? Error(host, $"without {host.Name} too few healthy copies would be left of {Names(stores)}: " +
                $"{string.Join("; ", stores.SelectMany(store => store.Unhealthy).Distinct(StringComparer.Ordinal).Take(5))}", "provision stores compare")
                : null),
        ("same-store", (host, all) => Where(all, store => store.Reinstalling.Count > 0) is { Count: > 0 } stores
            ? Error(host, $"another slot of {Names(stores)} is being reinstalled " +
                $"({string.Join(", ", stores.SelectMany(store => store.Reinstalling).Distinct(StringComparer.Ordinal))})", "provision netboot status") : null),
        ("unmerged", (host, all) => Where(all, store => store.Unmerged.Count > 0) is { Count: > 0 } stores
            ? Error(host, $"{string.Join(", ", stores.SelectMany(store => store.Unmerged))} of {Names(stores)} may hold data that no other slot has",
                "provision slot merge HOST SLOT") : null),
    ];

    /// <summary>Returns the objections of every gate; empty if there are none.</summary>
    public static IReadOnlyList<Diagnostic> Objections(Host host, IReadOnlyList<StoreCopies> stores) =>
        [.. Rows.Select(row => row.Objection(host, stores)).OfType<Diagnostic>()];

    /// <summary>Returns the objection for stores whose state is unknown: unknown is never treated as safe.</summary>
    public static Diagnostic Unseen(Host host, string why) => Error(host, $"the state of the stores of {host.Name} is unknown: {why}");

    /// <summary>Returns the stores with a slot on a host, each with the copies that would remain; without those that have one copy (<see
    /// cref="SingleCopies"/>).</summary>
    /// <param name="fleet">The inventory.</param>
    /// <param name="host">The host.</param>
    /// <param name="now">The current masters.</param>
    /// <param name="isReinstalling">Returns true if a host, by name, is armed or being installed.</param>
    /// <param name="difference">Returns how a replica differs from the master, by a full comparison of the mailboxes, or why that cannot be determined; null if
    /// they are equal.</param>
    /// <param name="unknown">Why the state cannot be determined; null if it can.</param>
    public static IReadOnlyList<StoreCopies> Observe(
        Fleet fleet, Host host, MastershipSnapshot now, Predicate<string> isReinstalling, Func<Slot, Slot, string?> difference, out string? unknown)
    {
        var stores = fleet.SlotsOf(host).Select(slot => (Slot: slot, Store: fleet.StoreOfSlot(slot.Name))).Where(pair => pair.Store is { Slots.Count: > 1 })
            .ToList();
        var strangers = stores.Where(pair => !now.Stores.ContainsKey(pair.Store!.Name)).Select(pair => pair.Store!.Name).ToList();
        unknown = strangers.Count == 0 ? null
            : $"the database of masters does not know " +
            $"{string.Join(", ", strangers.Take(5))}{(strangers.Count > 5 ? $" and {strangers.Count - 5} more" : "")} (provision masters enroll)";
        if (unknown is not null)
        {
            return [];
        }

        return stores.ConcurrentlyEach(4, pair => Look(pair.Slot, pair.Store!));

        StoreCopies Look(Slot here, Store store)
        {
            var master = now.Stores[store.Name].Master;
            var others = store.Slots.Select(fleet.FindSlot).OfType<Slot>().Where(slot => slot.Host.Name != host.Name).ToList();
            var unhealthy = new List<string>();
            var healthy = new List<string>();
            foreach (var slot in others)
            {
                if (now.Fenced.ContainsKey(slot.Name))
                {
                    unhealthy.Add($"{slot.Name} is fenced");
                }
                else if (slot.Name == master)
                {
                    healthy.Add(slot.Name);
                }
                else if (fleet.FindSlot(master) is not { } known)
                {
                    unhealthy.Add($"{slot.Name} cannot be compared: the master {master} is no slot of the inventory");
                }
                else if (difference(known, slot) is { } different)
                {
                    unhealthy.Add($"{slot.Name}: {different}");
                }
                else
                {
                    healthy.Add(slot.Name);
                }
            }

            return new StoreCopies(
                store.Name, here.Name, master, master == here.Name, healthy, unhealthy,
                [.. others.Select(slot => slot.Host.Name).Where(name => isReinstalling(name)).Distinct(StringComparer.Ordinal)],
                [.. store.Slots.Where(now.Fenced.ContainsKey)])
            {
                Needed = Math.Min(2, fleet.CopiesOf(store.Class).Copies - 1),
            };
        }
    }

    private static List<StoreCopies> Where(IReadOnlyList<StoreCopies> stores, Func<StoreCopies, bool> which) => [.. stores.Where(which)];

    private static string Names(List<StoreCopies> stores) =>
        string.Join(", ", stores.Take(5).Select(store => store.Store)) + (stores.Count > 5 ? $" and {stores.Count - 5} more" : "");

    private static Diagnostic Error(Host host, string message, string? hint = null) => Diagnostic.Error(host.Location, message, hint);
}
