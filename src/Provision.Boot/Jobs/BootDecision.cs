namespace Provision.Boot.Jobs;

/// <summary>What a machine boots.</summary>
internal enum BootTarget
{
    /// <summary>Its own disk.</summary>
    Local,

    /// <summary>The image that looks, reports and touches nothing.</summary>
    Discovery,

    /// <summary>The installer.</summary>
    Installer,
}

/// <summary>What is known of a machine that asks what to boot.</summary>
/// <param name="Mac">The card it boots from, lower case.</param>
/// <param name="DmiUuid">What its firmware says it is, lower case; null where it says nothing.</param>
/// <param name="Host">The host of the inventory that has the card, retired ones too; null for none.</param>
/// <param name="IsInventoryKnown">False while there is no inventory to look into.</param>
internal sealed record BootingMachine(MacAddress Mac, string? DmiUuid, string? Host, bool IsInventoryKnown);

/// <summary>The answer, with the reason that the machine's console shows.</summary>
internal sealed record BootDecision(BootTarget Target, string Why)
{
    /// <summary>
    /// One pure function decides what a machine boots. The installer only for an open job that this boot was offered, before its deadline, and for the very
    /// machine; discovery only for a NIC that is certainly no host's; in every other case, and in every doubt, the machine's own disk.
    /// </summary>
    /// <param name="machine">Who asks.</param>
    /// <param name="job">The job with this card after the question was put to it (<see cref="BootAsked"/>); null for none.</param>
    /// <param name="now">When.</param>
    public static BootDecision Of(BootingMachine machine, JobStep? job, DateTimeOffset now)
    {
        if (job is { IsAccepted: false })
        {
            return new BootDecision(BootTarget.Local, job.Refusal!);
        }

        if (job is not null)
        {
            return job.Job is { TokenHash: not null } open && open.State.IsOpen() && now < open.Deadline
                ? new BootDecision(BootTarget.Installer, $"{open.Host} is {open.State.Word()} until {open.Deadline:u}")
                : new BootDecision(BootTarget.Local, $"the job is {job.Job.State.Word()}");
        }

        if (machine.Host is { } host)
        {
            return new BootDecision(BootTarget.Local, $"{host} is not armed");
        }

        return machine.IsInventoryKnown
            ? new BootDecision(BootTarget.Discovery, $"no host of the inventory has {machine.Mac}")
            : new BootDecision(BootTarget.Local, "there is no inventory to look into");
    }
}
