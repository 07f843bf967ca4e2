using System.Net;
using System.Net.Http.Json;
using Provision.Boot.Jobs;

namespace Provision.Boot.Tests;

/// <summary>Reinstalls as machines see them: real HTTP, a real database.</summary>
public sealed class ReinstallTests : IAsyncLifetime
{
    private BootSite site = null!;

    public async Task InitializeAsync() => site = await BootSite.Start();

    public async Task DisposeAsync() => await site.DisposeAsync();

    [Fact]
    public async Task Nobody_is_installed_who_was_not_armed()
    {
        Assert.DoesNotContain("kernel", await site.Script(), StringComparison.Ordinal);
        Assert.Contains("local disk: web1 is not armed", await site.Script(), StringComparison.Ordinal);
        Assert.Contains("local disk", await site.Script(BootSite.Old), StringComparison.Ordinal);
        Assert.Contains("local disk", await site.Script("no address"), StringComparison.Ordinal);
        Assert.Contains("provision.discover", await site.Script(BootSite.Unknown), StringComparison.Ordinal);
        Assert.Contains("chain --autofree --replace /boot/${netX/mac:hexhyp}?uuid=${uuid}", await site.Http.GetStringAsync("/boot.ipxe"),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task From_the_first_script_to_the_report()
    {
        var job = site.Arm();
        var script = await site.Script();
        Assert.Equal(script, await site.Script());
        Assert.Contains($"kernel /artefacts/installer/{BootSite.Digest}/vmlinuz initrd=initrd BOOTIF=01-${{netX/mac:hexhyp}} initrd=ticket ", script,
            StringComparison.Ordinal);
        Assert.Contains($"provision.job={job.Id} console=ttyS0 ||", script, StringComparison.Ordinal);
        var ticket = await site.Ticket(job);
        Assert.Equal(ticket, await site.Ticket(job));
        Assert.Equal(site.Address.ToString().TrimEnd('/'), ticket.Server);
        Assert.DoesNotContain(ticket.Token, script, StringComparison.Ordinal);

        using var claim = await site.Claim(job, ticket.Token);
        var order = (await claim.Content.ReadFromJsonAsync(JobsJson.Default.ClaimAnswer))!.Order;
        Assert.Equal(($"/artefacts/os-plain/{BootSite.Digest}/manifest.json", (string?)null), (order!.Image, order.Identity));
        var document = OrderDocument.Parse(order.Order.Document);
        Assert.Equal(("web1", job.Id, job.PlanHash, job.Commit, $"os-plain/{BootSite.Digest}"),
            (document.Host, document.Job, document.PlanHash, document.Commit, document.Image));
        using var events = await site.Held(
            HttpMethod.Post, $"/jobs/{job.Id}/events",
            JsonContent.Create<IReadOnlyList<InstallEvent>>(
            [new(DateTimeOffset.UnixEpoch, "image", "unpacking", 0.5)], JobsJson.Default.IReadOnlyListInstallEvent));
        Assert.Equal(HttpStatusCode.NoContent, events.StatusCode);
        using var done = await site.Report(job, InstallOutcome.Done);
        Assert.Equal(HttpStatusCode.NoContent, done.StatusCode);
        using var again = await site.Report(job, InstallOutcome.Done);
        Assert.Equal(HttpStatusCode.NoContent, again.StatusCode);

        Assert.Contains("local disk: web1 is not armed", await site.Script(), StringComparison.Ordinal);
        using var late = await site.Claim(job, ticket.Token);
        Assert.Equal(HttpStatusCode.Gone, late.StatusCode);
        using var jobs = site.Jobs();
        Assert.Equal(["armed by engineer", "claimed", "claimed by installer 1 at 127.0.0.1", "installing", "unpacking", "done"], jobs.Lines(0, job.Id, 100)
            .Select(line => line.Event.Text.Split(" until")[0]));
    }

    /// <summary>For firmware without PXE: the same decision, the same boot, the same ticket.</summary>
    [Fact]
    public async Task A_running_host_may_ask_for_its_installer_itself()
    {
        Assert.Equal(new BootOffer("web1 is not armed"), await Offer());
        var job = site.Arm();
        var offer = await Offer();
        Assert.Equal((job.Id, $"/artefacts/installer/{BootSite.Digest}/manifest.json", $"/jobs/{job.Id}/ticket"), (offer.Job, offer.Image, offer.Ticket));
        Assert.Equal($"BOOTIF=01-00-00-5e-00-53-a1 provision.server={site.Address.ToString().TrimEnd('/')} provision.job={job.Id} console=ttyS0",
            offer.KernelWords);
        Assert.Contains(offer.KernelWords!["BOOTIF=01-00-00-5e-00-53-a1 ".Length..], await site.Script(), StringComparison.Ordinal);
        using var claim = await site.Claim(job, (await site.Ticket(job)).Token);
        Assert.Equal(HttpStatusCode.OK, claim.StatusCode);

        async Task<BootOffer> Offer() =>
            (await site.Http.GetFromJsonAsync($"/boot/{BootSite.Web1}?uuid={BootSite.Uuid}&form=json", JobsJson.Default.BootOffer))!;
    }

    [Fact]
    public async Task A_replayed_token_is_refused_and_told()
    {
        var job = site.Arm();
        await site.Script();
        var token = (await site.Ticket(job)).Token;
        using var first = await site.Claim(job, token);
        using var lostAnswer = await site.Claim(job, token);
        Assert.Equal(HttpStatusCode.OK, lostAnswer.StatusCode);
        using var replay = await site.Claim(job, token, BootSite.OtherBootKey);
        Assert.Equal(HttpStatusCode.Conflict, replay.StatusCode);
        Assert.Equal(HttpStatusCode.Conflict, (await site.Http.GetAsync($"/jobs/{job.Id}/ticket")).StatusCode);
        using var jobs = site.Jobs();
        Assert.Contains(jobs.Lines(0, job.Id, 100), line => line.Event is { Step: "alarm", IsError: true });
    }

    [Fact]
    public async Task A_second_machine_with_the_same_card_boots_locally_and_is_told()
    {
        var job = site.Arm();
        await site.Script();
        Assert.Contains("local disk", await site.Script(uuid: BootSite.OtherUuid), StringComparison.Ordinal);
        Assert.Contains("kernel", await site.Script(), StringComparison.Ordinal);
        using var claim = await site.Claim(job, (await site.Ticket(job)).Token, uuid: BootSite.OtherUuid);
        Assert.Equal(HttpStatusCode.Conflict, claim.StatusCode);
        using var jobs = site.Jobs();
        Assert.Equal(1, jobs.Lines(0, job.Id, 100).Count(line => line.Event.Step == "alarm")); // The second of a kind is folded into it.
    }

    [Theory]
    [InlineData(31, false)]
    [InlineData(29, true)]
    public async Task After_the_deadline_the_boot_is_local(int minutes, bool installs)
    {
        var job = site.Arm();
        await site.Script();
        var token = (await site.Ticket(job)).Token;
        site.Clock.Move(TimeSpan.FromMinutes(minutes));
        Assert.Equal(installs, (await site.Script()).Contains("kernel", StringComparison.Ordinal));
        using var claim = await site.Claim(job, token);
        Assert.Equal(installs ? HttpStatusCode.OK : HttpStatusCode.Gone, claim.StatusCode);
    }

    [Fact]
    public async Task A_server_that_is_started_again_goes_on_where_it_was()
    {
        var job = site.Arm();
        await site.Script();
        var ticket = await site.Ticket(job);
        await site.Restart();
        Assert.Equal(ticket.Token, (await site.Ticket(job)).Token);
        using var claim = await site.Claim(job, ticket.Token);
        Assert.Equal(HttpStatusCode.OK, claim.StatusCode);
        await site.Restart();
        using var order = await site.Held(HttpMethod.Get, $"/jobs/{job.Id}");
        Assert.Equal(HttpStatusCode.OK, order.StatusCode);

        // The machine lost power: its next boot has another token, the one before is worth nothing.
        Assert.Contains("kernel", await site.Script(), StringComparison.Ordinal);
        using var old = await site.Claim(job, ticket.Token, BootSite.OtherBootKey);
        Assert.Equal(HttpStatusCode.Conflict, old.StatusCode);
        using var early = await site.Claim(job, (await site.Ticket(job)).Token, BootSite.OtherBootKey);
        Assert.Equal(HttpStatusCode.TooManyRequests, early.StatusCode);
        site.Clock.Move(JobTimes.Silence + TimeSpan.FromSeconds(10));
        using var next = await site.Claim(job, (await site.Ticket(job)).Token, BootSite.OtherBootKey);
        Assert.Equal(HttpStatusCode.OK, next.StatusCode);
        using var stale = await site.Held(HttpMethod.Get, $"/jobs/{job.Id}");
        Assert.Equal(HttpStatusCode.Unauthorized, stale.StatusCode);
    }

    [Fact]
    public async Task An_installer_that_differs_waits_until_its_hash_is_approved()
    {
        var job = await site.Claimed();
        using var report = await site.Report(job, InstallOutcome.Differs);
        using var jobs = site.Jobs();
        Assert.False(jobs.Change(job.Id, new Approved(site.Clock.GetUtcNow(), job.PlanHash))!.IsAccepted);
        Assert.Equal(job.PlanHash, await Approved());
        Assert.True(jobs.Change(job.Id, new Approved(site.Clock.GetUtcNow(), new string('f', 64)))!.IsAccepted);
        Assert.Equal(new string('f', 64), await Approved());
        Assert.True(jobs.Change(job.Id, new DisarmAsked(site.Clock.GetUtcNow()))!.IsAccepted);
        using var gone = await site.Held(HttpMethod.Get, $"/jobs/{job.Id}");
        Assert.Equal(HttpStatusCode.Gone, gone.StatusCode);

        async Task<string> Approved()
        {
            using var answer = await site.Held(HttpMethod.Get, $"/jobs/{job.Id}");
            return OrderDocument.Parse((await answer.Content.ReadFromJsonAsync(JobsJson.Default.JobOrder))!.Order.Document).PlanHash;
        }
    }

    [Fact]
    public async Task Nothing_is_given_away_before_the_code_is_confirmed()
    {
        var job = site.Arm(code: true);
        await site.Script();
        using var claim = await site.Claim(job, (await site.Ticket(job)).Token);
        Assert.Equal(HttpStatusCode.Accepted, claim.StatusCode);
        foreach (var what in new[] { "identity", "repository" })
        {
            using var early = await site.Held(HttpMethod.Get, $"/jobs/{job.Id}/{what}");
            Assert.Equal(HttpStatusCode.Conflict, early.StatusCode);
        }

        using var jobs = site.Jobs();
        Assert.True(jobs.Change(job.Id, new CodeGiven(site.Clock.GetUtcNow(), JobSecrets.CodeOf(BootSite.BootKey, job.Signed!.Hash())))!.IsAccepted);
        using var order = await site.Held(HttpMethod.Get, $"/jobs/{job.Id}");
        Assert.Equal(HttpStatusCode.OK, order.StatusCode);
    }

    [Fact]
    public async Task The_host_gets_its_own_identity_and_the_commit()
    {
        var runner = new ProcessRunner();
        var identity = Path.Combine(site.Folder, "server.key");
        runner.Run(Command.Of("age-keygen", "-o", identity)).OrThrow();
        var recipient = runner.Run(Command.Of("age-keygen", "-y", identity)).OrThrow().Text.Trim();
        byte[] archive = [0, 1, 0xFF, 0xFE, (byte)'\n'];
        Directory.CreateDirectory(Path.Combine(site.Repository, "hosts/secrets"));
        runner.Run(Command.Of("age", "-r", recipient, "-o", Path.Combine(site.Repository, "hosts/secrets/identity-web1.age")).WithInput(archive)).OrThrow();
        foreach (var arguments in new string[][] { ["init", "-q"], ["add", "."],
            ["-c", "user.name=x", "-c", "user.email=x@example", "commit", "-q", "-m", "x"] })
        {
            runner.Run(Command.Of("git", ["-C", site.Repository, .. arguments])).OrThrow();
        }

        var commit = runner.Run(Command.Of("git", "-C", site.Repository, "rev-parse", "HEAD")).OrThrow().Text.Trim();
        new StateDirectory(site.State).MakeBundle(site.Repository, commit, runner);
        Assert.Empty(runner.Run(Command.Of("git", "-C", site.Repository, "for-each-ref", "refs/heads/provision")).OrThrow().Text);

        site.Identity = identity;
        await site.Restart();
        var job = await site.Claimed();
        using var own = await site.Held(HttpMethod.Get, $"/jobs/{job.Id}/identity");
        Assert.Equal(archive, BootSite.Decrypt(await own.Content.ReadAsByteArrayAsync()));

        // Another installer after that: it waits for a person, and everybody can see who got what.
        site.Clock.Move(JobTimes.Silence + TimeSpan.FromSeconds(10));
        await site.Script();
        using var second = await site.Claim(job, (await site.Ticket(job)).Token, BootSite.OtherBootKey);
        Assert.Equal(HttpStatusCode.Accepted, second.StatusCode);
        using var early = await site.Held(HttpMethod.Get, $"/jobs/{job.Id}/identity", key: BootSite.OtherBootKey);
        Assert.Equal(HttpStatusCode.Conflict, early.StatusCode);
        using (var jobs = site.Jobs())
        {
            var lines = jobs.Lines(0, job.Id, 100).Select(line => $"{line.Event.Step}: {line.Event.Text}").ToList();
            Assert.Contains("job: the host's identity went to installer 1 at 127.0.0.1", lines);
            Assert.Contains(lines, line =>
                line.StartsWith("alarm: 127.0.0.1 claimed the job again after the host's identity had been handed over", StringComparison.Ordinal));
            Assert.True(jobs.Change(job.Id, new CodeGiven(site.Clock.GetUtcNow(), JobSecrets.CodeOf(BootSite.OtherBootKey, job.Signed!.Hash())))!.IsAccepted);
        }

        Assert.Contains("identity went to installer 1", await site.Http.GetStringAsync("/"), StringComparison.Ordinal);
        using var approved = await site.Held(HttpMethod.Get, $"/jobs/{job.Id}/identity", key: BootSite.OtherBootKey);
        Assert.Equal(archive, BootSite.Decrypt(await approved.Content.ReadAsByteArrayAsync(), BootSite.OtherBootKey));
        using var stranger = await site.Held(HttpMethod.Get, $"/jobs/{job.Id}/identity", key: BootSite.BootKey);
        Assert.Equal(HttpStatusCode.Unauthorized, stranger.StatusCode);

        var bundle = new StateDirectory(site.State).BundleOf(commit)!;
        runner.Run(Command.Of("git", "clone", "-q", "-b", "provision", bundle.FullName, Path.Combine(site.Folder, "clone"))).OrThrow();
        Assert.Equal(commit, runner.Run(Command.Of("git", "-C", Path.Combine(site.Folder, "clone"), "rev-parse", "HEAD")).OrThrow().Text.Trim());
    }
}
