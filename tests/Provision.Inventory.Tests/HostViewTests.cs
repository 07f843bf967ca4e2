namespace Provision.Inventory.Tests;

public class HostViewTests
{
    private static HostView View(string host, Masters? masters = null)
    {
        var fleet = SampleFleet.Fleet;
        return HostView.Of(fleet, fleet.FindHost(host)!, masters ?? Masters.Default);
    }

    [Fact]
    public void Roles_are_resolved_with_the_included_first()
    {
        var view = View("imap33");
        Assert.Equal(["base", "imap"], view.Roles.Roles.Select(r => r.Name));
        Assert.Equal(["chrony", "cyrus-imapd", "nginx=1.26.*"], view.Roles.Packages);
        Assert.Equal(["apt", "cyrus"], view.Roles.Configs);
        Assert.Equal(["chrony.service", "cyrus.target"], view.Roles.Services);
        Assert.Equal(DataClass.Primary, view.Roles.Data);
        Assert.Equal([new ReinstallGate("no-masters", GateKind.NoMasters)], view.Roles.Gates);
        Assert.Equal("imap33.mail.example", view.Fqdn);
    }

    [Fact]
    public void A_pinned_version_wins_over_the_bare_name() =>
        Assert.Equal(["chrony", "nginx=1.26.*"], View("web1").Roles.Packages);

    /// <summary>Each value names the line that set it: role, fleet, site, host, in that order.</summary>
    [Theory]
    [InlineData("imap33", "imap.timeout", "30m", "hosts/fleet.yaml:8:22")]
    [InlineData("imap33", "imap.archive_after", "7d", "roles/imap.yaml:10:20")]
    [InlineData("imap43", "imap.archive_after", "3d", "hosts/fleet.yaml:21:30")]
    [InlineData("imap33", "imap.ports.imap", "2143", "roles/imap.yaml:11:20")]
    [InlineData("imap33", "imap.ports.sieve", "4190", "hosts/nyi.yaml:10:31")]
    [InlineData("imap34", "imap.ports.sieve", "2000", "roles/imap.yaml:11:33")]
    [InlineData("imap33", "imap.admins.0", "cyrus", "roles/imap.yaml:12:14")]
    [InlineData("web1", "clock.leap", "smear", "roles/base.yaml:8:18")]
    public void Settings_are_merged_and_know_their_place(string host, string path, string value, string place)
    {
        var scalar = Assert.IsType<YamlScalar>(View(host).Settings.Find(path));
        Assert.Equal(value, scalar.Text);
        Assert.Equal(place, scalar.Location.ToString());
    }

    [Fact]
    public void A_host_has_only_the_settings_of_its_roles()
    {
        Assert.Equal(["clock", "extra", "web_port"], View("web1").Settings.Entries.Select(e => e.Key));
        Assert.Equal(["clock", "extra", "imap"], View("imap33").Settings.Entries.Select(e => e.Key));
    }

    [Fact]
    public void Facts_know_where_they_were_set()
    {
        var fleet = SampleFleet.Fleet;
        var host = fleet.FindHost("imap33")!;
        Assert.Equal("hosts/nyi.yaml:3:3", host.Location.ToString());
        Assert.Equal("hosts/nyi.yaml:4:33", host.At("macs.1").ToString());
        Assert.Equal("hosts/nyi.yaml:10:31", host.At("settings.imap.ports.sieve").ToString());
        Assert.Equal(host.Location, host.At("status"));
        Assert.Equal("hosts/nyi.yaml:1:7", host.SiteLocation.ToString());
        Assert.Equal("hosts/chassis/tiny.yaml:14:36", fleet.FindChassis("tiny")!.Sets[0].At("drive.size").ToString());
        Assert.Equal("hosts/fleet.yaml:3:11", fleet.At("domain").ToString());
    }

    [Fact]
    public void Slots_have_stores_peers_and_masters()
    {
        var view = View("imap33");
        Assert.Equal(40, view.Slots.Count);
        Assert.Equal(["sloti33d1t01", "sloti33d2t20"], view.Slots.Where(s => s.Store is not null).Select(s => s.Slot.Name));
        var first = view.Slots[0];
        Assert.True(first.IsMaster);
        Assert.Equal("198.18.33.1", first.Slot.Address.ToString());
        Assert.Equal(
            ["sloti34d1t07 198.18.34.7 imap34 nyi False", "sloti43d1t01 198.18.43.1 imap43 ice False"],
            first.Peers.Select(p => $"{p.Slot.Name} {p.Slot.Address} {p.Slot.Host.Name} {p.Slot.Host.Site} {p.IsMaster}"));
        Assert.Null(view.Slots[1].Paths);
        Assert.Equal("198.18.33.40", view.Slots[39].Slot.Address.ToString());
    }

    [Fact]
    public void Masters_decide_who_is_master()
    {
        var moved = Masters.Default.With("store1", "sloti43d1t01");
        var view = View("imap33", moved);
        Assert.False(view.Slots[0].IsMaster);
        Assert.Equal([false, true], view.Slots[0].Peers.Select(p => p.IsMaster));
        var fleet = view.Fleet;
        Assert.Equal("sloti43d1t01", StoreView.Of(fleet, fleet.FindStore("store1")!, moved).Master.Slot.Name);
        Assert.Equal("sloti34d2t20", StoreView.Of(fleet, fleet.FindStore("store2")!, moved).Master.Slot.Name);
    }

    [Fact]
    public void A_retired_host_has_no_view() => Assert.Throws<ArgumentException>(() => View("imap3"));

    [Fact]
    public void A_host_without_chassis_has_no_layout()
    {
        var view = View("web1");
        Assert.Null(view.Layout);
        Assert.Empty(view.Slots);
    }

    [Fact]
    public void Drives_are_recorded()
    {
        var record = SampleFleet.Fleet.FindDrives("imap33")!;
        Assert.Equal(["front/1 WD-WMAY04568236 2000398934016", "rear/3 BTTV332303FA400HGN "], record.Drives.Select(d => $"{d.Bay} {d.Serial} {d.Bytes}"));
        Assert.Equal(["os True", "d2spool False"], record.Sets.Select(s => $"{s.Name} {s.Exists}"));
        Assert.Equal(["os 0b4c2f54:3f0e4b37:9df67c2b:1f1a9a01  5d9b0b5e-9a43-4d8c-8d52-000000000003"],
            record.Units.Select(u => $"{u.Name} {u.Uuid} {u.Wwn} {u.Table}"));
        var volume = Assert.Single(record.Volumes);
        Assert.Equal(("5d9b0b5e-9a43-4d8c-8d52-000000000002", "2026-10-01"), (volume.LuksUuid, volume.Rehearsed));
    }
}
