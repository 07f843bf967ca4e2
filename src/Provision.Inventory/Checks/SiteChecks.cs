namespace Provision.Inventory;

/// <summary>Validates networks of sites against each other.</summary>
internal static class SiteChecks
{
    public static void Run(FleetDraft draft)
    {
        var networks = new List<(Ipv4Network Network, Site Site, string Key)>();
        foreach (var site in draft.Fleet.Sites)
        {
            var gatewayIsInside = false;
            for (var i = 0; i < site.Networks.Count; i++)
            {
                networks.Add((site.Networks[i], site, $"networks.{i}"));
                gatewayIsInside |= site.Networks[i].Contains(site.Gateway);
            }

            if (!gatewayIsInside && site.Networks.Count > 0 && site.Gateway != default)
            {
                draft.Found.Error(site.At("gateway"), $"the gateway {site.Gateway} lies in no network of site {site.Name}");
            }
        }

        ForEachOverlap(networks, static n => n.Network, (first, second) =>
        {
            var whose = first.Site.Name == second.Site.Name ? "the same site" : $"site {first.Site.Name}";
            draft.Error(
                second.Site.At(second.Key),
                $"the network {second.Network} overlaps {first.Network} of {whose}",
                first.Site.At(first.Key),
                "here");
        });
    }

    /// <summary>
    /// Calls <paramref name="overlap"/> for networks that share addresses, each with the preceding one that reaches furthest. Two networks are either disjoint
    /// or nested, so sorting brings overlapping ones together.
    /// </summary>
    public static void ForEachOverlap<T>(List<T> things, Func<T, Ipv4Network> networkOf, Action<T, T> overlap)
    {
        var order = new List<(Ipv4Network Network, int Place, T Thing)>(things.Count);
        for (var i = 0; i < things.Count; i++)
        {
            order.Add((networkOf(things[i]), i, things[i]));
        }

        order.Sort(static (a, b) =>
        {
            var byFirst = a.Network.First.CompareTo(b.Network.First);
            var bySize = byFirst != 0 ? byFirst : a.Network.Prefix.CompareTo(b.Network.Prefix);
            return bySize != 0 ? bySize : a.Place.CompareTo(b.Place);
        });

        var furthest = 0;
        for (var i = 1; i < order.Count; i++)
        {
            if (order[furthest].Network.Overlaps(order[i].Network))
            {
                var (earlier, later) = order[furthest].Place < order[i].Place ? (order[furthest], order[i]) : (order[i], order[furthest]);
                overlap(earlier.Thing, later.Thing);
            }

            if (order[i].Network.Last > order[furthest].Network.Last)
            {
                furthest = i;
            }
        }
    }
}
