using System.Globalization;
using System.Text;

namespace Provision.Testing;

/// <summary>
/// A large fleet of 4u40 mail stores, made from two numbers: two thirds of the hosts at site <c>east</c>, one third at
/// <c>west</c>, 32 of each host's 40 slots in use, the last host a spare. Every store has two slots on different hosts
/// at east and one at west. With 1000 hosts: 666 + 333 + 1 and 10,656 stores.
/// </summary>
public static class ScaleFleet
{
    /// <summary>Slots of each host that stores use.</summary>
    public const int UsedSlots = 32;

    /// <summary>
    /// The files <c>hosts/fleet.yaml</c>, <c>east.yaml</c>, <c>west.yaml</c> and <c>stores.yaml</c>. Chassis 4u40 and the role
    /// imap are the repository's own and not among them. The same numbers give the same bytes.
    /// </summary>
    /// <param name="hosts">How many hosts, from 4 to 2000.</param>
    /// <param name="seed">Decides which hosts share stores.</param>
    public static IReadOnlyList<(string Path, string Text)> Generate(int hosts, int seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(hosts, 4);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(hosts, 2000);
        var west = (hosts - 1) / 3;
        var east = 2 * west;
        return
        [
            ("hosts/fleet.yaml", Fleet()),
            ("hosts/east.yaml", Hosts("east", 1, east, hosts - east - west)),
            ("hosts/west.yaml", Hosts("west", east + 1, west, 0)),
            ("hosts/stores.yaml", Stores(east, west, seed)),
        ];
    }

    private static string Fleet() => """
        fleet:
          name: scale
          domain: scale.example
          release: trixie
          time_servers: [10.0.0.2]
          slot_networks: [198.18.0.0/15]
          short_names: { imap: i }
        sites:
          east: { description: East, networks: [10.0.0.0/16], gateway: 10.0.0.1, resolvers: [10.0.0.2], package_cache: "http://10.0.0.3:3142" }
          west: { description: West, networks: [10.1.0.0/16], gateway: 10.1.0.1, resolvers: [10.1.0.2], package_cache: "http://10.1.0.3:3142" }

        """;

    private static string Hosts(string site, int first, int count, int spares)
    {
        var text = new StringBuilder();
        text.Append("site: ").Append(site).Append("\nhosts:\n");
        for (var i = 0; i < count; i++)
        {
            Host(text, site, first + i, "active");
        }

        // Spares have the numbers after all others.
        for (var i = 0; i < spares; i++)
        {
            Host(text, site, first + count + (count / 2) + i, "new");
        }

        return text.ToString();
    }

    private static void Host(StringBuilder text, string site, int number, string status)
    {
        var third = site == "east" ? 0 : 1;
        var slots = (198u << 24) + (18u << 16) + ((uint)number * 64);
        text.Append(CultureInfo.InvariantCulture, $$"""
              imap{{number}}:
                status: {{status}}
                macs: ["02:00:00:00:{{number >> 8:X2}}:{{number & 255:X2}}", "02:00:00:01:{{number >> 8:X2}}:{{number & 255:X2}}"]
                chassis: 4u40
                roles: [imap]
                address: 10.{{third}}.{{1 + (number / 250)}}.{{1 + (number % 250)}}
                slot_network: {{slots >> 24}}.{{(slots >> 16) & 255}}.{{(slots >> 8) & 255}}.{{slots & 255}}/26

            """);
    }

    /// <summary>
    /// Pairs hosts at equal distances on a circle, sixteen distances chosen by the seed: each distance gives every east host
    /// two stores and every west host two.
    /// </summary>
    private static string Stores(int east, int west, int seed)
    {
        var random = new Random(seed);
        var distances = Enumerable.Range(1, east - 1).ToArray();
        random.Shuffle(distances);
        var shifts = Enumerable.Range(0, west).ToArray();
        random.Shuffle(shifts);

        var used = new int[east + west + 1];
        var text = new StringBuilder("stores:\n");
        var store = 0;
        for (var round = 0; round < UsedSlots / 2; round++)
        {
            var distance = distances[round % distances.Length];
            for (var host = 0; host < east; host++)
            {
                store++;
                var near = 1 + ((host + distance) % east);
                var far = 1 + east + ((host + shifts[round % west]) % west);
                text.Append(CultureInfo.InvariantCulture, $"  store{store}: {{ class: tera, slots: [{Slot(1 + host)}, {Slot(near)}, {Slot(far)}] }}\n");
            }
        }

        return text.ToString();

        string Slot(int host)
        {
            var index = used[host]++;
            return $"sloti{host}d{1 + (index / 20)}t{1 + (index % 20):00}";
        }
    }
}
