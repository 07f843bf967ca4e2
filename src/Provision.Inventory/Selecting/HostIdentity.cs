using System.Text;

namespace Provision.Inventory;

/// <summary>Which host of the inventory a machine is.</summary>
/// <param name="Host">The host; null where there is an error.</param>
/// <param name="Error">Why no one host was found; null where one was.</param>
public sealed record HostIdentity(Host? Host, string? Error)
{
    /// <summary>
    /// Finds the host that one of these hardware addresses is of. It is an error when none is known (all are named),
    /// when they are of different hosts (each is named with its address), and when the host is retired.
    /// </summary>
    /// <param name="fleet">The fleet.</param>
    /// <param name="macs">Addresses as the machine shows them; what is no address of a card (of loopback and such) is passed over.</param>
    public static HostIdentity Find(Fleet fleet, IEnumerable<string> macs)
    {
        var own = new List<MacAddress>();
        foreach (var text in macs)
        {
            if (MacAddress.TryParse(text.AsSpan().Trim(), out var mac) && !mac.IsGroupOrZero && !own.Contains(mac))
            {
                own.Add(mac);
            }
        }

        if (own.Count == 0)
        {
            return new HostIdentity(null, "this machine shows no network card; name the host with --host");
        }

        Host? match = null;
        MacAddress by = default;
        foreach (var host in fleet.Hosts)
        {
            foreach (var mac in host.Macs)
            {
                if (!own.Contains(mac) || ReferenceEquals(host, match))
                {
                    continue;
                }

                if (match is not null)
                {
                    return new HostIdentity(null, $"the network cards of this machine are of two hosts: {by} is of {match.Name} ({match.Location}), {mac} is of {host.Name} ({host.Location})");
                }

                (match, by) = (host, mac);
            }
        }

        if (match is null)
        {
            var list = new StringBuilder();
            list.AppendJoin(", ", own);
            return new HostIdentity(null, $"no host of the inventory has a network card of this machine ({list}); add it with \"provision host add\", or name the host with --host");
        }

        return match.Status == HostStatus.Retired
            ? new HostIdentity(null, $"this machine is {match.Name}, which is retired ({match.At("status")})")
            : new HostIdentity(match, null);
    }

    /// <summary>Why a machine is not a host that was named for it; null where it has one of the host's network cards.</summary>
    /// <param name="host">The host.</param>
    /// <param name="macs">Addresses as the machine shows them.</param>
    public static string? WhyNot(Host host, IEnumerable<string> macs)
    {
        var mine = macs.Select(mac => MacAddress.TryParse(mac, out var parsed) ? parsed : default).ToList();
        return host.Macs.Any(mine.Contains)
            ? null
            : $"this machine is not {host.Name}: it has none of its MAC addresses ({string.Join(", ", host.Macs)}) but {string.Join(", ", mine.Select(mac => mac.ToString()).DefaultIfEmpty("none"))}";
    }
}
