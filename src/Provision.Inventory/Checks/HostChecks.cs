namespace Provision.Inventory;

/// <summary>Validates each host, and hosts against each other.</summary>
internal static class HostChecks
{
    public static void Run(FleetDraft draft)
    {
        var macs = new Dictionary<MacAddress, (Host Host, int Place)>();
        var addresses = new Dictionary<Ipv4Address, Host>();
        var unknownSites = new HashSet<Location>();
        foreach (var host in draft.Fleet.Hosts)
        {
            CheckMacs(draft, host, macs);
            CheckSite(draft, host, unknownSites);
            CheckAddress(draft, host, addresses);
            if (host.Status != HostStatus.Retired)
            {
                CheckRoles(draft, host);
            }
        }
    }

    private static void CheckMacs(FleetDraft draft, Host host, Dictionary<MacAddress, (Host Host, int Place)> macs)
    {
        for (var i = 0; i < host.Macs.Count; i++)
        {
            var mac = host.Macs[i];
            if (!macs.TryAdd(mac, (host, i)))
            {
                var (other, place) = macs[mac];
                draft.Error(
                    host.At($"macs.{i}"),
                    ReferenceEquals(other, host) ? $"the MAC address {mac} stands twice" : $"the MAC address {mac} is also of {other.Name}",
                    other.At($"macs.{place}"),
                    "here");
            }
        }
    }

    private static void CheckSite(FleetDraft draft, Host host, HashSet<Location> reported)
    {
        if (host.Site.Length == 0)
        {
            draft.Found.Error(host.Location, $"{host.Name} has no site", "write \"site: NAME\" at the top of the file, or in the host");
        }
        else if (!draft.Index.Sites.ContainsKey(host.Site) && reported.Add(host.SiteLocation))
        {
            draft.Unknown(host.SiteLocation, $"unknown site \"{host.Site}\"", host.Site, draft.Index.Sites.Keys);
        }
    }

    private static void CheckAddress(FleetDraft draft, Host host, Dictionary<Ipv4Address, Host> addresses)
    {
        if (host.Address == default)
        {
            return;
        }

        if (!addresses.TryAdd(host.Address, host))
        {
            var other = addresses[host.Address];
            draft.Error(host.At("address"), $"the address {host.Address} is also of {other.Name}", other.At("address"), "here");
        }

        if (!draft.Index.Sites.TryGetValue(host.Site, out var site) || site.Networks.Count == 0)
        {
            return;
        }

        if (host.Address == site.Gateway)
        {
            draft.Error(host.At("address"), $"the address {host.Address} is the gateway of site {site.Name}", site.At("gateway"), "here");
        }

        foreach (var network in site.Networks)
        {
            if (network.Contains(host.Address))
            {
                if (network.Prefix < 31 && (host.Address == network.First || host.Address == network.Last))
                {
                    draft.Found.Error(
                        host.At("address"),
                        $"{host.Address} is the {(host.Address == network.First ? "first" : "last")} address of {network}; no host can have it");
                }

                return;
            }
        }

        draft.Error(
            host.At("address"),
            $"the address {host.Address} lies in no network of site {site.Name} ({string.Join(", ", site.Networks)})",
            site.At("networks"),
            "the networks");
    }

    private static void CheckRoles(FleetDraft draft, Host host)
    {
        for (var i = 0; i < host.Roles.Count; i++)
        {
            if (!draft.Index.Roles.ContainsKey(host.Roles[i]))
            {
                draft.Unknown(host.At($"roles.{i}"), $"unknown role \"{host.Roles[i]}\"", host.Roles[i], draft.Index.Roles.Keys);
            }

            for (var j = 0; j < i; j++)
            {
                if (host.Roles[i] == host.Roles[j])
                {
                    draft.Error(host.At($"roles.{i}"), $"the role {host.Roles[i]} stands twice", host.At($"roles.{j}"), "here");
                }
            }
        }
    }
}
