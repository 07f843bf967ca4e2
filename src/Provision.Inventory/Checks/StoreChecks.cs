namespace Provision.Inventory;

/// <summary>Validates that each store's slots exist, belong to it alone, and are placed so that no single loss takes all copies.</summary>
internal static class StoreChecks
{
    public static void Run(FleetDraft draft)
    {
        var classes = Classes(draft);
        var retired = SlotsOfRetired(draft);
        var usedAt = new Dictionary<string, (Store Store, int Place)>(StringComparer.Ordinal);
        var hasSeveralSites = HasSlotsAtSeveralSites(draft);
        var slots = new List<(Slot Slot, int Place)>();
        foreach (var store in draft.Fleet.Stores)
        {
            if (store.Class.Length > 0 && !classes.Contains(store.Class))
            {
                if (draft.BrokenChassis.Count == 0)
                {
                    draft.Unknown(store.At("class"), $"unknown slot class \"{store.Class}\"", store.Class, classes);
                }
            }

            slots.Clear();
            CheckKind(draft, store);
            for (var i = 0; i < store.Slots.Count; i++)
            {
                if (Resolve(draft, store, i, classes, retired, usedAt) is { } slot)
                {
                    slots.Add((slot, i));
                }
            }

            CheckPlacement(draft, store, slots, classes, hasSeveralSites);
        }
    }

    private static Slot? Resolve(
        FleetDraft draft,
        Store store,
        int place,
        HashSet<string> classes,
        Dictionary<string, Host> retired,
        Dictionary<string, (Store Store, int Place)> usedAt)
    {
        var name = store.Slots[place];
        if (!usedAt.TryAdd(name, (store, place)))
        {
            var (other, at) = usedAt[name];
            draft.Error(
                store.At($"slots.{place}"),
                ReferenceEquals(other, store) ? $"the slot {name} stands twice in {store.Name}" : $"the slot {name} is also used by {other.Name}",
                other.At($"slots.{at}"),
                "here");
        }
        else
        {
            draft.Index.StoreOfSlot[name] = store;
        }

        if (!draft.Index.Slots.TryGetValue(name, out var slot))
        {
            if (retired.TryGetValue(name, out var host))
            {
                draft.Error(
                    store.At($"slots.{place}"),
                    $"{store.Name} uses the slot {name}, but {host.Name} is retired",
                    host.At("status"),
                    "retired here",
                    "move the store first");
            }
            else if (!draft.MayBeLacking(name))
            {
                draft.Unknown(
                    store.At($"slots.{place}"),
                    $"{store.Name} uses an unknown slot \"{name}\"",
                    name,
                    draft.Index.Slots.Keys,
                    draft.Fleet.ShortNames.Count == 0
                        ? "no host of the inventory has it; if {short} should abbreviate host names in it, set short_names of the fleet"
                        : "no host of the inventory has it");
            }

            return null;
        }

        return slot;
    }

    /// <summary>Requires a kind for a slot in use: without it the slot can be neither started, observed nor reinstalled.</summary>
    private static void CheckKind(FleetDraft draft, Store store)
    {
        for (var i = 0; i < store.Slots.Count; i++)
        {
            if (draft.Index.Slots.GetValueOrDefault(store.Slots[i]) is { Kind: null } slot
                && !draft.IsIncomplete && !draft.BrokenHosts.Contains(slot.Host.Name) && !draft.HasBrokenRoles && draft.WithoutKind.Add(slot.Host.Name))
            {
                draft.Error(
                    store.At($"slots.{i}"),
                    $"{store.Name} uses the slot {slot.Name}, but no role of {slot.Host.Name} says how an instance runs",
                    slot.Host.At("roles"),
                    "its roles",
                    InstanceKind.MissingHint);
            }
        }
    }

    private static void CheckPlacement(FleetDraft draft, Store store, List<(Slot Slot, int Place)> slots, HashSet<string> classes, bool hasSeveralSites)
    {
        var isComplete = slots.Count == store.Slots.Count && slots.Count > 0;
        var shape = new StoreShape(store.Name, store.Class, [.. slots.Select(static slot => slot.Slot)], hasSeveralSites, draft.Fleet.CopiesOf(store.Class));
        foreach (var breach in StoreRules.Check(shape))
        {
            if (breach.Place is not { } place)
            {
                if (isComplete)
                {
                    draft.Found.Error(store.At("slots"), breach.Message);
                }
            }
            else if (breach.Other is { } other)
            {
                draft.Error(store.At($"slots.{slots[place].Place}"), breach.Message, store.At($"slots.{slots[other].Place}"), "the other");
            }
            else if (classes.Contains(store.Class))
            {
                draft.Error(store.At($"slots.{slots[place].Place}"), breach.Message, slots[place].Slot.Template.At("class"), "the slot's class");
            }
        }
    }

    private static HashSet<string> Classes(FleetDraft draft)
    {
        var classes = new HashSet<string>(StringComparer.Ordinal);
        foreach (var chassis in draft.Fleet.Chassis)
        {
            foreach (var template in chassis.Slots)
            {
                classes.Add(template.Class);
            }
        }

        return classes;
    }

    private static Dictionary<string, Host> SlotsOfRetired(FleetDraft draft)
    {
        var slots = new Dictionary<string, Host>(StringComparer.Ordinal);
        foreach (var host in draft.Fleet.Hosts)
        {
            if (host.Status == HostStatus.Retired && host.Chassis is not null
                && draft.Index.Chassis.TryGetValue(host.Chassis, out var chassis) && !draft.BrokenChassis.Contains(chassis.Name))
            {
                foreach (var slot in LayoutComputation.SlotsOf(host, chassis, kind: null))
                {
                    slots.TryAdd(slot.Name, host);
                }
            }
        }

        return slots;
    }

    private static bool HasSlotsAtSeveralSites(FleetDraft draft)
    {
        string? first = null;
        foreach (var host in draft.Fleet.Hosts)
        {
            if (draft.Index.SlotsOfHost.TryGetValue(host.Name, out var slots) && slots.Count > 0)
            {
                if (first is not null && first != host.Site)
                {
                    return true;
                }

                first = host.Site;
            }
        }

        return false;
    }
}
