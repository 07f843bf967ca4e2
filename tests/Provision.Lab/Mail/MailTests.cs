using System.Diagnostics;
using System.Globalization;
using Provision.Cyrus.MailProxy;
using Xunit.Abstractions;

namespace Provision.Lab;

/// <summary>Slots that really run: three hosts with Debian's Cyrus under systemd, installed, delivered to, failed over, and lost.</summary>
[Collection("mail")]
public sealed class MailTests(InstalledMailLab mail, ITestOutputHelper output) : IClassFixture<InstalledMailLab>
{
    private MailLab Lab => mail.Lab;

    [Fact]
    public void Mail_for_the_master_is_read_there_and_arrives_on_both_replicas()
    {
        AllWell();
        mail.Deliver(mail.MasterOf("store1"), "u1", "for all three");
        Assert.Contains("for all three", mail.InboxAt(mail.MasterOf("store1"), "u1"));
        mail.WaitUntilInSync("store1");

        // A replica takes nothing from anybody but its master.
        using var replica = mail.Imap(mail.ReplicasOf("store1")[0]).LogIn("u1");
        Assert.ThrowsAny<IOException>(() => replica.Append("INBOX", "not here"));
    }

    [Fact]
    public void A_failover_under_load_loses_nothing_that_was_acknowledged_and_a_login_only_waits()
    {
        var (there, back) = (mail.ReplicasOf("store1")[0], mail.MasterOf("store1"));
        foreach (var target in (string[])[there, back])
        {
            using var load = new MailLoad(mail, target);
            load.WaitForAppends(20);
            var moved = Lab.Masters("failover", "--store", "store1", "--to", target, "--yes", "--lag-limit", "100000", "-o", "json");
            output.WriteLine(moved.Text + moved.Error);
            Assert.True(moved.ExitCode == 0, moved.Text + moved.Error);
            load.WaitForAppends(20);
            load.Stop();
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{load.Acknowledged.Count} messages acknowledged, {load.Logins} logins, the longest {load.LongestLogin.TotalSeconds:F1} s"));
            Assert.Equal(target, mail.MasterOf("store1"));
            Assert.Equal([], load.LoginErrors);
            Assert.InRange(load.LongestLogin.TotalSeconds, 0, 30);

            // What stands in front of the stores has a relay, which tells it at once; here it is imap43.
            Patience.Until(() => Lab.On("imap43", "cat /etc/lab-stores").Text.Contains($"store1 {Lab.Slot(target).Address}\n", StringComparison.Ordinal),
                TimeSpan.FromMinutes(5), () => Lab.On("imap43", "cat /etc/lab-stores; journalctl --no-pager -u 'provision-masters*' | tail -n 40").Text);
            mail.WaitUntilInSync("store1");
            foreach (var slot in Lab.Fleet.FindStore("store1")!.Slots)
            {
                Assert.Equal([], load.Acknowledged.Except(InstalledMailLab.Users.SelectMany(user => mail.InboxAt(slot, user))));
            }
        }

        AllWell();
    }

    [Fact]
    public void A_target_that_is_not_well_is_refused_and_the_old_master_serves_on()
    {
        var target = mail.ReplicasOf("store2")[0];
        var host = Lab.Slot(target).Host.Name;
        MailLab.Good(Lab.Provision("slot", "stop", host, target));
        var refused = Lab.Masters("failover", "--store", "store2", "--to", target, "--yes");
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains($"{target} is no replica that takes changes", refused.Text, StringComparison.Ordinal);
        Assert.NotEqual(target, mail.MasterOf("store2"));
        MailLab.Good(Lab.Provision("slot", "start", host, target));
        AllWell();
    }

    /// <summary>Who is master, and a full comparison of the copies that would be left. The hosts here have neither disks nor images, which is said
    /// too.</summary>
    [Fact]
    public void The_gates_of_a_reinstall_ask_the_stores_as_they_are()
    {
        AllWell();
        Patience.Until(() => Lab.Masters("stores", "compare").ExitCode == 0, TimeSpan.FromMinutes(5), () => Lab.Masters("stores", "compare").Text);
        var masters = ((string[])["store1", "store2"]).Select(store => Lab.Slot(mail.MasterOf(store)).Host.Name).ToList();
        Assert.Contains($"{masters[0]} is master of store1", Objections(masters[0]), StringComparison.Ordinal);
        var (slot, other) = (mail.ReplicasOf("store1").Select(Lab.Slot).First(slot => !masters.Contains(slot.Host.Name)),
            mail.ReplicasOf("store1").Select(Lab.Slot).Last());
        if (slot == other)
        {
            other = Lab.Slot(mail.ReplicasOf("store1")[0]);
        }

        var whole = Objections(slot.Host.Name);
        Assert.DoesNotContain("is master of", whole, StringComparison.Ordinal);
        Assert.DoesNotContain("healthy copies", whole, StringComparison.Ordinal);
        MailLab.Good(Lab.Provision("slot", "stop", other.Host.Name, other.Name));
        mail.Deliver(mail.MasterOf("store1"), "u3", "only two have it");
        Assert.Contains($"without {slot.Host.Name} too few healthy copies would be left of store1: {other.Name}", Objections(slot.Host.Name),
            StringComparison.Ordinal);
        MailLab.Good(Lab.Provision("slot", "start", other.Host.Name, other.Name));
        mail.WaitUntilInSync("store1");
        AllWell();

        string Objections(string host)
        {
            var refused = Lab.Masters("netboot", "arm", host, "--state", Path.Combine(Lab.Repository, "../state"), "--store",
                Path.Combine(Lab.Repository, "../store"), "--yes");
            Assert.True(refused.ExitCode == 2, refused.Text + refused.Error);
            return refused.Text + refused.Error;
        }
    }

    [Fact]
    public void A_master_that_died_is_fenced_until_what_only_it_had_is_merged()
    {
        // Alone on its host's side of a cut network it takes a message that nobody else gets.
        var old = mail.MasterOf("store2");
        var target = mail.ReplicasOf("store2").First(slot => Lab.Slot(slot).Host.Site == Lab.Slot(old).Host.Site);
        var host = Lab.Slot(old).Host.Name;
        using (var admin = mail.Imap(old).LogIn("cyrus"))
        {
            admin.Command("CREATE user.alone");
        }

        foreach (var replica in mail.ReplicasOf("store2"))
        {
            Patience.Until(() => HasInbox(replica), TimeSpan.FromMinutes(5), () => $"{replica} did not get the mailbox");
        }

        MailLab.Good(Lab.On(host, "iptables -V > /dev/null 2>&1; ip route add blackhole 198.18.34.0/24 2> /dev/null; ip route add blackhole 198.18.43.0/24; ip route add blackhole 198.18.33.128/25; true"));
        mail.Deliver(old, "alone", "only here");
        Lab.Kill(host);
        MailLab.Good(Lab.On(host, "ip route flush type blackhole"));

        var refused = Lab.Masters("failover", "--store", "store2", "--to", target, "--yes");
        Assert.Equal(2, refused.ExitCode);
        var forced = Lab.Masters("failover", "--store", "store2", "--to", target, "--force", "--reason", "the power supply burnt", "--yes");
        Assert.True(forced.ExitCode == 0, forced.Text + forced.Error);
        Assert.Equal(target, mail.MasterOf("store2"));
        Assert.DoesNotContain("only here", Inbox(target));

        // Powered on again the old master never serves, in no role.
        Lab.Return(host);
        Patience.Until(() => Lab.On(host, $"journalctl --unit cyrus@{old} --no-pager").Text.Contains("is fenced", StringComparison.Ordinal),
            TimeSpan.FromMinutes(5), () => Lab.On(host, "systemctl status --no-pager 'cyrus@*'").Text);
        Assert.NotEqual("active", Lab.On(host, $"systemctl is-active cyrus@{old}").Text.Trim());
        Assert.ThrowsAny<Exception>(() => mail.Imap(old));

        var merged = Lab.Masters("slot", "merge", host, old, "--yes");
        Assert.True(merged.ExitCode == 0, merged.Text + merged.Error);
        Assert.Contains("only here", Inbox(target));
        Patience.Until(() => Lab.Provision("slot", "status", host, old).ExitCode == 0, TimeSpan.FromMinutes(5), () =>
            Lab.Provision("slot", "status", host, old).Text);
        Assert.Contains("only here", Inbox(old));
        var home = Lab.Masters("failover", "--back", host, "--yes");
        Assert.True(home.ExitCode == 0, home.Text + home.Error);
        AllWell();

        bool HasInbox(string slot)
        {
            try
            {
                return Inbox(slot).Count == 0;
            }
            catch (IOException)
            {
                return false;
            }
        }

        IReadOnlyList<string> Inbox(string slot)
        {
            using var client = mail.Imap(slot).LogIn("alone");
            return client.Subjects("INBOX");
        }
    }

    [Fact]
    public void Without_a_live_answer_a_slot_starts_as_replica_and_what_serves_goes_on()
    {
        var master = mail.MasterOf("store1");
        var host = Lab.Slot(master).Host.Name;
        var replicas = mail.ReplicasOf("store1");
        Lab.KillDaemon();
        using (var user = mail.Imap(master).LogIn("u2"))
        {
            user.Append("INBOX", "while the database is away");
        }

        MailLab.Good(Lab.On(host,
            $"for i in $(seq 300); do ls /mnt/*/{master}/store1/conf/sync/*/log* 2> /dev/null | grep -v squatter || exit 0; sleep 1; done; exit 1"));
        MailLab.Good(Lab.On(host, $"systemctl restart cyrus@{master}"));
        using (var user = mail.Imap(master).LogIn("u2"))
        {
            Assert.ThrowsAny<IOException>(() => user.Append("INBOX", "nobody has confirmed it"));
        }

        Lab.StartDaemon("--users", mail.UsersFile);
        MailLab.Good(Lab.On(host, $"systemctl restart cyrus@{master}"));
        using (var user = mail.Imap(master).LogIn("u2"))
        {
            user.Append("INBOX", "confirmed again");
        }

        // Cut off from everything, with mail that only it has: it does not start as a replica, which could lose that, and comes by itself when it is
        // told that it is master still.
        Lab.KillDaemon();
        Lab.On(host, string.Join("; ", replicas.Select(slot => $"ip route add blackhole {Lab.Slot(slot).Address}/32")));
        using (var user = mail.Imap(master).LogIn("u2"))
        {
            user.Append("INBOX", "nobody else has it");
        }

        Assert.False(Lab.On(host, $"systemctl restart cyrus@{master}").Succeeded);
        Assert.Contains("so it waits for an answer", Lab.On(host, $"journalctl --unit cyrus@{master} --no-pager").Text, StringComparison.Ordinal);
        MailLab.Good(Lab.On(host, "ip route flush type blackhole"));
        Lab.StartDaemon("--users", mail.UsersFile);
        AllWell();
        mail.WaitUntilInSync("store1");
        Assert.All(replicas, slot => Assert.Contains("nobody else has it", mail.InboxAt(slot, "u2")));
    }

    [Fact]
    public void A_change_restarts_or_reloads_only_what_it_must_and_a_removed_slot_keeps_its_data()
    {
        var host = "imap43";
        var units = Lab.Fleet.SlotsOf(Lab.Fleet.FindHost(host)!).Where(slot => Lab.Fleet.StoreOfSlot(slot.Name) is not null).Select(slot => slot.Unit).ToList();
        var before = Runs();
        Edit("roles/slots.yaml", "timeout: 60m", "timeout: 61m");
        Lab.Install(host);
        Assert.Equal(before, Runs());
        Assert.Contains("timeout: 61m", Lab.On(host, "cat /etc/cyrus/*/imapd.conf").Text, StringComparison.Ordinal);

        Edit("hosts/stores.yaml", "  store2:", "  #store2:");
        var spool = MailLab.Good(Lab.On(host, "ls -d /mnt/ssd43d1/sloti43d1t02/store2/conf/provision-slot.json")).Trim();
        Lab.Install(host);
        Assert.NotEqual("active", Lab.On(host, "systemctl is-active cyrus@sloti43d1t02").Text.Trim());
        Assert.False(Lab.On(host, "ls /etc/cyrus/sloti43d1t02").Succeeded);
        Assert.True(Lab.On(host, "ls " + spool).Succeeded);
        Assert.Equal(before[0], Runs()[0]);

        Edit("hosts/stores.yaml", "  #store2:", "  store2:");
        Edit("roles/slots.yaml", "timeout: 61m", "timeout: 60m");
        Lab.Install(host);
        AllWell();

        List<string> Runs() => [.. units.Select(unit => Lab.On(host, $"systemctl show --value --property=InvocationID {unit}").Text.Trim())];

        void Edit(string file, string from, string to)
        {
            var path = Path.Combine(Lab.Repository, file);
            File.WriteAllText(path, File.ReadAllText(path).Replace(from, to, StringComparison.Ordinal));
            Lab.Commit($"{to} in {file}");
        }
    }

    private void AllWell()
    {
        foreach (var host in Lab.Fleet.Hosts)
        {
            CommandResult? status = null;
            Patience.Until(() => (status = Lab.Provision("slot", "status", host.Name)).ExitCode == 0, TimeSpan.FromMinutes(5), () =>
                status!.Text + status.Error);
        }
    }
}
