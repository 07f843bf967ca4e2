namespace Provision.Lab;

/// <summary>The same hosts with the Cyrus of Debian 13, which is 3.10.</summary>
[Trait("Tier", "machine")]
[Collection("mail")]
public sealed class MailReleaseTests
{
    [Fact]
    public void The_slots_of_a_store_run_replicate_and_change_their_master_on_Debian_13()
    {
        using var mail = new InstalledMailLab("trixie");
        var (old, target) = (mail.MasterOf("store1"), mail.ReplicasOf("store1")[0]);
        Assert.StartsWith("3.10.", MailLab.Good(mail.Lab.On(mail.Lab.Slot(old).Host.Name, "dpkg-query --show --showformat='${Version}' cyrus-imapd")),
            StringComparison.Ordinal);
        mail.Deliver(old, "u1", "before");
        Patience.Until(() => mail.Lab.Masters("stores", "compare").ExitCode == 0, TimeSpan.FromMinutes(5), () =>
            mail.Lab.Masters("stores", "compare").Text + mail.Lab.Journals());
        mail.WaitUntilInSync("store1");
        var moved = mail.Lab.Masters("failover", "--store", "store1", "--to", target, "--yes");
        Assert.True(moved.ExitCode == 0, moved.Text + moved.Error + mail.Lab.Journals());
        mail.Deliver(target, "u1", "after");
        mail.WaitUntilInSync("store1");
        Assert.Equal(["after", "before"], mail.InboxAt(old, "u1").Order(StringComparer.Ordinal));
        var compared = mail.Lab.Masters("stores", "compare");
        Assert.True(compared.ExitCode == 0, compared.Text + compared.Error);
        foreach (var host in mail.Lab.Fleet.Hosts)
        {
            Patience.Until(() => mail.Lab.Provision("slot", "status", host.Name).ExitCode == 0, TimeSpan.FromMinutes(5), () =>
                mail.Lab.Provision("slot", "status", host.Name).Text);
            var diff = mail.Lab.On(host.Name, "provision diff cyrus");
            Assert.True(diff.ExitCode == 0, host.Name + "\n" + diff.Text + diff.Error);
        }
    }
}
