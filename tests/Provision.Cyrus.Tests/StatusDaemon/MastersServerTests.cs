using System.Net;
using System.Text;
using Provision.Stores.Instances;
using Provision.Stores.Mastership;

namespace Provision.Cyrus.Tests;

/// <summary>What the status daemon answers, while the database is there and while it is not.</summary>
public sealed class MastersServerTests : IAsyncLifetime
{
    private static readonly DateTimeOffset At = DateTimeOffset.UnixEpoch;
    private readonly MastersSite site = MastersSite.Make();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await site.DisposeAsync();

    [Fact]
    public async Task A_change_is_told_by_a_daemon_that_looks_twice_a_second_and_by_a_relay()
    {
        Assert.Equal(TimeSpan.FromSeconds(0.5), site.Options().Poll);
        var http = await site.Start();
        var relay = await site.Start(http);
        foreach (var one in new[] { http, relay })
        {
            await MastersSite.Until(async () => (await MastersSite.Masters(one)).GetProperty("live").GetBoolean());
        }

        Assert.Equal($"OK 127.77.1.1 {site.ImapPort}", await MastersSite.Auth(http, "ann%40lab.example"));
        foreach (var one in new[] { http, relay })
        {
            var epoch = one == http ? 1 : 2;
            var target = epoch % 2 == 1 ? MastersSite.B1 : MastersSite.A1;
            site.Do(new MastershipChange.Begin("s1", target, epoch, "x", At));
            await MastersSite.Until(async () => await MastersSite.Auth(one, "ann@lab.example") == "WAIT 1");
            site.Do(new MastershipChange.Assign("s1", epoch, "x", At), new MastershipChange.Up("s1", epoch + 1, "x", At));
            await MastersSite.Until(async () =>
                await MastersSite.Auth(one, "ann@lab.example") == $"OK 127.77.{(target == MastersSite.B1 ? 2 : 1)}.1 {site.ImapPort}");
        }
    }

    [Fact]
    public async Task Confirmations_are_of_now()
    {
        var http = await site.Start();
        var relay = await site.Start(http);
        foreach (var one in new[] { http, relay })
        {
            Assert.Equal((HttpStatusCode.OK, """{"slot":"sloti1t01","store":"s1","master":true,"epoch":1,"fenced":false,"serial":1}"""), await MastersSite.Confirm(one, MastersSite.A1));
            Assert.Equal((HttpStatusCode.OK, """{"slot":"sloti2t01","store":"s1","master":false,"epoch":null,"fenced":false,"serial":1}"""), await MastersSite.Confirm(one, MastersSite.B1));
            Assert.Equal((HttpStatusCode.OK, """{"slot":"sloti2t02","store":"s2","master":false,"epoch":null,"fenced":false,"serial":1}"""), await MastersSite.Confirm(one, MastersSite.B2)); // not enrolled
            Assert.Equal((HttpStatusCode.OK, """{"slot":"sloti2t03","store":null,"master":false,"epoch":null,"fenced":false,"serial":1}"""), await MastersSite.Confirm(one, MastersSite.Free));
            Assert.Equal((HttpStatusCode.NotFound, "there is no slot sloti9t01\n"), await MastersSite.Confirm(one, "sloti9t01"));
            Assert.Equal(HttpStatusCode.BadRequest, (await http.GetAsync("/confirm")).StatusCode);
        }

        // No poll in between: the very next question has the answer.
        for (var epoch = 1; epoch < 20; epoch++)
        {
            var (old, next) = epoch % 2 == 1 ? (MastersSite.A1, MastersSite.B1) : (MastersSite.B1, MastersSite.A1);
            site.Do(new MastershipChange.Begin("s1", next, epoch, "x", At));
            Assert.All(await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => MastersSite.Confirm(http, old))), answer =>
                Assert.Contains("\"master\":false", answer.Text, StringComparison.Ordinal));
            site.Do(new MastershipChange.Assign("s1", epoch, "x", At));
            Assert.Contains($"\"master\":true,\"epoch\":{epoch + 1},", (await MastersSite.Confirm(relay, next)).Text, StringComparison.Ordinal);
            site.Do(new MastershipChange.Up("s1", epoch + 1, "x", At));
        }

        site.Do(new MastershipChange.Force("s1", MastersSite.A1, 20, "dead", "x", At));
        Assert.Contains("\"store\":\"s1\",\"master\":false,\"epoch\":null,\"fenced\":true", (await MastersSite.Confirm(http, MastersSite.B1)).Text,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task While_the_database_is_lost_known_masters_are_told_and_nothing_is_confirmed()
    {
        var http = await site.Start();
        var relay = await site.Start(http);
        await MastersSite.Until(async () => await MastersSite.Auth(relay, "ann@lab.example") == $"OK 127.77.1.1 {site.ImapPort}");
        site.Lose();
        await MastersSite.Until(async () => !(await MastersSite.Masters(http)).GetProperty("live").GetBoolean());
        await MastersSite.Until(async () => !(await MastersSite.Masters(relay)).GetProperty("live").GetBoolean());
        foreach (var one in new[] { http, relay })
        {
            Assert.Equal($"OK 127.77.1.1 {site.ImapPort}", await MastersSite.Auth(one, "ann@lab.example"));
            Assert.True((await MastersSite.Masters(one)).GetProperty("age").GetDouble() > 1);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, (await MastersSite.Confirm(one, MastersSite.A1)).Status);
        }

        // A restart in that time forgets nothing.
        await site.Stop();
        http = await site.Start();
        Assert.Equal($"OK 127.77.1.1 {site.ImapPort}", await MastersSite.Auth(http, "ann@lab.example"));
        var masters = await MastersSite.Masters(http);
        Assert.True(!masters.GetProperty("live").GetBoolean() && !masters.TryGetProperty("age", out _));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await MastersSite.Confirm(http, MastersSite.A1)).Status);

        site.Find();
        await MastersSite.Until(async () => (await MastersSite.Masters(http)).GetProperty("live").GetBoolean());
        Assert.Equal(HttpStatusCode.OK, (await MastersSite.Confirm(http, MastersSite.A1)).Status);
    }

    [Fact]
    public async Task An_old_copy_of_the_database_confirms_nothing()
    {
        File.Copy(site.Database, Path.Combine(site.Folder, "old.sqlite"));
        site.Do(new MastershipChange.Begin("s1", MastersSite.B1, 1, "x", At), new MastershipChange.Assign("s1", 1, "x", At),
            new MastershipChange.Up("s1", 2, "x", At));
        var http = await site.Start();
        Assert.Contains("\"master\":false", (await MastersSite.Confirm(http, MastersSite.A1)).Text, StringComparison.Ordinal);
        site.Lose();
        Directory.CreateDirectory(Path.GetDirectoryName(site.Database)!);
        File.Copy(Path.Combine(site.Folder, "old.sqlite"), site.Database);
        var (status, text) = await MastersSite.Confirm(http, MastersSite.A1);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, true), (status, text.Contains("went back from serial 4 to 1", StringComparison.Ordinal)));
        Assert.Equal($"OK 127.77.2.1 {site.ImapPort}", await MastersSite.Auth(http, "ann@lab.example"));
    }

    /// <summary>The copy is changed until its serial is that of the lost one, and further: epoch 1 is never confirmed after epoch 2.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_old_copy_that_was_changed_since_confirms_nothing_until_a_restore(bool relayed)
    {
        var old = Path.Combine(site.Folder, "old.sqlite");
        File.Copy(site.Database, old);
        site.Do(new MastershipChange.Begin("s1", MastersSite.B1, 1, "x", At), new MastershipChange.Assign("s1", 1, "x", At),
            new MastershipChange.Up("s1", 2, "x", At));
        var http = await site.Start();
        using (var store = site.Store())
        {
            File.WriteAllBytes(Path.Combine(site.Folder, "export.json"), MastershipExport.ToBytes(store.Read()));
        }

        var last = relayed ? await site.Start(http) : http;
        Assert.Contains("\"master\":false", (await MastersSite.Confirm(last, MastersSite.A1)).Text, StringComparison.Ordinal);
        await MastersSite.Until(async () => (await MastersSite.Masters(last)).GetProperty("serial").GetInt64() == 4);
        site.Lose();
        Directory.CreateDirectory(Path.GetDirectoryName(site.Database)!);
        File.Copy(old, site.Database);
        foreach (var change in (MastershipChange[])[
            new MastershipChange.Enroll("s2", MastersSite.B2, "x", At), new MastershipChange.Begin("s2", MastersSite.A2, 1, "x", At),
            new MastershipChange.GiveUp("s2", 1, "x", At), new MastershipChange.Up("s2", 1, "x", At)])
        {
            site.Do(change);
            var (status, text) = await MastersSite.Confirm(last, MastersSite.A1);
            Assert.True(status == HttpStatusCode.ServiceUnavailable, text);
            Assert.DoesNotContain("\"master\":true", text, StringComparison.Ordinal);
        }

        Assert.Contains("masters restore", (await MastersSite.Confirm(http, MastersSite.A1)).Text, StringComparison.Ordinal);
        var problems = new DiagnosticBag();
        var exported = MastershipExport.Read(File.ReadAllBytes(Path.Combine(site.Folder, "export.json")), "export", problems)!.Value.Snapshot;
        using (var store = site.Store())
        {
            Assert.Null(store.Restore(exported, "x", At, force: true).Refusal);
        }

        await MastersSite.Until(async () => (await MastersSite.Confirm(last, MastersSite.B1)).Text.Contains("\"master\":true", StringComparison.Ordinal));
        await MastersSite.Until(async () => (await MastersSite.Masters(last)).GetProperty("serial").GetInt64() > 1000);
        Assert.Contains("\"master\":false", (await MastersSite.Confirm(last, MastersSite.A1)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_relay_does_not_believe_a_serial_that_no_chain_proves()
    {
        var http = await site.Start();
        await using var wrong = await WrongDaemon.Start("""{"format":1,"serial":9000000000,"stores":[],"fenced":[],"live":true,"age":0}""");
        var relay = await site.Start(http);
        await MastersSite.Until(async () => (await MastersSite.Masters(relay)).GetProperty("serial").GetInt64() == 1);
        await site.Stop();
        http = await site.Start();
        using var other = new HttpClient { BaseAddress = wrong.Address };
        relay = await site.Start(other, http);
        site.Do(new MastershipChange.Enroll("s2", MastersSite.B2, "x", At));
        await MastersSite.Until(async () => (await MastersSite.Masters(relay)) is var masters && masters.GetProperty("serial").GetInt64() == 2
            && masters.GetProperty("live").GetBoolean());
        lock (site.Said)
        {
            Assert.Contains(site.Said, line => line.Contains("nothing proves that the masters of serial 9000000000 came from those of serial",
                StringComparison.Ordinal));
        }
    }

    /// <summary>Who answers in the daemon's place has the newest masters, a chain that fits, and a key of his own.</summary>
    [Fact]
    public async Task A_relay_and_a_slot_believe_nobody_but_the_daemon_whose_key_the_inventory_has()
    {
        var (real, pin) = await StartWithKey("real");
        var relay = await site.Start(new HttpClient { BaseAddress = new Uri(real, pin) });
        await MastersSite.Until(async () => (await MastersSite.Masters(relay)).GetProperty("live").GetBoolean());
        Assert.Contains("\"master\":true", (await MastersSite.Confirm(relay, MastersSite.A1)).Text, StringComparison.Ordinal);
        using (var slot = new MasterQuestion([new Uri(real, pin)]))
        {
            Assert.True(slot.Ask(MastersSite.A1) is { Master: true }, string.Join('\n', slot.Failures));
        }

        var (impostor, other) = await StartWithKey("impostor");
        Assert.NotEqual(pin, other);
        foreach (var url in (Uri[])[new Uri(impostor, pin), impostor])
        {
            using var slot = new MasterQuestion([url]);
            Assert.Null(slot.Ask(MastersSite.A1));
            Assert.Null(slot.AskAll());
            Assert.All(slot.Failures, failure => Assert.EndsWith("it has another key than the inventory says; find out why before you change the inventory",
                failure, StringComparison.Ordinal));
        }

        File.Delete(Path.Combine(site.Folder, "relay/last.json"));
        relay = await site.Start(new HttpClient { BaseAddress = new Uri(impostor, pin) });
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await MastersSite.Confirm(relay, MastersSite.A1)).Status);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await relay.GetAsync("/masters")).StatusCode);

        // With the impostor's own key in the inventory it is believed.
        relay = await site.Start(new HttpClient { BaseAddress = new Uri(impostor, other) });
        Assert.Contains("\"master\":true", (await MastersSite.Confirm(relay, MastersSite.A1)).Text, StringComparison.Ordinal);
    }

    private async Task<(Uri Url, string Pin)> StartWithKey(string name)
    {
        var file = Path.Combine(site.Folder, name + ".pem");
        File.WriteAllText(file, PinnedKey.NewServerPem());
        var certificate = PinnedKey.ReadServerPem(file);
        using var http = await site.Start(site.Options() with { Certificate = certificate });
        return (http.BaseAddress!, PinnedKey.Of(certificate));
    }

    [Fact]
    public async Task Everybody_else_is_told_why_not()
    {
        var http = await site.Start();
        Assert.Equal("unknown user", await MastersSite.Auth(http, "mallory@lab.example"));
        Assert.Equal("unknown user", await MastersSite.Auth(http, null));
        Assert.Equal("no master is known of this mailbox's store", await MastersSite.Auth(http, "bob@lab.example"));
        Assert.Equal("this protocol is not served here", await MastersSite.Auth(http, "ann@lab.example", "smtp"));
        Assert.Equal("OK 127.77.1.1 2110", await MastersSite.Auth(http, null, "pop3", store: "s1"));
        site.Do(new MastershipChange.Enroll("s2", "sloti8t08", "x", At));
        await MastersSite.Until(async () => await MastersSite.Auth(http, "bob@lab.example") == "the address of this mailbox's server is not known");
        site.Write("users", "bob@lab.example s1\n");
        await MastersSite.Until(async () => await MastersSite.Auth(http, "bob@lab.example") == $"OK 127.77.1.1 {site.ImapPort}");
        site.Write("users", "half a line\nbob@lab.example s2\n");
        await MastersSite.Until(() => Task.FromResult(
            site.Said.Exists(line => line.Contains("users:1: expected a user and a store", StringComparison.Ordinal))));
        Assert.Equal($"OK 127.77.1.1 {site.ImapPort}", await MastersSite.Auth(http, "bob@lab.example"));
    }

    [Fact]
    public async Task Owed_exports_are_made_up_for()
    {
        File.WriteAllText(Path.Combine(site.Folder, "exports"), "in the way");
        await site.Start();
        await MastersSite.Until(() => Task.FromResult(site.Said.Exists(line => line.Contains("is owed", StringComparison.Ordinal))));
        File.Delete(Path.Combine(site.Folder, "exports"));
        var file = Path.Combine(site.Folder, "exports", MastershipExport.FileName(1));
        await MastersSite.Until(() => Task.FromResult(File.Exists(file)));
        using var store = site.Store();
        Assert.Equal(MastershipExport.ToBytes(store.Read()), await File.ReadAllBytesAsync(file));
    }
}
