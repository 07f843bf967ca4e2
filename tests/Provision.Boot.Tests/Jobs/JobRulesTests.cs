namespace Provision.Boot.Tests;

public class JobRulesTests
{
    private static readonly DateTimeOffset Later = Sample.Start.AddMinutes(5);

    [Fact]
    public void Firmware_that_asks_twice_is_offered_one_token()
    {
        var once = Sample.In(JobState.Armed);
        Assert.Same(once, once.Do(new BootAsked(Later, Sample.Card, Sample.Uuid, Sample.Key)));
        Assert.Equal(1, once.Boot);
    }

    [Fact]
    public void A_lost_answer_to_a_claim_is_given_again_for_the_same_key()
    {
        var claimed = Sample.In(JobState.Claimed);
        Assert.Same(claimed, claimed.Do(Sample.Asks(Sample.Start.AddSeconds(5), Sample.Claim(claimed))));
    }

    [Fact]
    public void A_replayed_token_with_another_key_is_refused_and_an_alarm()
    {
        var claimed = Sample.In(JobState.Installing);
        var step = claimed.Try(Sample.Asks(Later, Sample.Claim(claimed, Sample.OtherBootKey)));
        Assert.False(step.IsAccepted);
        Assert.True(step.IsAlarm);
        Assert.Same(claimed, step.Job);
    }

    [Fact]
    public void A_machine_that_reboots_gets_a_new_token_and_the_old_one_is_worth_nothing()
    {
        var claimed = Sample.In(JobState.Installing);
        var again = claimed.Do(new BootAsked(Later, Sample.Card, Sample.Uuid, Sample.Key));
        Assert.Equal(2, again.Boot);
        Assert.NotEqual(claimed.TokenHash, again.TokenHash);
        Assert.True(again.Try(Sample.Asks(Later, Sample.Claim(claimed, Sample.OtherBootKey))).IsAlarm);

        // Until it claims, the installer that is at work goes on: a script that somebody fetched stops nobody.
        Assert.True(again.Try(new InstallerSpoke(Later, Sample.By(Sample.BootKey))).IsAccepted);
        var second = again.Do(Sample.Asks(Later, Sample.Claim(again, Sample.OtherBootKey)));
        Assert.False(second.Try(new InstallerSpoke(Later, Sample.By(Sample.BootKey))).IsAccepted);
        Assert.Equal(claimed.Deadline, second.Deadline);
    }

    /// <summary>Whoever can ask as the machine must not take over an installation that is running; a machine that lost its power has fallen silent.</summary>
    [Theory]
    [InlineData(0, false)]
    [InlineData(89, false)]
    [InlineData(90, true)]
    public void A_claim_while_the_installer_speaks_is_refused_and_an_alarm(int seconds, bool accepted)
    {
        var job = Sample.In(JobState.Installing).Do(new InstallerSpoke(Later, Sample.By(Sample.BootKey)));
        var at = Later.AddSeconds(seconds);
        job = job.Do(new BootAsked(at, Sample.Card, Sample.Uuid, Sample.Key));
        var step = job.Try(Sample.Asks(at, Sample.Claim(job, Sample.OtherBootKey)));
        Assert.Equal((accepted, !accepted, accepted ? null : AlarmKind.Busy), (step.IsAccepted, step.IsPassing, step.Alarm));
        Assert.Equal(!accepted, step.Job.Try(new InstallerSpoke(at, Sample.By(Sample.BootKey))).IsAccepted);
    }

    /// <summary>The identity is the host's for years; a job is not its second owner without a person.</summary>
    [Fact]
    public void After_the_identity_was_handed_over_another_installer_waits_for_a_person()
    {
        var job = Sample.In(JobState.Installing).Do(new ThingAsked(Sample.Start, Sample.By(Sample.BootKey), HandedThing.Identity, "192.0.2.33"));
        Assert.True(job.Try(new ThingAsked(Sample.Start, Sample.By(Sample.BootKey), HandedThing.Identity, "192.0.2.33")).IsAccepted);
        job = job.Do(new BootAsked(Later, Sample.Card, Sample.Uuid, Sample.Key));
        var step = job.Try(Sample.Asks(Later, Sample.Claim(job, Sample.OtherBootKey), "192.0.2.66"));
        Assert.Equal((JobState.AwaitsCode, AlarmKind.AfterIdentity), (step.Job.State, step.Alarm));
        Assert.False(step.Job.Try(new ThingAsked(Later, Sample.By(Sample.OtherBootKey), HandedThing.Identity, "192.0.2.66")).IsAccepted);
        Assert.False(step.Job.Try(new ThingAsked(Later, Sample.By(Sample.OtherBootKey), HandedThing.Repository, "192.0.2.66")).IsAccepted);
        var approved = step.Job.Do(new CodeGiven(Later, Sample.CodeOf(step.Job, Sample.OtherBootKey)));
        var given = approved.Do(new ThingAsked(Later, Sample.By(Sample.OtherBootKey), HandedThing.Identity, "192.0.2.66"));
        Assert.Equal(
            [(HandedThing.Order, "", 1), (HandedThing.Identity, "192.0.2.33", 1), (HandedThing.Order, "192.0.2.66", 2),
                (HandedThing.Identity, "192.0.2.66", 2)],
            given.HandedOver.Select(one => (one.What, one.Source, one.Installer)));
    }

    [Theory]
    [InlineData(Sample.OtherUuid, Sample.Mac)]
    [InlineData(Sample.Uuid, Sample.OtherMac)]
    public void Another_machine_is_refused_and_an_alarm(string uuid, string mac)
    {
        var offered = Sample.In(JobState.Armed);
        var boot = offered.Try(new BootAsked(Later, Provision.Core.MacAddress.Parse(mac), uuid, Sample.Key));
        Assert.True(boot is { IsAccepted: false, IsAlarm: true });
        var claim = offered.Try(Sample.Asks(Later, Sample.Claim(offered, uuid: uuid, mac: mac)));
        Assert.True(claim is { IsAccepted: false, IsAlarm: true });
        Assert.All([boot, claim], step => Assert.DoesNotContain(Sample.Uuid, step.Refusal, StringComparison.Ordinal));
        Assert.All([boot, claim], step => Assert.DoesNotContain("imap33", step.Refusal, StringComparison.Ordinal));
    }

    /// <summary>Some firmware tells iPXE no UUID. The installer that it starts reads it from the kernel, and gets nothing without it.</summary>
    [Fact]
    public void Firmware_without_a_UUID_starts_the_installer_which_must_have_it()
    {
        var claimed = Sample.In(JobState.Installing);
        var again = claimed.Do(new BootAsked(Later, Sample.Card, null, Sample.Key));
        Assert.Equal((2, Sample.Uuid), (again.Boot, again.DmiUuid));
        Assert.True(again.Try(Sample.Asks(Later, Sample.Claim(again, Sample.OtherBootKey, uuid: null))) is { IsAccepted: false, IsAlarm: true });
        Assert.True(again.Try(Sample.Asks(Later, Sample.Claim(again, Sample.OtherBootKey))).IsAccepted);
    }

    [Theory]
    [InlineData("")]
    [InlineData("short")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public void A_wrong_token_is_refused(string token)
    {
        var offered = Sample.In(JobState.Armed);
        Assert.True(offered.Try(Sample.Asks(Later, Sample.Claim(offered) with { Token = token })).IsAlarm);
    }

    [Fact]
    public void Nothing_is_accepted_at_or_after_the_deadline()
    {
        foreach (var state in Enum.GetValues<JobState>().Where(state => state.IsOpen()))
        {
            var job = Sample.In(state);
            var offered = job.Try(new BootAsked(Sample.Start, Sample.Card, Sample.Uuid, Sample.Key)).Job;
            JobEvent[] late =
            [
                new BootAsked(job.Deadline, Sample.Card, Sample.Uuid, Sample.Key), Sample.Asks(job.Deadline, Sample.Claim(offered)),
                    new InstallerSpoke(job.Deadline, Sample.By(Sample.BootKey)),
                new Reported(job.Deadline, Sample.By(Sample.BootKey), Sample.Report(InstallOutcome.Done)), new Approved(job.Deadline, Sample.FoundHash),
                    new DisarmAsked(job.Deadline),
            ];
            Assert.All(late, happened =>
            {
                var step = offered.Try(happened);
                Assert.False(step.IsAccepted);
                Assert.Equal(JobState.Expired, step.Job.State);
            });
        }
    }

    [Fact]
    public void Only_the_hash_that_the_machine_gave_is_approved()
    {
        var differs = Sample.In(JobState.Differs);
        Assert.False(differs.Try(new Approved(Later, differs.PlanHash)).IsAccepted);
        Assert.Equal(Sample.FoundHash, differs.Do(new Approved(Later, Sample.FoundHash)).Document().PlanHash);
    }

    [Fact]
    public void A_wrong_code_keeps_the_order_back()
    {
        var waits = Sample.In(JobState.AwaitsCode);
        var step = waits.Try(new CodeGiven(Later, Sample.CodeOf(waits, Sample.OtherBootKey)));
        Assert.True(step is { IsAccepted: false, IsAlarm: true, Job.State: JobState.AwaitsCode });
    }

    [Fact]
    public void No_job_keeps_a_token_or_a_key()
    {
        var job = Sample.In(JobState.Done);
        var text = System.Text.Json.JsonSerializer.Serialize(job, JobsJson.Default.Job);
        Assert.DoesNotContain(Convert.ToBase64String(Sample.Key.SessionOf(job.Id, job.Claims, Sample.BootKey)), text, StringComparison.Ordinal);
        Assert.DoesNotContain(Sample.Key.ReturnKeyOf(job.Id, job.Approvals).Secret, text, StringComparison.Ordinal);
        Assert.DoesNotContain(Sample.Key.TokenOf(job.Id, job.Boot), text, StringComparison.Ordinal);
    }

    /// <summary>Whatever two machines and an engineer do, in any order and at any time: closed stays closed, late is local, and one installer at most
    /// holds the job.</summary>
    [Fact]
    public void Random_sequences_never_let_two_machines_or_a_closed_job_install()
    {
        var random = new Random(20261122);
        for (var run = 0; run < 2_000; run++)
        {
            var job = Sample.Armed(Sample.Facts with { NeedsCode = random.Next(4) == 0 });
            var now = Sample.Start;
            string? holder = null;
            var tokens = new List<string>();
            for (var i = 0; i < 40; i++)
            {
                now += TimeSpan.FromMinutes(random.Next(20) == 0 ? 200 : random.Next(3));
                var mine = random.Next(4) != 0;
                var key = "age1" + new string("kxyz"[random.Next(4)], 58);
                if (job.Boot > 0)
                {
                    tokens.Add(Sample.Key.TokenOf(job.Id, random.Next(job.Boot + 1)));
                }

                var token = tokens.Count == 0 ? "" : tokens[random.Next(tokens.Count)];
                JobEvent happened = random.Next(9) switch
                {
                    0 or 1 => new BootAsked(now, Sample.Card, mine ? Sample.Uuid : Sample.OtherUuid, Sample.Key),
                    2 or 3 => Sample.Asks(now, new ClaimRequest(token, key, mine ? Sample.Uuid : Sample.OtherUuid, [Sample.Card])),
                    4 => new InstallerSpoke(now, Sample.By(key, Math.Max(1, job.Claims))),
                    5 => new Reported(now, Sample.By(key, Math.Max(1, job.Claims)), Sample.Report((InstallOutcome)random.Next(4))),
                    6 => new Approved(now, random.Next(2) == 0 ? Sample.FoundHash : job.PlanHash),
                    7 => new CodeGiven(now, Sample.CodeOf(job, key)),
                    _ => random.Next(10) == 0 ? new DisarmAsked(now) : new TimePassed(now),
                };
                var before = job;
                var step = job.Try(happened);
                job = step.Job;
                if (!before.State.IsOpen())
                {
                    Assert.Same(before, job);
                    Assert.False(step.IsAccepted && happened is ClaimAsked or BootAsked or InstallerSpoke && step.IsAccepted);
                }

                if (step.IsAccepted && happened is ClaimAsked claim)
                {
                    Assert.True(now < before.Deadline);
                    Assert.True(job.DmiUuid is null || job.DmiUuid == claim.Claim.DmiUuid);
                    Assert.True(!before.TokenUsed || holder == key);
                    holder = key;
                }

                if (step.IsAccepted && happened is InstallerSpoke)
                {
                    Assert.Equal(holder, key);
                }

                if (BootDecision.Of(new BootingMachine(Sample.Card, Sample.Uuid, "imap33", true), step, now).Target == BootTarget.Installer)
                {
                    Assert.True(job.State.IsOpen() && now < job.Deadline);
                }
            }
        }
    }
}
