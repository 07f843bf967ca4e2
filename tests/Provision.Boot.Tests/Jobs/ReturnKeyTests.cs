namespace Provision.Boot.Tests;

/// <summary>Which machine a job is for: the one that proves the key on its disk, or the one whose console an engineer looked at.</summary>
public class ReturnKeyTests
{
    private static readonly DateTimeOffset Soon = Sample.Start.AddSeconds(5);
    private static readonly ArmFacts Facts = Sample.Facts with { NoCode = null };

    [Fact]
    public void Without_a_key_the_first_machine_waits_for_a_person()
    {
        var offered = Sample.Armed(Facts).Do(new BootAsked(Sample.Start, Sample.Card, Sample.Uuid, Sample.Key));
        var step = offered.Try(Sample.Asks(Soon, Sample.Claim(offered)));
        Assert.Equal((JobState.AwaitsCode, null), (step.Job.State, step.Alarm));
        Assert.Equal(JobState.Claimed, step.Job.Do(new CodeGiven(Soon, Sample.CodeOf(step.Job, Sample.BootKey))).State);
    }

    [Fact]
    public void With_the_key_of_the_old_systems_disk_nobody_is_waited_for()
    {
        var offered = Offered();
        Assert.Equal(JobState.Claimed, offered.Do(Sample.Asks(Soon, Proved(offered, Sample.BootKey))).State);
    }

    [Theory]
    [InlineData("none")]
    [InlineData("other-secret")]
    [InlineData("other-token")]
    [InlineData("other-recipient")]
    public void Another_proof_is_an_alarm_and_waits_for_a_person(string how)
    {
        var offered = Offered();
        var claim = Proved(offered, Sample.BootKey);
        claim = how switch
        {
            "none" => claim with { Proofs = null },
            "other-secret" => claim with { Proofs = [Sample.Key.ReturnKeyOf(offered.Id, 1).Prove(claim.Token, claim.Recipient)] },
            "other-token" => claim with { Proofs = [Key(offered).Prove(Sample.Key.TokenOf(offered.Id, 7), claim.Recipient)] },
            // Someone in between who puts a key of his own in the place of the machine's.
            _ => claim with { Recipient = Sample.OtherBootKey },
        };
        var step = offered.Try(Sample.Asks(Soon, claim));
        Assert.Equal((JobState.AwaitsCode, AlarmKind.WithoutKey), (step.Job.State, step.Alarm));
    }

    /// <summary>A machine that lost its power goes on at once and gets its identity again; a machine elsewhere does neither.</summary>
    [Fact]
    public void After_a_power_cut_the_machine_that_proves_its_key_goes_on_alone()
    {
        var job = Offered();
        job = job.Do(Sample.Asks(Soon, Proved(job, Sample.BootKey))).Do(new ThingAsked(Soon, Sample.By(Sample.BootKey), HandedThing.Identity, "192.0.2.33"));
        job = job.Do(new BootAsked(Soon, Sample.Card, Sample.Uuid, Sample.Key));
        Assert.Equal(AlarmKind.Busy, job.Try(Sample.Asks(Soon, Sample.Claim(job, Sample.OtherBootKey))).Alarm);
        var again = job.Try(Sample.Asks(Soon, Proved(job, Sample.OtherBootKey)));
        Assert.Equal((JobState.Claimed, null), (again.Job.State, again.Alarm));
        Assert.True(again.Job.Try(new ThingAsked(Soon, Sample.By(Sample.OtherBootKey), HandedThing.Identity, "192.0.2.33")).IsAccepted);
    }

    /// <summary>A listener knows the public key of the installer, and anyone who asks as the machine gets a token.</summary>
    [Fact]
    public void The_public_key_of_a_running_installer_takes_nothing_over()
    {
        var job = Sample.In(JobState.Installing).Do(new BootAsked(Soon, Sample.Card, Sample.Uuid, Sample.Key));
        var step = job.Try(Sample.Asks(Soon, Sample.Claim(job)));
        Assert.Equal((JobState.Installing, AlarmKind.Busy), (step.Job.State, step.Alarm));
    }

    /// <summary>Nothing that an installer said in one claim is heard again in another, also if its public key comes back.</summary>
    [Fact]
    public void Requests_of_an_earlier_claim_are_not_heard_again()
    {
        var job = Sample.In(JobState.Claimed);
        var sent = Sample.By(Sample.BootKey);
        job = job.Do(new InstallerSpoke(Soon, sent)).Do(new BootAsked(Soon, Sample.Card, Sample.Uuid, Sample.Key));
        job = job.Do(Sample.Asks(Soon + JobTimes.Silence, Sample.Claim(job)));
        Assert.False(job.Try(new InstallerSpoke(Soon + JobTimes.Silence, sent)).IsAccepted);
        Assert.True(job.Try(new InstallerSpoke(Soon + JobTimes.Silence, Sample.By(Sample.BootKey, 2))).IsAccepted);
    }

    /// <summary>Whoever got a key before a person looked has nothing afterwards.</summary>
    [Fact]
    public void An_approved_code_makes_the_keys_before_it_worthless()
    {
        var job = Offered() with { NeedsCode = true };
        job = job.Do(Sample.Asks(Soon, Proved(job, Sample.BootKey)));
        Assert.Equal(JobState.AwaitsCode, job.State);
        var old = Key(job);
        job = job.Do(new CodeGiven(Soon, Sample.CodeOf(job, Sample.BootKey)));
        job = job.Do(new BootAsked(Soon, Sample.Card, Sample.Uuid, Sample.Key));
        var claim = Sample.Claim(job, Sample.OtherBootKey);
        Assert.False(job.Try(Sample.Asks(Soon, claim with { Proofs = [old.Prove(claim.Token, claim.Recipient)] })).IsAccepted);
        Assert.Equal(JobState.Claimed, job.Do(Sample.Asks(Soon, Proved(job, Sample.OtherBootKey))).State);
    }

    [Theory]
    [InlineData("age1yubikey1q0r3yhp0zmv3nl3n3jsl4vqxalx5evx04r46wnxh5pkd3lp2kfq")]
    [InlineData("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA")]
    [InlineData("--output=/etc/passwd")]
    [InlineData("")]
    public void A_key_that_is_none_of_age_itself_is_refused(string recipient)
    {
        var offered = Offered();
        Assert.Equal("the claim has no public key of age", offered.Try(Sample.Asks(Soon, Sample.Claim(offered, recipient))).Refusal);
    }

    [Theory]
    [InlineData("method")]
    [InlineData("path")]
    [InlineData("body")]
    [InlineData("counter")]
    [InlineData("again")]
    public void A_request_counts_as_it_was_sent_and_once(string how)
    {
        var job = Sample.In(JobState.Claimed);
        var sent = Sample.By(Sample.BootKey);
        var proof = RequestProof.Parse(sent.Request.Header, sent.Request.Method, sent.Request.Path)!;
        Assert.Equal(sent.Request, proof);
        proof = how switch
        {
            "method" => proof with { Method = "GET" },
            "path" => proof with { Path = "/jobs/x/report" },
            "body" => proof with { BodyHash = new string('0', 64) },
            "counter" => proof with { Counter = proof.Counter + 1 },
            _ => proof,
        };
        job = how == "again" ? job.Do(new InstallerSpoke(Soon, sent)) : job;
        Assert.False(job.Try(new InstallerSpoke(Soon, sent with { Request = proof })).IsAccepted);
    }

    [Fact]
    public void A_key_is_read_from_its_own_text_alone()
    {
        var key = Sample.Key.ReturnKeyOf(new string('1', 32), 0);
        Assert.Equal(key, ReturnKey.Parse(key.Text));
        Assert.All(["", "x", key.Job, key.Text + "more", key.Secret + " " + key.Job], text => Assert.Null(ReturnKey.Parse(text)));
    }

    private static Job Offered() =>
        Sample.Armed(Facts).Do(new KeyPlanted(Sample.Start)).Do(new BootAsked(Sample.Start, Sample.Card, Sample.Uuid, Sample.Key));

    private static ReturnKey Key(Job job) => Sample.Key.ReturnKeyOf(job.Id, job.Approvals);

    private static ClaimRequest Proved(Job job, string recipient)
    {
        var claim = Sample.Claim(job, recipient);
        return claim with { Proofs = [Key(job).Prove(claim.Token, recipient)] };
    }
}
