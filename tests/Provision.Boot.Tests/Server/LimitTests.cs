using System.Net;
using System.Net.Http.Json;
using System.Text;
using Provision.Boot.Jobs;
using Provision.Boot.Server;

namespace Provision.Boot.Tests;

/// <summary>Whoever can reach the server may send as much as he likes: what is kept of it is bounded, and jobs have their room.</summary>
public sealed class LimitTests : IAsyncLifetime
{
    private static readonly DiscoveryReport Report = new(null, [BootSite.Unknown], "Box", null, ["disk"], [1]);
    private BootSite site = null!;

    public async Task InitializeAsync() => site = await BootSite.Start();

    public async Task DisposeAsync() => await site.DisposeAsync();

    /// <summary>4,000 boots with as many UUIDs made 4,000 lines, and each answer told the UUID that the job is for.</summary>
    [Fact]
    public async Task Alarms_of_a_kind_are_folded_and_no_answer_tells_of_the_machine_that_is_awaited()
    {
        var job = site.Arm();
        await site.Script();
        var token = (await site.Ticket(job)).Token;
        for (var i = 0; i < 1000; i++)
        {
            Assert.DoesNotContain(BootSite.Uuid, await site.Script(uuid: Guid.NewGuid().ToString()), StringComparison.Ordinal);
        }

        using var claim = await site.Claim(job, token, uuid: BootSite.OtherUuid);
        Assert.Equal(HttpStatusCode.Conflict, claim.StatusCode);
        Assert.DoesNotContain(BootSite.Uuid, await claim.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var jobs = site.Jobs();
        var alarms = jobs.Lines(0, job.Id, 5000).Where(line => line.Event.Step == "alarm").Select(line => line.Event.Text).ToList();
        Assert.Equal(4, alarms.Count);
        Assert.Contains(BootSite.Uuid, alarms[0], StringComparison.Ordinal);
        Assert.EndsWith("(1000 times)", alarms[3], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_report_of_an_unknown_machine_has_a_size_and_a_depth()
    {
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, await Post(Report with { Bundle = new byte[800 << 10] }));
        Assert.Equal(HttpStatusCode.OK, await Post(Report with { Bundle = new byte[700 << 10] }));
        using var deep = new StringContent($$"""{"macs":{{new string('[', 60)}}{{new string(']', 60)}}}""", Encoding.UTF8, "application/json");
        Assert.Equal(HttpStatusCode.BadRequest, (await site.Http.PostAsync("/discovered", deep)).StatusCode);
    }

    [Fact]
    public async Task A_source_reports_a_few_machines_at_once_and_then_slowly()
    {
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal(HttpStatusCode.OK, await Post(Machine(i)));
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, await Post(Machine(10)));
        site.Clock.Move(TimeSpan.FromSeconds(20));
        Assert.Equal(HttpStatusCode.OK, await Post(Machine(10)));
        Assert.Equal(HttpStatusCode.TooManyRequests, await Post(Machine(11)));
    }

    /// <summary>36 reports made a job database of 642 MB.</summary>
    [Fact]
    public async Task Unknown_machines_are_counted_kept_apart_from_jobs_and_forgotten()
    {
        var before = new FileInfo(site.Database).Length;
        for (var i = 0; i < DiscoveredMachines.Most; i++)
        {
            Assert.Equal(HttpStatusCode.OK, await Post(Machine(i)));
            site.Clock.Move(TimeSpan.FromSeconds(20));
        }

        Assert.Equal(HttpStatusCode.ServiceUnavailable, await Post(Machine(DiscoveredMachines.Most)));
        site.Clock.Move(TimeSpan.FromSeconds(20));
        Assert.Equal(HttpStatusCode.OK, await Post(Machine(0)));
        Assert.Equal(before, new FileInfo(site.Database).Length);
        Assert.Contains($"{DiscoveredMachines.Most} unknown machines", await site.Http.GetStringAsync("/"), StringComparison.Ordinal);
        site.Clock.Move(TimeSpan.FromDays(8));
        await BootSite.Until(() => Task.FromResult(new StateDirectory(site.State).Discovered.Count == 0));
    }

    [Fact]
    public void A_version_1_database_gives_its_discovered_machines_up()
    {
        var old = Path.Combine(site.Folder, "old.sqlite");
        SqliteJobDatabase.Open(old).Dispose();
        using (var connection = SqliteFile.Connect(old))
        {
            connection.Run("CREATE TABLE discovered (id TEXT PRIMARY KEY, at TEXT NOT NULL, body TEXT NOT NULL, bundle BLOB NOT NULL) WITHOUT ROWID");
            connection.Run("PRAGMA user_version = 1");
        }

        using (SqliteJobDatabase.Open(old))
        {
            using var connection = SqliteFile.Connect(old);
            Assert.Equal(["cards", "jobs", "lines"],
                connection.Query("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name", row => row.GetString(0)));
        }
    }

    [Fact]
    public void A_rate_is_a_burst_and_then_steady_and_remembers_a_bounded_number_of_sources()
    {
        var clock = new BootSite.ManualClock();
        var rate = new SourceRate(2, TimeSpan.FromSeconds(10), clock);
        bool[] Take(int times) => [.. Enumerable.Range(0, times).Select(_ => rate.TryTake(IPAddress.Loopback))];
        Assert.Equal([true, true, false], Take(3));
        clock.Move(TimeSpan.FromSeconds(9));
        Assert.Equal([false], Take(1));
        clock.Move(TimeSpan.FromSeconds(1));
        Assert.Equal([true, false], Take(2));
        for (var i = 0; i < 30_000; i++)
        {
            Assert.True(rate.TryTake(new IPAddress(i + 1)));
        }
    }

    [Fact]
    public void Turns_are_counted_by_source_and_given_back_once()
    {
        var turns = new Turns(3, 2);
        IPAddress one = IPAddress.Parse("192.0.2.1"), other = IPAddress.Parse("192.0.2.2");
        var first = turns.TryTake(one)!;
        Assert.NotNull(turns.TryTake(one));
        Assert.Null(turns.TryTake(one));
        Assert.NotNull(turns.TryTake(other));
        Assert.Null(turns.TryTake(other));
        first.Dispose();
        first.Dispose();
        Assert.NotNull(turns.TryTake(other));
        Assert.Null(turns.TryTake(one));
    }

    private static DiscoveryReport Machine(int number) => Report with { Macs = [$"02:00:00:00:{number >> 8:x2}:{number & 255:x2}"] };

    private async Task<HttpStatusCode> Post(DiscoveryReport report)
    {
        try
        {
            using var answer = await site.Http.PostAsJsonAsync("/discovered", report, JobsJson.Default.DiscoveryReport);
            return answer.StatusCode;
        }
        catch (HttpRequestException)
        {
            return HttpStatusCode.RequestEntityTooLarge; // The server hung up on a body that is too long, before it was sent.
        }
    }
}
