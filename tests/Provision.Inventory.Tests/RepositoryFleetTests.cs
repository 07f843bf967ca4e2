namespace Provision.Inventory.Tests;

/// <summary>The repository's own fleet: the figures it was laid out for.</summary>
public class RepositoryFleetTests
{
    private static readonly InventoryFiles Files = InventoryFiles.ReadFrom(TestRepository.Root);

    [Fact]
    public void The_sample_fleet_has_the_hosts_slots_and_stores_it_was_laid_out_for()
    {
        var fleet = SampleFleet.Load(Files);
        Assert.Equal(49, fleet.Hosts.Count(h => h.Status == HostStatus.Active));
        Assert.Equal(["imap37"], fleet.Hosts.Where(h => h.Status == HostStatus.New).Select(h => h.Name));
        Assert.Equal(["imap3", "sgproxy1"], fleet.Hosts.Where(h => h.Status == HostStatus.Retired).Select(h => h.Name));

        var slots = fleet.Hosts.Where(h => h.Status == HostStatus.Active).SelectMany(fleet.SlotsOf).ToList();
        Assert.Equal(895, slots.Count);
        Assert.Equal(570, slots.Count(s => fleet.StoreOfSlot(s.Name) is not null));
        Assert.Equal(
            ["half 18", "nvme 78", "tera 94"],
            fleet.Stores.GroupBy(s => s.Class).Select(g => $"{g.Key} {g.Count()}").Order(StringComparer.Ordinal));
        Assert.DoesNotContain(fleet.SlotsOf(fleet.FindHost("imap37")!), s => fleet.StoreOfSlot(s.Name) is not null);
    }

    [Fact]
    public void Every_host_has_a_view()
    {
        var fleet = SampleFleet.Load(Files);
        foreach (var host in fleet.Hosts.Where(h => h.Status != HostStatus.Retired))
        {
            var view = HostView.Of(fleet, host, Masters.Default);
            Assert.NotEmpty(view.Roles.Roles);
            Assert.All(view.Slots.Where(s => s.Store is not null), slot => Assert.Equal(2, slot.Peers.Count));
            Assert.All(view.Slots, slot => Assert.All(slot.Slot.Tiers.Mounts, mount => Assert.Contains(view.Layout!.Mounts, m => m.Path == mount)));
        }
    }

    [Fact]
    public void A_server_is_added_and_retired()
    {
        var added = HostEntry.Add(Files, new NewHost("imap38", ["02:00:00:00:00:38"], "4u40", "nyi", ["imap"]));
        Assert.Empty(added.Result.Diagnostics);
        Assert.Contains(
            """

              imap38:
                status: new
                macs: ["02:00:00:00:00:38"]
                chassis: 4u40
                roles: [imap]
                address: 192.0.2.38
                slot_network: 198.18.38.0/26

            """,
            added.After,
            StringComparison.Ordinal);
        Assert.Equal(added.Before, added.After.Remove(added.After.IndexOf("  imap38:", StringComparison.Ordinal), added.After.Length - added.Before.Length));
        var retired = HostEntry.Retire(Files, "imap37");
        Assert.Empty(retired.Result.Diagnostics);
        Assert.Contains("status: retired", retired.After, StringComparison.Ordinal);
        Assert.False(HostEntry.Retire(Files, "imap33").IsGood);
    }

    [Fact]
    public void Schema_knows_every_key_in_use()
    {
        var schema = InventorySchema.ToJson();
        foreach (var file in Files.Files)
        {
            foreach (var line in System.Text.Encoding.UTF8.GetString(file.Content.Span).Split('\n').Where(l => !l.StartsWith(' ') && l.Contains(':')
                && !l.StartsWith('#')))
            {
                Assert.Contains($"\"{line[..line.IndexOf(':')]}\":", schema, StringComparison.Ordinal);
            }
        }
    }
}
