using System.Text;
using Microsoft.AspNetCore.Http;
using Provision.Boot.Identities;
using Provision.Boot.Jobs;

namespace Provision.Boot.Server;

/// <summary>What an installer says and asks. With all of it but the claim it proves that it has the session key.</summary>
internal sealed class JobEndpoints(BootServerState server)
{
    private const string NoProof = "the request is not one of the installer that claimed this job";

    private readonly ProcessRunner commands = new();

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
        var step = server.Jobs.Ask(jobs => jobs.Change(job.Id, new ClaimAsked(server.Now(), claim, server.Key, RequestLimits.SourceOf(context).ToString())))!;
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

        if (step.Job.State == JobState.AwaitsCode)
        {
            await Wait(context, step.Job);
            return;
        }

        var keys = server.Key.SessionOf(job.Id, step.Job.Claims, claim.Recipient)
            .Concat(Encoding.ASCII.GetBytes(server.Key.ReturnKeyOf(job.Id, step.Job.Approvals).Secret));
        await (Encrypted(step.Job, keys.ToArray()) is { } encrypted
            ? Answers.Json(context, new ClaimAnswer(encrypted, OrderOf(step.Job)), JobsJson.Default.ClaimAnswer)
            : Answers.Refuse(context, 503, "the boot server cannot encrypt; its own log says why"));
    }

    private static Task Wait(HttpContext context, Job job)
    {
        context.Response.StatusCode = StatusCodes.Status202Accepted;
        var wait = new ClaimWait(job.Signed!.Hash(), $"waits for: provision netboot approve {job.Host} --code CODE");
        return Answers.Json(context, wait, JobsJson.Default.ClaimWait);
    }

    private JobOrder OrderOf(Job job) => job.Order(server.Secrets.Has(IdentityHelper.SecretOf(job.Host)));

    /// <summary>Encrypts what is meant for the job's installer alone; null if that fails.</summary>
    private byte[]? Encrypted(Job job, ReadOnlyMemory<byte> content)
    {
        var (encrypted, problem) = AgeRecipient.Encrypt(job.Recipient!, content, commands);
        if (problem is not null)
        {
            server.Say(problem);
        }

        return encrypted;
    }

    /// <summary>How things stand: the order as it is now.</summary>
    public Task Order(HttpContext context, Job job) =>
        job.State == JobState.AwaitsCode ? Wait(context, job) : Answers.Json(context, OrderOf(job), JobsJson.Default.JobOrder);

    public async Task Events(HttpContext context, Job job)
    {
        if (await Answers.Read(context, JobsJson.Default.IReadOnlyListInstallEvent, EventBytes, BodyHash(context)) is not { } events)
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
        if (JobRequests.JobOf(context, server) is not { } job || JobRequests.ProofOf(context, server) is not { } key || !key.Holds(job))
        {
            await Answers.Refuse(context, 401, NoProof);
            return;
        }

        if (await Answers.Read(context, JobsJson.Default.InstallReport, ReportBytes, BodyHash(context)) is not { } report)
        {
            return;
        }

        var step = server.Jobs.Ask(jobs => jobs.Change(job.Id, new Reported(server.Now(), key, report)))!;
        if (!step.IsAccepted)
        {
            await Answers.Refuse(context, key.Holds(step.Job) ? step.Job.State.IsOpen() ? 409 : 410 : 401, step.Refusal!);
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

    /// <summary>The host's own keys, encrypted to the key of the one installer that holds the job; kept nowhere. The hand-over is noted before the
    /// first byte is sent.</summary>
    public Task Identity(HttpContext context)
    {
        if (KeyOf(context) is not var (job, key))
        {
            return Answers.Refuse(context, 401, NoProof);
        }

        if (JobRules.Apply(job, new ThingAsked(server.Now(), key, HandedThing.Identity, "")) is { IsAccepted: false } early)
        {
            return Answers.Refuse(context, early.Job.State.IsOpen() ? 409 : 410, early.Refusal!);
        }

        var (encrypted, problem) = server.Identities.EncryptFor(job);
        if (encrypted is not null)
        {
            return HandOver(context, job, key, HandedThing.Identity, (_, _) => Answers.Bytes(context, encrypted, "application/octet-stream"));
        }

        server.Log($"identity of {job.Host}: {problem}");
        return Answers.Refuse(context, 404, "the boot server cannot read the host's identity; its own log says why");
    }

    /// <summary>Work that only the installer of the job gets done, and only while the job is open.</summary>
    public RequestDelegate Held(Func<HttpContext, Job, Task> work) => context =>
    {
        if (KeyOf(context) is not var (job, key))
        {
            return Answers.Refuse(context, 401, NoProof);
        }

        var step = server.Jobs.Ask(jobs => jobs.Change(job.Id, new InstallerSpoke(server.Now(), key)))!;
        return step.IsAccepted ? work(context, step.Job) : Answers.Refuse(context, step.Job.State.IsOpen() ? 409 : 410, step.Refusal!);
    };

    /// <summary>The same for something whose hand-over is noted.</summary>
    public RequestDelegate Handed(HandedThing what, Func<HttpContext, Job, Task> work) => context =>
        KeyOf(context) is var (job, key) ? HandOver(context, job, key, what, work) : Answers.Refuse(context, 401, NoProof);

    private Task HandOver(HttpContext context, Job job, InstallerProof key, HandedThing what, Func<HttpContext, Job, Task> work)
    {
        var step = server.Jobs.Ask(jobs => jobs.Change(job.Id, new ThingAsked(server.Now(), key, what, RequestLimits.SourceOf(context).ToString())))!;
        return step.IsAccepted ? work(context, step.Job) : Answers.Refuse(context, step.Job.State.IsOpen() ? 409 : 410, step.Refusal!);
    }

    /// <summary>The job that the path names with what the sender proves; null if it is not the job's installer.</summary>
    private (Job Job, InstallerProof Key)? KeyOf(HttpContext context) =>
        JobRequests.JobOf(context, server) is { } job && JobRequests.ProofOf(context, server) is { } key && key.Holds(job) ? (job, key) : null;

    private string? BodyHash(HttpContext context) => JobRequests.ProofOf(context, server)?.Request.BodyHash;
}
