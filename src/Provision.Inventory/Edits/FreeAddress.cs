namespace Provision.Inventory;

/// <summary>Finds unused addresses and networks.</summary>
internal static class FreeAddress
{
    /// <summary>
    /// Returns an address of the site that is neither a host's nor a gateway, name server, time server or package cache: the one that ends in the host's number
    /// if it is free (store37 gets .37), else the first free one.
    /// </summary>
    public static Ipv4Address? ForHost(Fleet fleet, Site site, string host)
    {
        var taken = Taken(fleet);
        if (HostName.NumberOf(host) is { } number)
        {
            foreach (var network in site.Networks)
            {
                if (number > 0 && number < network.Size - 1 && !taken.Contains(network.At(number)))
                {
                    return network.At(number);
                }
            }
        }

        foreach (var network in site.Networks)
        {
            for (long offset = 1; offset < network.Size - 1; offset++)
            {
                if (!taken.Contains(network.At(offset)))
                {
                    return network.At(offset);
                }
            }
        }

        return null;
    }

    /// <summary>
    /// Returns a slot network for a host, as large as that of other hosts of the chassis, else just large enough: the one at 256 times the host's number if it
    /// is free (store37 gets 198.18.37.0), else the first free one. It is taken from the fleet's slot networks; if none are configured, from the smallest
    /// network that holds all that are in use.
    /// </summary>
    public static Ipv4Network? ForSlots(Fleet fleet, Chassis chassis, string host)
    {
        var used = new List<Ipv4Network>();
        var prefix = SlotChecks.PrefixFor(chassis.SlotCount);
        foreach (var other in fleet.Hosts)
        {
            if (other.SlotNetwork is { } network)
            {
                used.Add(network);
                if (other.Chassis == chassis.Name && other.Status != HostStatus.Retired)
                {
                    prefix = Math.Min(prefix, network.Prefix);
                }
            }
        }

        foreach (var site in fleet.Sites)
        {
            used.AddRange(site.Networks);
        }

        var ranges = fleet.SlotNetworks.Count > 0 ? fleet.SlotNetworks : AroundUsed(fleet);
        var size = 1L << (32 - prefix);
        if (HostName.NumberOf(host) is { } number)
        {
            foreach (var range in ranges)
            {
                var wished = new Ipv4Network(range.At(256L * number), prefix);
                if (256L * number + size <= range.Size && size <= 256 && IsFree(wished, used))
                {
                    return wished;
                }
            }
        }

        foreach (var range in ranges)
        {
            for (long offset = 0; offset + size <= range.Size; offset += size)
            {
                var network = new Ipv4Network(range.At(offset), prefix);
                if (IsFree(network, used))
                {
                    return network;
                }
            }
        }

        return null;
    }

    private static bool IsFree(Ipv4Network network, List<Ipv4Network> used) => !used.Exists(network.Overlaps);

    private static List<Ipv4Network> AroundUsed(Fleet fleet)
    {
        Ipv4Network? around = null;
        foreach (var host in fleet.Hosts)
        {
            if (host.SlotNetwork is { } network)
            {
                around = around is { } sofar ? Join(sofar, network) : network;
            }
        }

        return around is { } all ? [all] : [];
    }

    private static Ipv4Network Join(Ipv4Network left, Ipv4Network right)
    {
        var prefix = Math.Min(left.Prefix, right.Prefix);
        while (prefix > 0 && left.First.Bits >> (32 - prefix) != right.First.Bits >> (32 - prefix))
        {
            prefix--;
        }

        var mask = prefix == 0 ? 0 : uint.MaxValue << (32 - prefix);
        return new Ipv4Network(new Ipv4Address(left.First.Bits & mask), prefix);
    }

    private static HashSet<Ipv4Address> Taken(Fleet fleet)
    {
        var taken = new HashSet<Ipv4Address>();
        foreach (var host in fleet.Hosts)
        {
            taken.Add(host.Address);
        }

        foreach (var server in fleet.TimeServers)
        {
            Add(server);
        }

        foreach (var site in fleet.Sites)
        {
            taken.Add(site.Gateway);
            foreach (var resolver in site.Resolvers)
            {
                Add(resolver);
            }

            if (site.PackageCache is { } cache && Uri.TryCreate(cache, UriKind.Absolute, out var url))
            {
                Add(url.Host);
            }
        }

        return taken;

        void Add(string text)
        {
            if (Ipv4Address.TryParse(text, out var address))
            {
                taken.Add(address);
            }
        }
    }
}
