using Provision.Inventory;

namespace Provision.Boot.Tests;

/// <summary>One armed host and its machine.</summary>
internal static class Sample
{
    public const string Mac = "00:00:5e:00:53:a1", OtherMac = "00:00:5e:00:53:b1";
    public const string Uuid = "4c4c4544-0042-3510-8052-b4c04f4a4e31", OtherUuid = "4c4c4544-0042-3510-8052-b4c04f4a4e32";
    public static readonly DateTimeOffset Start = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    public static readonly MacAddress Card = MacAddress.Parse(Mac);
    public static readonly JobKey Key = new(new byte[32]);
    public static readonly string BootKey = "age1" + new string('k', 58), OtherBootKey = "age1" + new string('q', 58);
    public static readonly string FoundHash = new('f', 64);

    private static long counter;

    public static ArmFacts Facts { get; } = new()
    {
        Host = "imap33",
        Location = Location.OfFile("hosts/nyi.yaml"),
        Macs = [Card, MacAddress.Parse("00:00:5e:00:53:a2")],
        Roles = [new ArmRole("imap", DataClass.Primary, new ReinstallGate("no-masters", GateKind.NoMasters))],
        HasLayout = true,
        HasRecord = true,
        PlanHash = new string('a', 64),
        Wipes = 2,
        Commit = new string('c', 40),
        ImageName = "os-imap",
        Image = "os-imap/" + new string('d', 64),
        NoCode = "a test",
        ImageManifest = new string('e', 64),
        Installer = "installer/" + new string('d', 64),
    };

    public static Job Armed(ArmFacts? facts = null) =>
        JobRules.Arm(ArmGates.Ask(facts ?? Facts, out _)!, new string('1', 32), "engineer", Start, JobTimes.Armed);

    public static ClaimRequest Claim(Job job, string? bootKey = null, string? uuid = Uuid, string mac = Mac) =>
        new(Key.TokenOf(job.Id, job.Boot), bootKey ?? BootKey, uuid, [MacAddress.Parse(mac)]);

    public static Job Do(this Job job, JobEvent happened)
    {
        var step = JobRules.Apply(job, happened);
        Assert.True(step.IsAccepted, step.Refusal);
        return step.Job;
    }

    public static ClaimAsked Asks(DateTimeOffset at, ClaimRequest claim, string source = "") => new(at, claim, Key, source);

    /// <summary>The proof of a request that is sent now.</summary>
    /// <param name="recipient">Who sends it.</param>
    /// <param name="claim">The number of its claim; 0 for that of the two sample machines, one after the other.</param>
    public static InstallerProof By(string recipient, int claim = 0) =>
        new(Key, RequestProof.Of(Key.SessionOf(new string('1', 32), claim > 0 ? claim : recipient == OtherBootKey ? 2 : 1, recipient), "POST", "/", [],
            Interlocked.Increment(ref counter)));

    /// <summary>The code on the console of a machine.</summary>
    public static string CodeOf(Job job, string recipient) => JobSecrets.CodeOf(recipient, job.Signed!.Hash());

    /// <summary>The order of a job.</summary>
    public static OrderDocument Document(this Job job) => OrderDocument.Parse(job.Signed!.Document);

    public static JobStep Try(this Job job, JobEvent happened) => JobRules.Apply(job, happened);

    public static InstallReport Report(InstallOutcome outcome) => new() { Outcome = outcome, FoundHash = outcome == InstallOutcome.Differs ? FoundHash : null };

    /// <summary>A job in a state, reached the way that jobs reach it.</summary>
    public static Job In(JobState state)
    {
        var offered = Armed(Facts with { NeedsCode = state == JobState.AwaitsCode }).Do(new BootAsked(Start, Card, Uuid, Key));
        Job Claimed() => offered.Do(Asks(Start, Claim(offered)));
        return state switch
        {
            JobState.Armed => offered,
            JobState.AwaitsCode or JobState.Claimed => Claimed(),
            JobState.Installing => Claimed().Do(new InstallerSpoke(Start, By(BootKey))),
            JobState.Differs => Claimed().Do(new Reported(Start, By(BootKey), Report(InstallOutcome.Differs))),
            JobState.Failed => Claimed().Do(new Reported(Start, By(BootKey), Report(InstallOutcome.Failed))),
            JobState.Done => Claimed().Do(new Reported(Start, By(BootKey), Report(InstallOutcome.Done))),
            JobState.Refused => Claimed().Do(new Reported(Start, By(BootKey), Report(InstallOutcome.Refused))),
            JobState.Expired => offered.Do(new TimePassed(offered.Deadline)),
            _ => offered.Do(new DisarmAsked(Start)),
        };
    }
}
