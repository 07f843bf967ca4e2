namespace Provision.Inventory;

/// <summary>The inventory host that a machine corresponds to.</summary>
/// <param name="Host">The host; null if there is an error.</param>
/// <param name="Error">Why no single host was found; null if one was.</param>
public sealed record ThisHost(Host? Host, string? Error)
{
    /// <summary>
    /// Finds the host that one of these MAC addresses belongs to. It is an error if none is known (all are listed), if they belong to different hosts (each is
    /// listed with its address), or if the host is retired.
    /// </summary>
    /// <param name="fleet">The fleet.</param>
    /// <param name="macs">The addresses of the machine's NICs.</param>
    public static ThisHost Find(Fleet fleet, IReadOnlyList<MacAddress> macs)
    {
        if (macs.Count == 0)
        {
            return new ThisHost(null, "this machine shows no network card; name the host with --host");
        }

        // In inventory order, so that the message does not depend on the order of the NICs.
        var known = fleet.Hosts.SelectMany(host => host.Macs.Where(macs.Contains).Take(1), (host, mac) => (Host: host, Mac: mac)).Take(2).ToList();
        return known switch
        {
            [] => new ThisHost(
                null,
                $"no host of the inventory has a network card of this machine ({string.Join(", ", macs)}); " +
                    "add it with \"provision host add\", or name the host with --host"),
            [var one, var other] => new ThisHost(
                null,
                $"the network cards of this machine are of two hosts: {one.Mac} is of {one.Host.Name} ({one.Host.Location}), " +
                    $"{other.Mac} is of {other.Host.Name} ({other.Host.Location})"),
            [{ Host: { Status: HostStatus.Retired } retired }] =>
                new ThisHost(null, $"this machine is {retired.Name}, which is retired ({retired.At("status")})"),
            _ => new ThisHost(known[0].Host, null),
        };
    }

    /// <summary>Returns why a machine is not the named host; null if it has one of the host's NICs.</summary>
    /// <param name="host">The host.</param>
    /// <param name="macs">The addresses of the machine's NICs.</param>
    public static string? WhyNot(Host host, IReadOnlyList<MacAddress> macs) => MacAddress.AnyOf(host.Macs, macs)
        ? null
        : $"this machine is not {host.Name}: it has none of its MAC addresses ({string.Join(", ", host.Macs)}) " +
            $"but {(macs.Count > 0 ? string.Join(", ", macs) : "none")}";
}
