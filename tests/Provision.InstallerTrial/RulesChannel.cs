using System.Security.Cryptography;
using System.Text.Json;
using Provision.Boot.Installer.Channel;
using Provision.Boot.Jobs;

namespace Provision.Trial;

/// <summary>
/// Claims by the boot server's own rules, with a job that is kept in a file between power cuts. Where a person is waited for, it says so and approves the code
/// as an engineer would. Order and artefacts are files.
/// </summary>
/// <param name="inner">Gives order and artefacts.</param>
/// <param name="file">The job.</param>
internal sealed class RulesChannel(IJobChannel inner, string file) : IJobChannel
{
    private const string Uuid = "4c4c4544-0042-3510-8052-b4c04f4a4e31";
    private readonly JobKey key = new(new byte[32]);
    private readonly string recipient = "age1" + RandomNumberGenerator.GetString("qpzry9x8gf2tvdw0s3jn54khce6mua7l", 58);
    private long counter;

    public bool CanApprove => false;

    public ReturnKey? ReturnKey { get; private set; }

    public JobOrder Claim(MachineClaim machine)
    {
        var order = inner.Claim(machine);
        var job = File.Exists(file) ? JsonSerializer.Deserialize(File.ReadAllBytes(file), JobsJson.Default.Job)! : NewJob(order, machine);
        job = Do(job, new BootAsked(DateTimeOffset.UtcNow, machine.Macs[0], Uuid, key));
        var token = key.TokenOf(job.Id, job.Boot);
        var proofs = machine.ReturnKeys.Where(known => known.Job == job.Id).Select(known => known.Prove(token, recipient)).ToList();
        var claim = new ClaimRequest(token, recipient, Uuid, machine.Macs, proofs);
        var step = JobRules.Apply(job, new ClaimAsked(DateTimeOffset.UtcNow, claim, key));

        // Without a proof the machine waits until its earlier self is taken for dead; the clock does it here.
        job = step.IsPassing ? Do(job, new ClaimAsked(DateTimeOffset.UtcNow + JobTimes.Silence, claim, key)) : step.IsAccepted ? step.Job
            : throw new InvalidOperationException(step.Refusal);
        if (job.State == JobState.AwaitsCode)
        {
            Console.WriteLine("CODE ASKED");
            job = Do(job, new CodeGiven(DateTimeOffset.UtcNow, JobSecrets.CodeOf(recipient, job.Signed!.Hash())));
        }

        ReturnKey = key.ReturnKeyOf(job.Id, job.Approvals);
        Save(job);
        return order;
    }

    public void Tell(InstallEvent what) => inner.Tell(what);

    public void Report(InstallReport report) => inner.Report(report);

    public Stream Open(string address, long from) => inner.Open(address, from);

    public Stream OpenIdentity(string address)
    {
        var job = JsonSerializer.Deserialize(File.ReadAllBytes(file), JobsJson.Default.Job)!;
        var proof = RequestProof.Of(key.SessionOf(job.Id, job.Claims, recipient), "GET", "/", [], ++counter);
        Save(Do(job, new ThingAsked(DateTimeOffset.UtcNow, new InstallerProof(key, proof), HandedThing.Identity, "192.0.2.61")));
        return inner.OpenIdentity(address);
    }

    public void Dispose() => inner.Dispose();

    private static Job NewJob(JobOrder order, MachineClaim machine)
    {
        var document = OrderDocument.Parse(order.Order.Document);
        return new Job
        {
            Id = document.Job,
            Host = document.Host,
            Macs = machine.Macs,
            PlanHash = document.PlanHash,
            Commit = document.Commit,
            Image = document.Image,
            Planted = true,
            ArmedBy = "trial",
            ArmedAt = document.ArmedAt,
            State = JobState.Armed,
            Deadline = document.Expires,
            Signed = order.Order,
        };
    }

    private static Job Do(Job job, JobEvent happened)
    {
        var step = JobRules.Apply(job, happened);
        return step.IsAccepted ? step.Job : throw new InvalidOperationException(step.Refusal);
    }

    private void Save(Job job)
    {
        File.WriteAllBytes(file + ".new", JsonSerializer.SerializeToUtf8Bytes(job, JobsJson.Default.Job));
        File.Move(file + ".new", file, overwrite: true);
    }
}
