using System.Text.RegularExpressions;

namespace Provision.Inventory;

/// <summary>Derives the slots of all hosts, and validates their names and networks.</summary>
internal static class SlotChecks
{
    public static void Run(FleetDraft draft)
    {
        var names = draft.Fleet.InstanceNames is { } form ? new Regex(form, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1)) : null;
        foreach (var host in draft.Fleet.Hosts)
        {
            if (host.Status != HostStatus.Retired)
            {
                Derive(draft, host, names);
            }
        }

        CheckOverlaps(draft);
    }

    private static void Derive(FleetDraft draft, Host host, Regex? names)
    {
        Chassis? chassis = null;
        if (host.Chassis is not null && !draft.Index.Chassis.TryGetValue(host.Chassis, out chassis))
        {
            draft.Unknown(host.At("chassis"), $"unknown chassis \"{host.Chassis}\"", host.Chassis, draft.Index.Chassis.Keys);
        }

        if ((host.Chassis is null && draft.BrokenHosts.Contains(host.Name))
            || (host.Chassis is not null && (chassis is null || draft.BrokenChassis.Contains(chassis.Name))))
        {
            draft.LackingSlots.Add(host.ShortName);
            return;
        }

        CheckNetwork(draft, host, chassis);
        if (chassis is null)
        {
            return;
        }

        if (host.Number is null && ChassisChecks.NeedsNumber(chassis))
        {
            draft.Found.Error(host.Location, $"the name {host.Name} does not end in a number, which chassis {chassis.Name} needs for {{number}}");
            draft.LackingSlots.Add(host.ShortName);
            return;
        }

        var slots = LayoutComputation.SlotsOf(host, chassis, draft.Index.RolesOfHost.GetValueOrDefault(host.Name)?.Instances);
        draft.Index.SlotsOfHost[host.Name] = slots;
        foreach (var slot in slots)
        {
            if (slot.Number == 1 && names is not null && !names.IsMatch(slot.Name))
            {
                draft.Error(host.Location, $"the slot name {slot.Name} of {host.Name} does not have the form {names}", slot.Template.At("name"), "its pattern");
            }

            if (!draft.Index.Slots.TryAdd(slot.Name, slot) && !ReferenceEquals(draft.Index.Slots[slot.Name].Host, host))
            {
                var other = draft.Index.Slots[slot.Name].Host;
                draft.Error(host.Location, $"{host.Name} has a slot {slot.Name}, and so has {other.Name}", other.Location, other.Name);
                return;
            }
        }
    }

    private static void CheckNetwork(FleetDraft draft, Host host, Chassis? chassis)
    {
        var count = chassis?.SlotCount ?? 0;
        switch (host.SlotNetwork)
        {
            case null when count > 0 && !host.Says("slot_network"):
                draft.Found.Error(host.Location, $"{host.Name} has no \"slot_network\", but its chassis {chassis!.Name} has {count} slots");
                break;
            case { } when count == 0:
                draft.Found.Error(
                    host.At("slot_network"),
                    chassis is null
                        ? $"{host.Name} has a slot_network, but no chassis"
                        : $"{host.Name} has a slot_network, but its chassis {chassis.Name} has no slots");
                break;
            case { } network when network.Usable < count:
                draft.Found.Error(
                    host.At("slot_network"),
                    $"the slot_network {network} has {network.Usable} addresses; chassis {chassis!.Name} has {count} slots",
                    $"a /{PrefixFor(count)} is enough");
                break;
            default:
                break;
        }
    }

    /// <summary>Returns the longest prefix of a network with this many usable addresses.</summary>
    public static int PrefixFor(int count)
    {
        var prefix = 30;
        while ((1L << (32 - prefix)) - 2 < count)
        {
            prefix--;
        }

        return prefix;
    }

    private static void CheckOverlaps(FleetDraft draft)
    {
        var networks = new List<(Ipv4Network Network, Host Host)>();
        foreach (var host in draft.Fleet.Hosts)
        {
            if (host.SlotNetwork is { } network)
            {
                networks.Add((network, host));
                CheckSurroundings(draft, host, network);
            }
        }

        SiteChecks.ForEachOverlap(networks, static n => n.Network, (first, second) => draft.Error(
            second.Host.At("slot_network"),
            $"the slot_network {second.Network} overlaps {first.Network} of {first.Host.Name}",
            first.Host.At("slot_network"),
            "here"));
    }

    private static void CheckSurroundings(FleetDraft draft, Host host, Ipv4Network network)
    {
        foreach (var site in draft.Fleet.Sites)
        {
            for (var i = 0; i < site.Networks.Count; i++)
            {
                if (site.Networks[i].Overlaps(network))
                {
                    draft.Error(
                        host.At("slot_network"),
                        $"the slot_network {network} overlaps {site.Networks[i]}, where hosts of site {site.Name} have their addresses",
                        site.At($"networks.{i}"),
                        "here");
                }
            }
        }

        var ranges = draft.Fleet.SlotNetworks;
        if (ranges.Count == 0)
        {
            return;
        }

        foreach (var range in ranges)
        {
            if (range.Contains(network.First) && range.Contains(network.Last))
            {
                return;
            }
        }

        draft.Error(
            host.At("slot_network"),
            $"the slot_network {network} lies in none of the fleet's slot_networks ({string.Join(", ", ranges)})",
            draft.Fleet.At("slot_networks"),
            "the slot_networks");
    }
}
