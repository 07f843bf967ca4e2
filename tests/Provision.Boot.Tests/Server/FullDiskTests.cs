using System.Net;
using Provision.Boot.Jobs;
using Provision.Boot.Server;

namespace Provision.Boot.Tests;

/// <summary>A boot server whose disk is full, on a small file system of its own.</summary>
public sealed class FullDiskTests : IAsyncLifetime
{
    private readonly ProcessRunner runner = new();
    private BootSite site = null!;

    public async Task InitializeAsync()
    {
        site = await BootSite.Start(state => runner.Run(Command.Of("mount", "-t", "tmpfs", "-o", "size=24m,mode=0700", "tmpfs", state)).OrThrow());
    }

    public async Task DisposeAsync()
    {
        await site.Stop();
        runner.Run(Command.Of("umount", "--lazy", site.State)).OrThrow();
        await site.DisposeAsync();
    }

    /// <summary>Nothing can be noted, so nothing new is offered; but what was armed can be seen, and disarmed.</summary>
    [Fact]
    public async Task States_are_read_and_a_host_is_disarmed()
    {
        var job = await site.Claimed();
        Fill();
        Assert.Contains("web2 is not armed", await site.Script(BootSite.Web2), StringComparison.Ordinal);
        Assert.Contains("web1", await site.Http.GetStringAsync("/"), StringComparison.Ordinal);
        using var answer = await site.Held(HttpMethod.Get, $"/jobs/{job.Id}");
        Assert.True(answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.ServiceUnavailable, answer.ToString());
        using (var jobs = site.Jobs())
        {
            Assert.True(jobs.Find(job.Id)!.State.IsOpen());
            Assert.True(jobs.Change(job.Id, new DisarmAsked(site.Clock.GetUtcNow()))!.IsAccepted);
        }

        Assert.Contains("local disk", await site.Script(), StringComparison.Ordinal);
    }

    /// <summary>No server runs: the command itself has to make the files that SQLite needs.</summary>
    [Fact]
    public async Task A_command_reads_and_disarms_without_a_server()
    {
        var job = await site.Claimed();
        await site.Stop();
        Fill();
        using var jobs = site.Jobs();
        Assert.True(jobs.Find(job.Id)!.State.IsOpen());
        Assert.True(jobs.Change(job.Id, new DisarmAsked(site.Clock.GetUtcNow()))!.IsAccepted);
    }

    private void Fill()
    {
        var full = runner.Run(Command.Of("dd", "if=/dev/urandom", $"of={site.State}/fill", "bs=4096"));
        Assert.Contains("No space left", full.Error, StringComparison.Ordinal);
    }
}
