namespace Provision.Inventory;

/// <summary>Which host of the inventory a machine is.</summary>
/// <param name="Host">The host; null if there is an error.</param>
/// <param name="Error">Why no one host was found; null if one was.</param>
public sealed record ThisHost(Host? Host, string? Error)
{
    /// <summary>
    /// Finds the host that one of these hardware addresses belongs to. It is an error when none is known (all are named),
    /// when they belong to different hosts (each is named with its address), and when the host is retired.
    /// </summary>
    /// <param name="fleet">The fleet.</param>
    /// <param name="macs">The addresses of the machine's NICs.</param>
    public static ThisHost Find(Fleet fleet, IReadOnlyList<MacAddress> macs)
    {
        if (macs.Count == 0)
        {
            return new ThisHost(null, "this machine shows no network card; name the host with --host");
        }

        // In the order of the inventory, so that the message is the same wherever the cards are plugged in.
        var known = fleet.Hosts.SelectMany(host => host.Macs.Where(macs.Contains).Take(1), (host, mac) => (Host: host, Mac: mac)).Take(2).ToList();
        return known switch
        {
            [] => new ThisHost(null, $"no host of the inventory has a network card of this machine ({string.Join(", ", macs)}); add it with \"provision host add\", or name the host with --host"),
            [var one, var other] => new ThisHost(null, $"the network cards of this machine are of two hosts: {one.Mac} is of {one.Host.Name} ({one.Host.Location}), {other.Mac} is of {other.Host.Name} ({other.Host.Location})"),
            [{ Host: { Status: HostStatus.Retired } retired }] => new ThisHost(null, $"this machine is {retired.Name}, which is retired ({retired.At("status")})"),
            _ => new ThisHost(known[0].Host, null),
        };
    }

    /// <summary>Why a machine is not a host that was named for it; null if it has one of the host's NICs.</summary>
    /// <param name="host">The host.</param>
    /// <param name="macs">The addresses of the machine's NICs.</param>
    public static string? WhyNot(Host host, IReadOnlyList<MacAddress> macs) => MacAddress.AnyOf(host.Macs, macs)
        ? null
        : $"this machine is not {host.Name}: it has none of its MAC addresses ({string.Join(", ", host.Macs)}) but {(macs.Count > 0 ? string.Join(", ", macs) : "none")}";
}
