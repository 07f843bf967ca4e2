using System.Text;

namespace Provision.Inventory.Tests;

public class EditTests
{
    private static readonly string[] NewMac = ["00:00:5E:00:53:A1"];

    [Fact]
    public void A_host_is_added_beside_its_kind() =>
        Check(HostEntry.Add(SampleFleet.Files, new NewHost("imap37", ["00:00:5E:00:53:A1", "00:00:5E:00:53:A2"], "4u40", "nyi", ["imap"])), "hosts/nyi.yaml",
            "beside");

    [Fact]
    public void A_host_is_added_before_the_first_of_its_kind() =>
        Check(HostEntry.Add(SampleFleet.Files, new NewHost("imap20", NewMac, "4u40", "nyi", ["imap"])), "hosts/nyi.yaml", "before");

    [Fact]
    public void A_host_without_its_kind_is_added_by_name() =>
        Check(HostEntry.Add(SampleFleet.Files, new NewHost("mon1", NewMac, null, "nyi", ["web"])), "hosts/nyi.yaml", "alone");

    [Fact]
    public void A_host_is_added_below_one_written_in_braces() =>
        Check(HostEntry.Add(SampleFleet.Files, new NewHost("imap44", NewMac, "4u40", "ice", ["imap"])), "hosts/ice.yaml", "braces");

    [Theory]
    [InlineData("site: ice\nhosts:\n", "site: ice\nhosts:\n  web2:\n")]
    [InlineData("site: ice\nhosts: {}   # soon\nstores: {}\n", "site: ice\nhosts: # soon\n  web2:\n")]
    [InlineData("site: ice", "site: ice\nhosts:\n  web2:\n")]
    [InlineData("site: ice\r\nhosts:\r\n", "site: ice\r\nhosts:\r\n  web2:\r\n")]
    public void The_first_host_of_a_file_is_added(string before, string after)
    {
        var files = SampleFleet.With("hosts/ice.yaml", before);
        files = files with { Files = [.. files.Files.Where(f => f.Path != "hosts/stores.yaml")] };
        var edit = HostEntry.Add(files, new NewHost("web2", NewMac, null, "ice", ["web"]));
        Assert.Empty(edit.Result.Diagnostics);
        Assert.StartsWith(after, edit.After, StringComparison.Ordinal);
        Assert.Equal("198.51.100.2", edit.Result.Fleet!.FindHost("web2")!.Address.ToString());
    }

    [Fact]
    public void A_site_without_a_file_gets_one()
    {
        var files = SampleFleet.With("hosts/fleet.yaml",
            SampleFleet.TextOf("hosts/fleet.yaml") + "  osl: { networks: [203.0.113.0/24], gateway: 203.0.113.1 }\n");
        var edit = HostEntry.Add(files, new NewHost("web7", NewMac, null, "osl", ["web"]));
        Assert.Empty(edit.Result.Diagnostics);
        Assert.Equal(("hosts/osl.yaml", ""), (edit.Path, edit.Before));
        Assert.Equal("site: osl\nhosts:\n  web7:\n    status: new\n    macs: [\"00:00:5E:00:53:A1\"]\n    roles: [web]\n    address: 203.0.113.7\n",
            edit.After);
    }

    [Fact]
    public void Addresses_that_are_taken_are_not_chosen()
    {
        var files = SampleFleet.Files;
        var addresses = new List<string>();
        foreach (var number in (int[])[1, 2, 123, 3, 4, 33])
        {
            var edit = HostEntry.Add(files, new NewHost($"db{number}", [$"02:00:00:00:00:{number:X2}"], null, "nyi", ["web"]));
            Assert.Empty(edit.Result.Diagnostics);
            addresses.Add(edit.Result.Fleet!.FindHost($"db{number}")!.Address.ToString());
            files = files with { Files = [.. files.Files.Select(f => f.Path == edit.Path ? f with { Content = Encoding.UTF8.GetBytes(edit.After) } : f)] };
        }

        Assert.Equal(["192.0.2.5", "192.0.2.6", "192.0.2.7", "192.0.2.8", "192.0.2.9", "192.0.2.10"], addresses);
    }

    [Fact]
    public void Without_slot_networks_they_are_taken_around_those_in_use()
    {
        var files = SampleFleet.With("hosts/fleet.yaml", SampleFleet.TextOf("hosts/fleet.yaml").Replace("  slot_networks: [198.18.0.0/15]\n", ""));
        var fleet = HostEntry.Add(files, new NewHost("imap35", NewMac, "4u40", "nyi", ["imap"])).Result.Fleet!;
        Assert.Equal("198.18.35.0/26", fleet.FindHost("imap35")!.SlotNetwork.ToString());
        fleet = HostEntry.Add(files, new NewHost("imap135", NewMac, "4u40", "nyi", ["imap"])).Result.Fleet!;
        Assert.Equal("198.18.0.0/26", fleet.FindHost("imap135")!.SlotNetwork.ToString());
    }

    [Theory]
    [InlineData("web1", "hosts/nyi.yaml", "    status: retired\n    macs: [\"00:00:5E:00:53:04\"]")]
    [InlineData("imap44", "hosts/ice.yaml", "  imap44: { status: retired, macs: ")]
    [InlineData("web2", "hosts/ice.yaml", "  web2:\n    # why\n    status: retired\n    macs:")]
    [InlineData("web3", "hosts/ice.yaml", "    status: retired # soon\n")]
    public void A_host_is_retired(string host, string path, string expected)
    {
        var files = SampleFleet.With("hosts/ice.yaml", SampleFleet.TextOf("hosts/ice.yaml") + """
              imap44: { macs: ["00:00:5E:00:53:16"], chassis: 4u40, roles: [imap], address: 198.51.100.44, slot_network: 198.18.44.0/26 }
              web2:
                # why
                macs: ["00:00:5E:00:53:17"]
                roles: [web]
                address: 198.51.100.45
              web3:
                status: "active" # soon
                macs: ["00:00:5E:00:53:18"]
                roles: [web]
                address: 198.51.100.46

            """);
        var edit = HostEntry.Retire(files, host);
        Assert.Empty(edit.Result.Diagnostics);
        Assert.Equal(path, edit.Path);
        Assert.Contains(expected, edit.After, StringComparison.Ordinal);
        Assert.Equal(HostStatus.Retired, edit.Result.Fleet!.FindHost(host)!.Status);
        Assert.Equal(edit.Before.Split('\n').Length + (host is "web2" ? 1 : 0), edit.After.Split('\n').Length);
    }

    [Theory]
    [InlineData("imap33", "hosts/nyi.yaml:3:3: error: imap33 cannot be retired: 2 stores use its slots (move them first)\n    hosts/stores.yaml:2:3: store1 uses sloti33d1t01\n    hosts/stores.yaml:3:3: store2 uses sloti33d2t20")]
    [InlineData("imap3", "hosts/nyi.yaml:28:13: error: imap3 is retired already")]
    [InlineData("imap99", "host: error: unknown host \"imap99\" (did you mean \"imap3\"?)")]
    public void Retiring_is_refused(string host, string expected) => Refused(HostEntry.Retire(SampleFleet.Files, host), expected);

    [Theory]
    [InlineData("imap33", "4u40", "nyi", "imap", "00:00:5E:00:53:A1", "hosts/nyi.yaml:3:3: error: the name imap33 is taken")]
    [InlineData("imap3", "4u40", "nyi", "imap", "00:00:5E:00:53:A1", "hosts/nyi.yaml:27:3: error: the name imap3 is taken by a retired host")]
    [InlineData("Imap", "4u40", "nyi", "imap", "00:00:5E:00:53:A1",
        "host: error: host name \"Imap\": expected a host name of lower-case letters, digits and hyphens that begins with a letter, such as store37")]
    [InlineData("imap37", "4u4", "nyj", "imp", "00:00:5E:00:53", "host: error: MAC address \"00:00:5E:00:53\": expected a MAC address such as 00:00:5E:00:53:A1\nhost: error: unknown site \"nyj\" (did you mean \"nyi\"?)\nhost: error: unknown chassis \"4u4\" (did you mean \"4u40\"?)\nhost: error: unknown role \"imp\" (did you mean \"imap\"?)")]
    [InlineData("imap37", "4u40", null, "imap", "00:00:5E:00:53:A1", "host: error: imap37 needs a site: one of ice, nyi")]
    [InlineData("imap37", "4u40", "nyi", "imap", "00:00:5E:00:53:04", "hosts/nyi.yaml:22:11: error: the MAC address 00:00:5e:00:53:04 is of web1")]
    public void Adding_is_refused(string name, string chassis, string? site, string role, string mac, string expected) =>
        Refused(HostEntry.Add(SampleFleet.Files, new NewHost(name, [mac], chassis, site, [role])), expected);

    [Fact]
    public void A_broken_inventory_is_not_edited() =>
        Refused(HostEntry.Retire(SampleFleet.With("hosts/x.yaml", "a: 1"), "web1"),
            "hosts/x.yaml:1:1: error: unknown key \"a\" (known are fleet, masters, sites, site, hosts, stores, classes, chassis, drives)");

    private static void Refused(InventoryEdit edit, string expected)
    {
        Assert.False(edit.IsGood);
        Assert.Equal(expected, string.Join("\n", edit.Result.Diagnostics));
    }

    private static void Check(InventoryEdit edit, string path, string name)
    {
        Assert.Empty(edit.Result.Diagnostics);
        Assert.True(edit.IsGood);
        Assert.Equal(path, edit.Path);
        Snapshot.Check(edit.After, name);
    }
}
