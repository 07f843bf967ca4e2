namespace Provision.Boot.Tests;

/// <summary>Every state with every event: the state afterwards, or <c>-</c> for a refusal. The same table is in docs/netboot.md.</summary>
public class JobTableTests
{
    public static readonly string[] Table =
    [
        "state        boot         claim        code     speak        done     differs  refused  failed  approve     disarm    late",
        "armed        armed        claimed      -        -            -        -        -        -       -           disarmed  expired",
        "awaits-code  awaits-code  awaits-code  claimed  awaits-code  -        -        -        -       -           disarmed  expired",
        "claimed      claimed      claimed      -        installing   done     differs  refused  failed  -           disarmed  expired",
        "installing   installing   claimed      -        installing   done     differs  refused  failed  -           disarmed  expired",
        "differs      differs      claimed      -        differs      -        differs  refused  -       installing  disarmed  expired",
        "failed       failed       claimed      -        failed       done     differs  refused  failed  -           disarmed  expired",
        "done         -            -            -        -            done     -        -        -       -           -         done",
        "refused      -            -            -        -            -        -        refused  -       -           -         refused",
        "expired      -            -            -        -            -        -        -        -       -           -         expired",
        "disarmed     -            -            -        -            -        -        -        -       -           -         disarmed",
    ];

    public static TheoryData<string, string, string> Rows()
    {
        var rows = new TheoryData<string, string, string>();
        var events = Cells(Table[0])[1..];
        foreach (var line in Table[1..])
        {
            var cells = Cells(line);
            for (var i = 0; i < events.Length; i++)
            {
                rows.Add(cells[0], events[i], cells[i + 1]);
            }
        }

        return rows;
    }

    [Fact]
    public void The_table_has_every_state() =>
        Assert.Equal(Enum.GetValues<JobState>().Select(state => state.Word()).Order(), Table[1..].Select(line => Cells(line)[0]).Order());

    [Fact]
    public void The_documentation_has_the_table()
    {
        var text = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "netboot.md"));
        Assert.All(Table, line => Assert.Contains("    " + line.TrimEnd(), text, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void State_and_event_give(string state, string happened, string expected)
    {
        var job = Sample.In(Enum.GetValues<JobState>().Single(known => known.Word() == state));
        var at = Sample.Start.AddMinutes(2); // An installer that has been silent for 90 seconds is taken for dead.

        // A claim is that of the next boot: the machine was offered a new token before.
        var offered = job.Try(new BootAsked(at, Sample.Card, Sample.Uuid, Sample.Key)).Job;
        var step = happened switch
        {
            "boot" => job.Try(new BootAsked(at, Sample.Card, Sample.Uuid, Sample.Key)),
            "claim" => offered.Try(Sample.Asks(at, Sample.Claim(offered))),
            "code" => job.Try(new CodeGiven(at, Sample.CodeOf(job, Sample.BootKey))),
            "speak" => job.Try(new InstallerSpoke(at, Sample.By(Sample.BootKey))),
            "done" => job.Try(new Reported(at, Sample.By(Sample.BootKey), Sample.Report(InstallOutcome.Done))),
            "differs" => job.Try(new Reported(at, Sample.By(Sample.BootKey), Sample.Report(InstallOutcome.Differs))),
            "refused" => job.Try(new Reported(at, Sample.By(Sample.BootKey), Sample.Report(InstallOutcome.Refused))),
            "failed" => job.Try(new Reported(at, Sample.By(Sample.BootKey), Sample.Report(InstallOutcome.Failed))),
            "approve" => job.Try(new Approved(at, Sample.FoundHash)),
            "disarm" => job.Try(new DisarmAsked(at)),
            _ => job.Try(new TimePassed(job.Deadline)),
        };
        Assert.Equal(expected, step.IsAccepted ? step.Job.State.Word() : "-");
        if (!step.IsAccepted)
        {
            Assert.Equal(job.State, step.Job.State);
        }
    }

    private static string[] Cells(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
