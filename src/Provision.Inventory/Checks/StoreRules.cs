namespace Provision.Inventory;

/// <summary>A rule that a store's slots break.</summary>
/// <param name="Rule">Name of the rule.</param>
/// <param name="Message">The error, with the names of stores, slots and hosts.</param>
/// <param name="Place">The slot's 0-based position in the list that was checked; null if the error concerns all of them.</param>
/// <param name="Other">Position of the other slot of a pair, or null.</param>
public sealed record StoreBreach(string Rule, string Message, int? Place = null, int? Other = null);

/// <summary>One hard rule about the slots of one store.</summary>
/// <param name="Name">Its short name.</param>
/// <param name="Meaning">What must hold.</param>
/// <param name="Breaches">Finds a store's breaches of the rule.</param>
public sealed record StoreRule(string Name, string Meaning, Func<StoreShape, IEnumerable<StoreBreach>> Breaches);

/// <summary>The input of the rules.</summary>
/// <param name="Name">The store.</param>
/// <param name="Class">Its class.</param>
/// <param name="Slots">Its slots, in order.</param>
/// <param name="SeveralSites">True if the fleet has slots at more than one site.</param>
/// <param name="Needs">Copies that its class needs, and the number of sites they are spread over.</param>
public sealed record StoreShape(string Name, string Class, IReadOnlyList<Slot> Slots, bool SeveralSites, (int Copies, int Sites) Needs)
{
    /// <summary>True if a copy must be at another site than most of the slots.</summary>
    internal bool NeedsRemote => SeveralSites && Needs is { Sites: > 1, Copies: > 1 };
}

/// <summary>
/// The hard rules for the placement of a store's slots: no single loss takes all copies, and a failover stays at its site. Used by the inventory's validation
/// and by the placement planner.
/// </summary>
public static class StoreRules
{
    /// <summary>The rules.</summary>
    public static IReadOnlyList<StoreRule> All { get; } =
    [
        new("one-class", "all slots of a store are of its class", OtherClasses),
        new("distinct-hosts", "no two slots of a store are on one host", SharedHosts),
        new("copies", "a store has as many slots as its class needs, or more", static store => store.Slots.Count >= store.Needs.Copies
            ? [] : [new("copies", $"{store.Name} has {store.Slots.Count} of the {store.Needs.Copies} slots that a store of class {store.Class} needs")]),
        new("remote-copy", "in a fleet with slots at several sites a store has slots at two or more, unless its class says one",
            static store => !store.NeedsRemote || store.Slots.Count < store.Needs.Copies || MostAtOneSite(store) < store.Slots.Count
                ? [] : [new("remote-copy", $"{store.Name} has no remote copy: all its slots are at site {store.Slots[0].Host.Site}")]),
        new("home-pair", "two slots of a store of three or more copies are at one site",
            static store => store.Needs.Copies < 3 || store.Slots.Count < store.Needs.Copies || MostAtOneSite(store) >= 2
                ? [] : [new("home-pair", $"{store.Name} has no two slots at one site, so a failover would leave its site")]),
    ];

    /// <summary>Returns every breach by a store's slots, in the order of the rules.</summary>
    public static IEnumerable<StoreBreach> Check(StoreShape store) => All.SelectMany(rule => rule.Breaches(store));

    private static IEnumerable<StoreBreach> OtherClasses(StoreShape store)
    {
        for (var i = 0; i < store.Slots.Count; i++)
        {
            if (store.Slots[i].Class != store.Class)
            {
                yield return new("one-class", $"the slot {store.Slots[i].Name} is of class {store.Slots[i].Class}; {store.Name} is of class {store.Class}", i);
            }
        }
    }

    private static IEnumerable<StoreBreach> SharedHosts(StoreShape store)
    {
        for (var i = 1; i < store.Slots.Count; i++)
        {
            for (var j = 0; j < i; j++)
            {
                var (slot, other) = (store.Slots[i], store.Slots[j]);
                if (slot.Host.Name == other.Host.Name && slot.Name != other.Name)
                {
                    yield return new("distinct-hosts", $"{store.Name} has two slots on {slot.Host.Name}: {other.Name} and {slot.Name}", i, j);
                }
            }
        }
    }

    private static int MostAtOneSite(StoreShape store)
    {
        var most = 0;
        for (var i = 0; i < store.Slots.Count; i++)
        {
            var here = 0;
            for (var j = 0; j < store.Slots.Count; j++)
            {
                here += store.Slots[j].Host.Site == store.Slots[i].Host.Site ? 1 : 0;
            }

            most = Math.Max(most, here);
        }

        return most;
    }
}
