namespace Provision.Boot.Jobs;

/// <summary>The state machine of jobs: pure, and the only way from one state to the next (the table is in docs/netboot.md).</summary>
public static class JobRules
{
    /// <summary>The job that a permit allows.</summary>
    /// <param name="permit">From the gates; there is no other way to a job.</param>
    /// <param name="id">32 random hexadecimal digits.</param>
    /// <param name="by">Who arms it.</param>
    /// <param name="now">When.</param>
    /// <param name="lasting">How long it stays armed.</param>
    /// <param name="lastNumber">Number of the host's last order; 0 for none.</param>
    public static Job Arm(ArmPermit permit, string id, string by, DateTimeOffset now, TimeSpan lasting, long lastNumber = 0)
    {
        ArgumentNullException.ThrowIfNull(permit);
        var facts = permit.Facts;
        var order = new OrderDocument
        {
            Job = id,
            Host = facts.Host,
            Number = OrderDocument.NumberAfter(lastNumber, now),
            PlanHash = facts.PlanHash!,
            OsDiskSerials = facts.OsDiskSerials,
            Commit = facts.Commit!,
            Image = facts.Image!,
            ImageManifest = facts.ImageManifest!,
            Installer = facts.Installer,
            InstallerManifest = facts.InstallerManifest,
            KernelWords = facts.KernelWords,
            NewIdentity = facts.NewIdentity,
            Waits = facts.Waits,
            Engineers = facts.Engineers,
            ArmedAt = now,
            // A job may wait that long for a person after it failed; it is armed again then.
            Expires = now + lasting + JobTimes.Install + JobTimes.Waiting,
        };
        return new Job
        {
            Id = id,
            Host = facts.Host,
            Macs = facts.Macs,
            DmiUuid = facts.DmiUuid,
            PlanHash = facts.PlanHash!,
            OsDiskSerials = facts.OsDiskSerials,
            Commit = facts.Commit!,
            Image = facts.Image!,
            NewIdentity = facts.NewIdentity,
            Engineers = facts.Engineers,
            GateAnswers = facts.GateAnswers,
            NeedsCode = facts.NeedsCode,
            NoCode = facts.NoCode,
            Waits = facts.Waits,
            ArmedBy = by,
            ArmedAt = now,
            State = JobState.Armed,
            Deadline = now + lasting,
            Signed = order.Unsigned(),
        };
    }

    /// <summary>Returns the unsigned order for a plan that a machine gave.</summary>
    public static SignedOrder ForPlan(Job job, string hash, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(job);
        var armed = OrderDocument.Parse(job.Signed!.Document);
        return (armed with
        {
            PlanHash = hash,
            Number = OrderDocument.NumberAfter(armed.Number, now),
            Expires = now + JobTimes.Install + JobTimes.Waiting,
        }).Unsigned();
    }

    /// <summary>What an event makes of a job. Whatever happens after the deadline finds the job expired.</summary>
    public static JobStep Apply(Job job, JobEvent happened)
    {
        if (job.State.IsOpen() && happened.At >= job.Deadline)
        {
            var expired = job with { State = JobState.Expired };
            return happened is TimePassed ? new JobStep(expired) : new JobStep(expired, $"the job's time was up at {job.Deadline:u}");
        }

        return happened switch
        {
            BootAsked asked => Boot(job, asked),
            ClaimAsked asked => Claim(job, asked),
            CodeGiven given => Code(job, given),
            ThingAsked asked => HandOver(job, asked),
            InstallerSpoke spoke => Speak(job, spoke),
            Reported reported => Report(job, reported),
            Approved approved => Approve(job, approved),
            KeyPlanted => job.State == JobState.Armed ? new JobStep(job with { Planted = true }) : new JobStep(job, $"the job is {job.State.Word()}"),
            DisarmAsked => job.State.IsOpen() ? new JobStep(job with { State = JobState.Disarmed }) : Closed(job),
            _ => new JobStep(job),
        };
    }

    /// <summary>A boot is offered one token until that is used; the machine that comes again after that is on its next boot.</summary>
    private static JobStep Boot(Job job, BootAsked asked)
    {
        if (!job.State.IsOpen() || job.Signed is null)
        {
            return Closed(job);
        }

        // Firmware that tells no UUID is no stranger yet: the installer reads it from the kernel, and claims with it.
        if (Stranger(job, asked.DmiUuid ?? job.DmiUuid, [asked.Mac], asked.Source) is { } stranger)
        {
            return stranger;
        }

        if (job.TokenHash is not null && !job.TokenUsed)
        {
            return new JobStep(job.DmiUuid is null && asked.DmiUuid is not null ? job with { DmiUuid = asked.DmiUuid } : job);
        }

        return new JobStep(job with
        {
            DmiUuid = job.DmiUuid ?? asked.DmiUuid,
            Boot = job.Boot + 1,
            TokenHash = JobSecrets.HashOf(asked.Key.TokenOf(job.Id, job.Boot + 1)),
            TokenUsed = false,
        });
    }

    private static JobStep Claim(Job job, ClaimAsked asked)
    {
        if (!job.State.IsOpen())
        {
            return Closed(job);
        }

        if (!JobSecrets.Matches(asked.Claim.Token, job.TokenHash))
        {
            return new JobStep(job, "the token is not the one of this boot", AlarmKind.WrongToken,
                $"{asked.Source} claimed the job with a token that is not that of the last boot");
        }

        if (Stranger(job, asked.Claim.DmiUuid, asked.Claim.Macs, asked.Source) is { } stranger)
        {
            return stranger;
        }

        if (!JobSecrets.IsRecipient(asked.Claim.Recipient))
        {
            return new JobStep(job, "the claim has no public key of age");
        }

        var isSame = asked.Claim.Recipient == job.Recipient;
        if (job.TokenUsed)
        {
            return isSame
                ? new JobStep(Spoken(job, asked.At)) // The answer was lost, or it waits, and it asks again.
                : new JobStep(job, "the token was used before, with another key", AlarmKind.UsedToken,
                    $"{asked.Source} used the token of the last boot again, with another key");
        }

        // The public key is no secret, so a new token with the same one is a new claim. A machine that has the job's return key is the one that it is for,
        // also if it lost its power a moment ago.
        var isKnown = asked.Key.ReturnKeyOf(job.Id, job.Approvals).IsProvedBy(asked.Claim.Proofs ?? [], asked.Claim.Token, asked.Claim.Recipient);
        if (!isKnown && asked.At - job.SpokeAt < JobTimes.Silence)
        {
            return new JobStep(job, $"another installer of this job spoke less than {JobTimes.Silence.TotalSeconds:0} seconds ago", AlarmKind.Busy,
                $"{asked.Source} claimed the job with another key while its installer was speaking: either the machine was restarted, or another one " +
                    $"pretends to be it")
            { IsPassing = true };
        }

        return Grant(job, asked, isKnown);
    }

    /// <summary>Gives the job to an installer, or lets it wait for a person.</summary>
    private static JobStep Grant(Job job, ClaimAsked asked, bool isKnown)
    {
        var again = !isKnown && job.IdentityRecipient is not null;
        var waits = isKnown ? job is { NeedsCode: true, Approvals: 0 } : job.NeedsCode || job.NoCode is null || again;
        var ask = $"compare the code on the machine's console (netboot approve {job.Host} --code CODE)";
        AlarmKind? alarm = again ? AlarmKind.AfterIdentity : waits && job.Planted && !isKnown ? AlarmKind.WithoutKey : null;
        return new JobStep(
            Given(Spoken(job, asked.At), HandedThing.Order, asked.At, asked.Source, isNew: true) with
            {
                State = waits ? JobState.AwaitsCode : JobState.Claimed,
                TokenUsed = true,
                Recipient = asked.Claim.Recipient,
                Claims = job.Claims + 1,
                Counter = 0,
                DmiUuid = job.DmiUuid ?? asked.Claim.DmiUuid,
                // Not for a code that is still to come, and not for a machine that comes again: rebooting does not extend the deadline.
                Deadline = job.State == JobState.Armed && !waits ? asked.At + JobTimes.Install : job.Deadline,
            },
            Alarm: alarm,
            Detail: alarm switch
            {
                AlarmKind.AfterIdentity => $"{asked.Source} claimed the job again after the host's identity had been handed over: {ask}",
                AlarmKind.WithoutKey => $"{asked.Source} claimed the job without the key that is on the old system's disk: {ask}",
                _ => null,
            });
    }

    private static JobStep Code(Job job, CodeGiven given)
    {
        if (job.State != JobState.AwaitsCode)
        {
            return new JobStep(job, $"the job is {job.State.Word()} and waits for no code");
        }

        return given.Code.Trim().Equals(JobSecrets.CodeOf(job.Recipient!, job.Signed!.Hash()), StringComparison.OrdinalIgnoreCase)
            ? new JobStep(job with
            {
                State = JobState.Claimed,
                Deadline = given.At + JobTimes.Install,
                IdentityRecipient = null,
                Approvals = job.Approvals + 1
            })
            : new JobStep(job, "this is not the code of the machine that claimed the job: if it is what the console shows, another machine claimed it; disarm",
                AlarmKind.WrongCode);
    }

    private static JobStep Speak(Job job, InstallerSpoke spoke)
    {
        if (!spoke.By.Holds(job))
        {
            return new JobStep(job, "the key is not that of the installer that claimed the job");
        }

        var heard = Spoken(job, spoke.At) with { Counter = spoke.By.Request.Counter };
        return job.State switch
        {
            JobState.Claimed => new JobStep(heard with { State = JobState.Installing }),
            JobState.AwaitsCode or JobState.Installing or JobState.Differs or JobState.Failed => new JobStep(heard),
            _ => Closed(job),
        };
    }

    /// <summary>The identity goes to one installer; a second one waits for a person before it may ask.</summary>
    private static JobStep HandOver(Job job, ThingAsked asked)
    {
        if (Speak(job, new InstallerSpoke(asked.At, asked.By)) is { IsAccepted: false } refused)
        {
            return refused;
        }

        if (job.State == JobState.AwaitsCode)
        {
            return new JobStep(job, "the job waits for its code");
        }

        var heard = job with { Counter = asked.By.Request.Counter };
        if (asked.What != HandedThing.Identity)
        {
            return new JobStep(Given(Spoken(heard, asked.At), asked.What, asked.At, asked.Source, isNew: false));
        }

        return job.NewIdentity ? new JobStep(job, "the host gets a new identity")
            : job.State is not (JobState.Claimed or JobState.Installing) ? new JobStep(job, $"the job is {job.State.Word()}")
            : new JobStep(Given(Spoken(heard, asked.At), asked.What, asked.At, asked.Source, isNew: false) with { IdentityRecipient = job.Recipient });
    }

    /// <summary>Notes a hand-over; what the same installer fetches again from the same address is one.</summary>
    private static Job Given(Job job, HandedThing what, DateTimeOffset at, string source, bool isNew)
    {
        var installer = job.HandedOver.Count == 0 ? 1 : job.HandedOver[^1].Installer + (isNew ? 1 : 0);
        return job.HandedOver.Any(one => one.What == what && one.Source == source && one.Installer == installer) ? job
            : job with
            {
                HandedOver = [.. job.HandedOver.Skip(Math.Max(0, job.HandedOver.Count - Job.MostHandedOver + 1)),
                new HandedOver(at, what, source, installer)]
            };
    }

    private static Job Spoken(Job job, DateTimeOffset at) => at - job.SpokeAt < JobTimes.SpokeExactly ? job : job with { SpokeAt = at };

    private static JobStep Report(Job job, Reported reported)
    {
        if (!reported.By.Holds(job))
        {
            return new JobStep(job, "the key is not that of the installer that claimed the job");
        }

        var state = reported.Report.Outcome switch
        {
            InstallOutcome.Done => JobState.Done,
            InstallOutcome.Differs => JobState.Differs,
            InstallOutcome.Refused => JobState.Refused,
            _ => JobState.Failed,
        };
        if (job.State == state && !state.IsOpen())
        {
            return new JobStep(job); // The answer to the same report was lost.
        }

        if (!job.State.IsOpen())
        {
            return Closed(job);
        }

        if (job.State == JobState.AwaitsCode)
        {
            return new JobStep(job, "the job waits for the code to be confirmed");
        }

        if (job.State == JobState.Differs && state is (JobState.Done or JobState.Failed))
        {
            return new JobStep(job, "the installer should be waiting: its plan was not approved", AlarmKind.NotApproved);
        }

        if (state == JobState.Differs && reported.Report.FoundHash is not { Length: 64 })
        {
            return new JobStep(job, "a report of another plan names its hash");
        }

        return new JobStep(job with
        {
            State = state,
            Counter = reported.By.Request.Counter,
            Report = reported.Report,
            FoundHash = reported.Report.FoundHash ?? job.FoundHash,
            SpokeAt = state == JobState.Differs ? reported.At : null,
            Deadline = state.IsOpen() ? reported.At + JobTimes.Waiting : job.Deadline,
        });
    }

    private static JobStep Approve(Job job, Approved approved)
    {
        if (job.State != JobState.Differs)
        {
            return new JobStep(job, $"the job is {job.State.Word()}: only a plan that differs is approved");
        }

        var order = approved.Order ?? ForPlan(job, approved.Hash, approved.At);
        return approved.Hash != job.FoundHash ? new JobStep(job, $"the machine's plan is {job.FoundHash}, not {approved.Hash}")
            : job.Signed!.Signature is not null && order.Signature is null
                ? new JobStep(job, "the armed order is signed, so the one for the approved plan must be signed too: name the key with --sign-key FILE")
            : new JobStep(job with { State = JobState.Installing, ApprovedHash = approved.Hash, Deadline = approved.At + JobTimes.Install, Signed = order });
    }

    /// <summary>Returns the refusal for a machine that is not the one that the job is for; null if nothing speaks against it. The machine learns neither the
    /// UUID nor the host that it was compared with.</summary>
    private static JobStep? Stranger(Job job, string? uuid, IReadOnlyList<MacAddress> macs, string source) =>
        job.DmiUuid is { } bound && uuid != bound
            ? new JobStep(job, "this machine is not the one that the job is for", AlarmKind.OtherMachine,
                $"{source} asked as a machine {(uuid is null ? "without a UUID" : $"with the UUID {uuid}")}, and the job is for {bound}")
        : MacAddress.AnyOf(macs, job.Macs) ? null
            : new JobStep(job, "this machine is not the one that the job is for", AlarmKind.OtherMachine,
                $"{source} asked as a machine that has no network card of {job.Host}");

    private static JobStep Closed(Job job) => new(job, $"the job is {job.State.Word()}");
}
