using System.Text.Json;
using Xunit.Abstractions;

namespace Provision.Lab;

/// <summary>A plan that is walked through on hosts that run: git, ssh, installs, Cyrus's own replication.</summary>
[Collection("mail")]
public sealed class MailPlacementTests(InstalledMailLab mail, ITestOutputHelper output) : IClassFixture<InstalledMailLab>
{
    private MailLab Lab => mail.Lab;

    [Fact]
    public void A_host_is_emptied_while_its_users_work_and_every_message_is_on_all_three_slots()
    {
        mail.Deliver(mail.MasterOf("store1"), "u1", "long before");
        var plan = Path.Combine(Lab.Repository, "../plan.json");
        File.WriteAllText(plan, MailLab.Good(Lab.Provision("stores", "plan", "--evacuate", "imap33", "-o", "json")));
        using (var load = new MailLoad(mail, mail.MasterOf("store1"), TimeSpan.FromSeconds(5)))
        {
            load.WaitForAppends(20);
            var applied = Lab.Masters("stores", "apply", plan, "--yes");
            output.WriteLine(applied.Text + applied.Error);
            Assert.True(applied.ExitCode == 0, applied.Text + applied.Error + Lab.Journals());
            load.Stop();
            output.WriteLine($"{load.Acknowledged.Count} messages acknowledged, {load.Logins} logins, the longest {load.LongestLogin.TotalSeconds:F1} s");
            Assert.NotEmpty(load.Acknowledged);
            using var planned = JsonDocument.Parse(File.ReadAllText(plan));
            Assert.All(planned.RootElement.GetProperty("placement").EnumerateArray(), store => Assert.Equal(store.GetProperty("slots")[0].GetString(),
                mail.MasterOf(store.GetProperty("store").GetString()!)));
            var compared = Lab.Masters("stores", "compare");
            Assert.True(compared.ExitCode == 0, compared.Text + compared.Error);
            foreach (var slot in (string[])["sloti35d1t01", "sloti34d1t01", "sloti43d1t01"])
            {
                Assert.Contains("long before", mail.InboxAt(slot, "u1"));
                Assert.Equal([], load.Acknowledged.Except(InstalledMailLab.Users.SelectMany(user => mail.InboxAt(slot, user))));
            }
        }

        // The store's hosts know all of it, also who is master.
        foreach (var host in Lab.Fleet.Hosts)
        {
            var diff = Lab.On(host.Name, "provision diff");
            Assert.True(diff.ExitCode == 0, host.Name + "\n" + diff.Text + diff.Error);
        }

        // The emptied host serves nothing and has its data; once more, nothing is left to do.
        Assert.False(Lab.On("imap33", "ls /etc/cyrus/sloti33d1t01").Succeeded);
        Assert.True(Lab.On("imap33", "ls /mnt/ssd33d1/sloti33d1t01/store1/conf/provision-slot.json").Succeeded);
        Assert.Equal(0, Lab.Masters("stores", "apply", plan, "--yes").ExitCode);
        var live = Lab.Masters("stores", "--live");
        output.WriteLine(live.Text);
        Assert.True(live.ExitCode == 0, live.Text + live.Error);
    }
}
