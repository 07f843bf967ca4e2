using Microsoft.AspNetCore.Http;
using Provision.Boot.Images;
using Provision.Boot.Jobs;
using Provision.Inventory;

namespace Provision.Boot.Server;

/// <summary>What firmware and iPXE ask for: scripts, and the ticket of an armed boot. Asking twice gives the same answer.</summary>
internal sealed class BootEndpoints(BootServerState server)
{
    private string lastTold = "";

    public static Task First(HttpContext context) => Answers.Text(context, BootScripts.First);

    /// <summary>
    /// The script of one machine; whatever is wrong gives a script that boots locally, never an error that firmware would stop at. With
    /// <c>form=json</c> the same decision for a running host that starts the installer from its own disk.
    /// </summary>
    public Task Machine(HttpContext context)
    {
        if (!MacAddress.TryParse((string?)context.Request.RouteValues["mac"], out var mac) || mac.IsGroupOrZero)
        {
            return Answer(new BootDecision(BootTarget.Local, "this is no address of a network card"), null, null);
        }

        var known = server.Fleet.Current;
        var host = known?.FindHost(mac);
        var machine = new BootingMachine(mac, Uuid(context.Request.Query["uuid"]), host?.Name, known is not null);
        JobStep? step = null;
        BootDecision decision;
        try
        {
            var now = server.Now();
            step = host is { Status: HostStatus.Retired } ? null : server.Jobs.Ask(jobs => jobs.FindOpenByMac(machine.Mac) is { } job
                ? jobs.Change(job.Id, new BootAsked(now, machine.Mac, machine.DmiUuid, server.Key, RequestLimits.SourceOf(context).ToString()))
                : null);
            decision = BootDecision.Of(machine, step, now);
        }
        catch (StateLostException e)
        {
            decision = new BootDecision(BootTarget.Local, e.Message);
        }

        if (step is { IsAlarm: true })
        {
            server.Say($"ALARM {step.Job.Host}: {step.Detail ?? step.Refusal}");
        }

        Tell($"{host?.Name ?? mac.ToString()} ({(machine.DmiUuid is { } told ? "UUID " + told : "no UUID")}) boots " +
            $"{decision.Target switch { BootTarget.Local => "its disk", BootTarget.Discovery => "the discovery", _ => "the installer" }}: {decision.Why}");
        if (decision.Target == BootTarget.Local)
        {
            return Answer(decision, null, null);
        }

        return Answer(decision, step?.Job, step?.Job.Signed is { } order ? BootOf(context, OrderDocument.Parse(order.Document))
            : server.Images.Current(ImageNames.Installer) is { } image
                ? new InstallerBoot(image, Answers.BaseOf(context), server.Site()?.Netboot.KernelOptions ?? []) : null);

        Task Answer(BootDecision what, Job? job, InstallerBoot? with) => context.Request.Query["form"] == "json"
            ? Answers.Json(context, BootScripts.OfferOf(what, job, with, mac.ToString()), JobsJson.Default.BootOffer)
            : Answers.Text(context, BootScripts.Of(what, job, with));
    }

    /// <summary>The very installer that the order names.</summary>
    private InstallerBoot? BootOf(HttpContext context, OrderDocument order) =>
        order.Installer is { } image && server.Images.IsComplete(image) ? new InstallerBoot(image, Answers.BaseOf(context), order.KernelWords) : null;

    /// <summary>A machine that repeats a request is logged once.</summary>
    private void Tell(string line)
    {
        if (Interlocked.Exchange(ref lastTold, line) != line)
        {
            server.Say(line);
        }
    }

    /// <summary>The token of this boot, as an initrd of its own; only while it was not used.</summary>
    public Task Ticket(HttpContext context)
    {
        var job = JobRequests.JobOf(context, server);
        if (job is null || !job.State.IsOpen() || server.Now() >= job.Deadline || job.TokenHash is null || job.TokenUsed)
        {
            return Answers.Refuse(context, job is null ? 404 : 409, job is null ? "there is no such job" : "no boot of this job waits for a ticket");
        }

        var token = server.Key.TokenOf(job.Id, job.Boot);
        if (!JobSecrets.Matches(token, job.TokenHash))
        {
            return Answers.Refuse(context, 409, "the server's key is another one than when this boot was offered");
        }

        var ticket = System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(new JobTicket(Answers.BaseOf(context), job.Id, token), JobsJson.Default.JobTicket);
        return Answers.Bytes(context, CpioArchive.Of("provision", "job.json", ticket), "application/octet-stream");
    }

    /// <summary>UUIDs are compared in lower case; what firmware leaves at all zeros or all ones, or fills with anything else, is none.</summary>
    internal static string? Uuid(string? text) =>
        Guid.TryParseExact(text, "D", out var uuid) && uuid != Guid.Empty && uuid != Guid.AllBitsSet ? uuid.ToString("D") : null;
}
