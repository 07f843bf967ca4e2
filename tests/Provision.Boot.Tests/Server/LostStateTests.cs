using System.Net;
using Provision.Boot.Jobs;

namespace Provision.Boot.Tests;

/// <summary>Databases that are gone or damaged mean local boot, and say so; two processes that use one agree.</summary>
public sealed class LostStateTests : IAsyncLifetime
{
    private BootSite site = null!;

    public async Task InitializeAsync() => site = await BootSite.Start();

    public async Task DisposeAsync() => await site.DisposeAsync();

    [Fact]
    public async Task A_lost_database_means_local_boot()
    {
        var job = await site.Claimed();
        foreach (var file in Directory.GetFiles(site.State, "jobs.sqlite*"))
        {
            File.Delete(file);
        }

        Assert.Contains("local disk", await site.Script(), StringComparison.Ordinal);
        await BootSite.Until(async () => (await site.Held(HttpMethod.Get, $"/jobs/{job.Id}")).StatusCode == HttpStatusCode.Unauthorized);
        Assert.True(site.HasSaid("every machine boots from its own disk"));
        Assert.Contains("local disk: web1 is not armed", await site.Script(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_database_means_local_boot_and_is_never_replaced()
    {
        var job = await site.Claimed();
        await site.DisposeAsync();
        site = await BootSite.Start();
        foreach (var file in Directory.GetFiles(site.State, "jobs.sqlite*"))
        {
            File.Delete(file);
        }

        site.Write("state/jobs.sqlite", new string('x', 8192));
        await site.Restart();
        Assert.Contains("local disk", await site.Script(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await site.Http.GetAsync($"/jobs/{job.Id}")).StatusCode);
        Assert.Contains("cannot be read", await site.Http.GetStringAsync("/"), StringComparison.Ordinal);
        Assert.Equal(new string('x', 8192), File.ReadAllText(site.Database));
    }

    [Fact]
    public void A_database_of_a_newer_version_is_left_alone()
    {
        using (site.Jobs())
        {
        }

        using (var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={site.Database};Pooling=false"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA user_version = 99";
            command.ExecuteNonQuery();
        }

        Assert.Contains("newer provision", Assert.Throws<StateLostException>(() => site.Jobs()).Message, StringComparison.Ordinal);
    }

    /// <summary>What an older version armed has no order that an installer could verify.</summary>
    [Fact]
    public async Task Jobs_that_an_older_version_armed_end_as_local_boots_and_are_logged()
    {
        var job = site.Arm(sign: armed => armed with { Signed = null });
        await site.Stop();
        using (var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={site.Database};Pooling=false"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA user_version = 2";
            command.ExecuteNonQuery();
        }

        await site.Open();
        Assert.Contains("local disk: web1 is not armed", await site.Script(), StringComparison.Ordinal);
        Assert.True(site.HasSaid("an older version armed were closed, their hosts boot from their own disks: web1"));
        using var jobs = site.Jobs();
        Assert.Equal(JobState.Disarmed, jobs.Find(job.Id)!.State);
        Assert.Contains(jobs.Lines(0, job.Id, 100), line => line.Event is { IsError: true } said
            && said.Text.Contains("arm it again", StringComparison.Ordinal));
    }

    [Fact]
    public void A_host_is_armed_once_whoever_is_first()
    {
        site.Arm();
        var second = Assert.ThrowsAny<Exception>(() => site.Arm());
        Assert.IsType<Xunit.Sdk.TrueException>(second);
        Assert.ThrowsAny<Exception>(() => site.Arm("web2", BootSite.Web1)); // the same card
        using var jobs = site.Jobs();
        var job = Assert.Single(jobs.Jobs(onlyOpen: true, 10));
        jobs.Change(job.Id, new DisarmAsked(site.Clock.GetUtcNow()));
        site.Arm();
    }

    [Fact]
    public async Task Many_claims_at_once_are_one_claim()
    {
        var job = site.Arm();
        await site.Script();
        var token = (await site.Ticket(job)).Token;
        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => site.Claim(job, token, BootSite.NewRecipient())));
        Assert.Equal(1, answers.Count(answer => answer.StatusCode == HttpStatusCode.OK));
    }

    [Fact]
    public void Only_the_owner_reads_the_state()
    {
        using var jobs = site.Jobs();
        const UnixFileMode others = UnixFileMode.GroupRead | UnixFileMode.OtherRead | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(site.State) & others);
        Assert.All(Directory.GetFiles(site.State), file => Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(file) & others));
    }
}
