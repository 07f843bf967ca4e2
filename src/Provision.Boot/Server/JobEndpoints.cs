using Microsoft.AspNetCore.Http;
using Provision.Boot.Jobs;
using Provision.Configuration.Secrets;

namespace Provision.Boot.Server;

/// <summary>What an installer says and asks. All of it but the claim is borne by the boot key.</summary>
internal sealed class JobEndpoints(BootServerState server)
{
    private const int ClaimBytes = 16 << 10, EventBytes = 256 << 10, ReportBytes = 256 << 10;

    /// <summary>A job keeps this many of its last lines.</summary>
    private const int MostLines = 5000;

    public async Task Claim(HttpContext context)
    {
        if (JobRequests.JobOf(context, server) is not { } job)
        {
            await Answers.Refuse(context, 404, "there is no such job");
            return;
        }

        if (await Answers.Read(context, JobsJson.Default.ClaimRequest, ClaimBytes) is not { } claim)
        {
            return;
        }

        claim = claim with { DmiUuid = BootEndpoints.Uuid(claim.DmiUuid) };
        var step = server.Jobs.Ask(jobs => jobs.Change(job.Id, new ClaimAsked(server.Now(), claim, RequestLimits.SourceOf(context).ToString())))!;
        if (step.IsAlarm)
        {
            server.Say($"ALARM {job.Host}: {step.Detail ?? step.Refusal}");
        }

        if (step.IsPassing)
        {
            context.Response.Headers.RetryAfter = "10";
            await Answers.Refuse(context, 429, step.Refusal!);
            return;
        }

        if (!step.IsAccepted)
        {
            await Answers.Refuse(context, step.Job.State.IsOpen() ? 409 : 410, step.Refusal!);
            return;
        }

        await Order(context, step.Job);
    }

    /// <summary>How things stand: the order as it is now. An installer that waits asks this again and again.</summary>
    public Task Order(HttpContext context, Job job)
    {
        if (job.State == JobState.AwaitsCode)
        {
            context.Response.StatusCode = StatusCodes.Status202Accepted;
            return Answers.Text(context, $"waits for: provision netboot approve {job.Host} --code CODE\n");
        }

        return Answers.Json(context, job.Order(server.Secrets.Has(BootServer.IdentitySecretOf(job.Host))), JobsJson.Default.JobOrder);
    }

    public async Task Events(HttpContext context, Job job)
    {
        if (await Answers.Read(context, JobsJson.Default.IReadOnlyListInstallEvent, EventBytes) is not { } events)
        {
            return;
        }

        // What a machine says is text for people: cut, printable, and of a step that the server does not use itself.
        var lines = events.Take(1000).Select(said => said with
        {
            Step = Printable.Of(said.Step is "job" or "alarm" ? "installer" : said.Step, 40),
            Text = Printable.Of(said.Text, 500),
            Done = said.Done is { } done && double.IsFinite(done) ? Math.Clamp(done, 0, 1) : null,
        }).ToList();
        if (lines.Count > 0 && server.State.HasRoom)
        {
            server.Jobs.Ask(jobs =>
            {
                jobs.Append(job, lines, MostLines);
                return true;
            });
        }

        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    public async Task Report(HttpContext context)
    {
        if (JobRequests.JobOf(context, server) is not { } job || JobRequests.BearerOf(context) is not { } key)
        {
            await Answers.Refuse(context, 401, "no boot key of this job");
            return;
        }

        if (await Answers.Read(context, JobsJson.Default.InstallReport, ReportBytes) is not { } report)
        {
            return;
        }

        var step = server.Jobs.Ask(jobs => jobs.Change(job.Id, new Reported(server.Now(), key, report)))!;
        if (!step.IsAccepted)
        {
            await Answers.Refuse(context, JobSecrets.Matches(key, job.BootKeyHash) ? step.Job.State.IsOpen() ? 409 : 410 : 401, step.Refusal!);
            return;
        }

        if (step.Job.State == JobState.Done)
        {
            server.Log($"{job.Host} is installed");
        }

        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    /// <summary>The inventory as a git bundle.</summary>
    public Task Repository(HttpContext context, Job job) =>
        server.State.BundleOf(job.Commit) is { } bundle ? ArtefactEndpoints.Send(context, bundle, $"\"{job.Commit}\"", isForever: false)
        : Answers.Refuse(context, 404, $"there is no bundle of {job.Commit}; arming makes it");

    /// <summary>The host's own keys, decrypted for the one installer that holds the job; kept nowhere. The hand-over is noted before the first byte is
    /// sent.</summary>
    public Task Identity(HttpContext context)
    {
        if (KeyOf(context) is not var (job, key))
        {
            return Answers.Refuse(context, 401, "no boot key of this job");
        }

        if (JobRules.Apply(job, new ThingAsked(server.Now(), key, HandedThing.Identity, "")) is { IsAccepted: false } early)
        {
            return Answers.Refuse(context, early.Job.State.IsOpen() ? 409 : 410, early.Refusal!);
        }

        var (bytes, problem) = server.Secrets.ReadBytes(BootServer.IdentitySecretOf(job.Host));
        if (bytes is { } archive)
        {
            return HandOver(context, job, key, HandedThing.Identity, (_, _) => Answers.Bytes(context, archive.ToArray(), "application/x-tar"));
        }

        server.Log($"identity of {job.Host}: {problem}");
        return Answers.Refuse(context, 404, "the boot server cannot read the host's identity; its own log says why");
    }

    /// <summary>Work that only the holder of the boot key gets done, and only while the job is open.</summary>
    public RequestDelegate Held(Func<HttpContext, Job, Task> work) => context =>
    {
        if (KeyOf(context) is not var (job, key))
        {
            return Answers.Refuse(context, 401, "no boot key of this job");
        }

        var step = server.Jobs.Ask(jobs => jobs.Change(job.Id, new InstallerSpoke(server.Now(), key)))!;
        return step.IsAccepted ? work(context, step.Job) : Answers.Refuse(context, step.Job.State.IsOpen() ? 409 : 410, step.Refusal!);
    };

    /// <summary>The same for something whose hand-over is noted.</summary>
    public RequestDelegate Handed(HandedThing what, Func<HttpContext, Job, Task> work) => context =>
        KeyOf(context) is var (job, key) ? HandOver(context, job, key, what, work) : Answers.Refuse(context, 401, "no boot key of this job");

    private Task HandOver(HttpContext context, Job job, string key, HandedThing what, Func<HttpContext, Job, Task> work)
    {
        var step = server.Jobs.Ask(jobs => jobs.Change(job.Id, new ThingAsked(server.Now(), key, what, RequestLimits.SourceOf(context).ToString())))!;
        return step.IsAccepted ? work(context, step.Job) : Answers.Refuse(context, step.Job.State.IsOpen() ? 409 : 410, step.Refusal!);
    }

    /// <summary>The job that the path names with the key that the sender bears; null if it is not that of the job's installer.</summary>
    private (Job Job, string Key)? KeyOf(HttpContext context) =>
        JobRequests.JobOf(context, server) is { } job && JobRequests.BearerOf(context) is { } key && JobSecrets.Matches(key, job.BootKeyHash) ? (job, key)
            : null;
}
