using Provision.Inventory;

namespace Provision.Stores.Failover;

/// <summary>Stores with one copy: no failover, no comparison and no other host helps them.</summary>
public static class SingleCopies
{
    /// <summary>Returns a sentence for each class of stores in use that has one copy.</summary>
    public static IReadOnlyList<string> Notes(Fleet fleet)
    {
        ArgumentNullException.ThrowIfNull(fleet);
        return [.. fleet.Stores.Where(store => store.Slots.Count == 1).GroupBy(store => store.Class, StringComparer.Ordinal).Select(group =>
            $"class {group.Key} has {group.Count()} {(group.Count() == 1 ? "store" : "stores")} with one copy: out of service while its host is down or " +
                $"reinstalled, and lost with its drives unless you keep a backup")];
    }

    /// <summary>Returns what a reinstall means for the stores of which a host holds the only copy; null if there are none.</summary>
    public static string? Consequence(Fleet fleet, Host host)
    {
        ArgumentNullException.ThrowIfNull(fleet);
        ArgumentNullException.ThrowIfNull(host);
        List<string> stores = [.. fleet.SlotsOf(host).Select(slot => fleet.StoreOfSlot(slot.Name)).OfType<Store>().Where(store => store.Slots.Count == 1)
            .Select(store => store.Name)];
        return stores.Count == 0 ? null
            : $"{host.Name} holds the only copy of {string.Join(", ", stores.Take(5))}{(stores.Count > 5 ? $" and {stores.Count - 5} more" : "")}: "
                + "out of service until the reinstall is done; its drives are not written, but no other host has the data";
    }

    /// <summary>Returns the objection to reinstalling a host with the gate <c>no-masters</c>: a master that cannot move can only be taken out of service on
    /// purpose. Null if the host holds no only copy.</summary>
    public static Diagnostic? Objection(Fleet fleet, Host host) =>
        Consequence(fleet, host) is { } consequence
            ? Diagnostic.Error(host.Location, consequence, "make sure that there is a backup, then repeat with --force REASON") : null;
}
