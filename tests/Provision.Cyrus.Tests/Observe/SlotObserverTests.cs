using Provision.Cyrus.Observe;
using Provision.Cyrus.Tests.RealCyrus;
using Provision.Stores.Instances;

namespace Provision.Cyrus.Tests.Observe;

/// <summary>What the observer sees of slots that really run.</summary>
[Collection(OneStore.Name)]
public class SlotObserverTests(RealStore store)
{
    [Fact]
    public void A_master_that_is_well_says_so_on_every_port()
    {
        var health = store.WaitUntilWell(store.Master);
        Assert.Equal((ReplicationRole.Master, "unknown"), (health.Role, health.Unit));
        Assert.Equal(["imap", "pop3", "lmtp", "http", "sieve", "syncserver"], health.Services.Select(service => service.Name));
        Assert.All(health.Services, service => Assert.NotNull(service.Banner));
        Assert.Contains(store.Master, health.Services[0].Banner, StringComparison.Ordinal);
        Assert.Equal(["idled", "squatter", "sync1", "sync2"], health.Daemons);
        Assert.Equal(store.Slots.Skip(1), health.Channels.Select(channel => channel.Name));
    }

    [Fact]
    public void A_replica_has_no_channels_and_serves_only_what_a_replica_serves()
    {
        var health = store.WaitUntilWell(store.Slots[1]);
        Assert.Equal(ReplicationRole.Replica, health.Role);
        Assert.Equal(["imap", "syncserver"], health.Services.Select(service => service.Name));
        Assert.Equal(["idled", "squatter"], health.Daemons);
        Assert.Empty(health.Channels);
    }

    [Fact]
    public void What_a_stopped_replica_lacks_grows_older_though_mail_goes_on_coming()
    {
        var late = store.Slots[2];
        store.Stop(late);
        try
        {
            Assert.Contains("it does not run", Assert.Single(store.Observer.Observe(late).Problems), StringComparison.Ordinal);
            using var lmtp = new LmtpSession(store.Service(store.Master, "lmtp"));
            lmtp.Deliver("alice", "one");
            Assert.True(RealStore.Wait(() => Lag()?.Age > TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5)));
            lmtp.Deliver("alice", "two");
            Assert.True(Lag()!.Age > TimeSpan.FromSeconds(1));
            Assert.True(Lag()!.Bytes > 0);
            Assert.Null(store.Observer.Observe(store.Master).Channels[0].Age is { } age && age > TimeSpan.FromSeconds(30) ? "the other replica is behind too"
                : null);
        }
        finally
        {
            store.Start(late);
            store.WaitUntilWell(late);
        }

        store.WaitUntilReplicated();

        ReplicationChannel? Lag() => store.Observer.Observe(store.Master).Channels.Single(channel => channel.Name == late);
    }

    [Fact]
    public void A_service_that_cannot_start_is_named_though_its_port_takes_connections()
    {
        store.Shell("mount --bind /bin/false /usr/lib/cyrus/bin/timsieved");
        try
        {
            InstanceHealth health = null!;
            Assert.True(RealStore.Wait(() => (health = store.Observer.Observe(store.Master)).Problems.Count == 1, TimeSpan.FromMinutes(5)),
                string.Join("; ", health.Problems));
            Assert.StartsWith("sieve at ", Assert.Single(health.Problems), StringComparison.Ordinal);
            Assert.Null(health.Services.Single(service => service.Name == "sieve").Banner);
        }
        finally
        {
            store.Shell("umount /usr/lib/cyrus/bin/timsieved");
            store.Stop(store.Master);
            store.Start(store.Master);
            store.WaitUntilWell(store.Master);
        }
    }

    [Fact]
    public void A_daemon_that_does_not_run_is_named()
    {
        var replica = store.Slots[1];
        // Master starts it again at once; what it starts then is something else.
        store.Shell("printf '#!/bin/sh\\nexec sleep 600\\n' > /mnt/not-idled; chmod 755 /mnt/not-idled; mount --bind /mnt/not-idled /usr/lib/cyrus/bin/idled");
        try
        {
            store.Shell($"kill $(pgrep -f '^idled -C /etc/cyrus/{replica}/imapd.conf$')");
            InstanceHealth health = null!;
            Assert.True(RealStore.Wait(() => (health = store.Observer.Observe(replica)) is { MissingDaemons: ["idled"], Problems.Count: 1 },
                TimeSpan.FromMinutes(5)), string.Join("; ", health.Problems));
            Assert.Equal(["its daemon idled does not run"], health.Problems);
        }
        finally
        {
            store.Shell("umount /usr/lib/cyrus/bin/idled");
            store.Stop(replica);
            store.Start(replica);
            store.WaitUntilWell(replica);
        }
    }

    [Fact]
    public void The_command_says_in_JSON_what_the_observer_sees()
    {
        var program = Environment.GetEnvironmentVariable("PROVISION_BINARY") is { Length: > 0 } given ? given
            : Path.Combine(RealStore.Repository, "out/provision");
        foreach (var slot in store.Slots)
        {
            CommandResult said = null!;
            Assert.True(RealStore.Wait(() => (said = Status(slot)).ExitCode == 0, TimeSpan.FromMinutes(5)), said.Text + said.Error);
            Assert.Equal(Text([store.WaitUntilWell(slot)]), Text(InstanceHealthJson.FromJson(said.Output.Span)));
        }

        Assert.Equal(1, Status("sloti33d1t02").ExitCode);

        // sloti33d1t01 is on imap33
        CommandResult Status(string slot) =>
            store.Commands.Run(Command.Of(program, "--repo", RealStore.Repository, "slot", "status", "imap" + slot[5..7], slot, "--here", "-o", "json"));

        // Banners hold a number of the session, and mail may be on its way.
        static string Text(InstanceHealth[] slots) => System.Text.Encoding.UTF8.GetString(InstanceHealthJson.ToJson([.. slots.Select(slot => slot with
        {
            Services = [.. slot.Services.Select(service => service with { Banner = service.Banner![..4] })],
            Channels = [.. slot.Channels.Select(channel => channel with { Age = null, Bytes = 0, IsRunning = false })],
        })]));
    }

    [Fact]
    public void A_pid_file_that_names_another_process_proves_nothing()
    {
        var replica = store.Slots[2];
        var pid = System.Text.Encoding.ASCII.GetString(store.Files.Read($"/run/cyrus/{replica}/master.pid")!.Content);
        try
        {
            store.Shell($"echo 1 > /run/cyrus/{replica}/master.pid");
            Assert.Contains("names a process that is not its master", Assert.Single(store.Observer.Observe(replica).Problems), StringComparison.Ordinal);
        }
        finally
        {
            store.Shell($"echo {pid.Trim()} > /run/cyrus/{replica}/master.pid");
        }
    }
}
