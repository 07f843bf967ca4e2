using Provision.FleetRuns.Runs;

namespace Provision.Fleet.Tests.Runs;

public sealed class RunDatabaseTests : IDisposable
{
    private static readonly DateTimeOffset At = new(2026, 12, 1, 3, 0, 0, TimeSpan.Zero);
    private readonly string folder = Directory.CreateTempSubdirectory("provision-runs-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void A_run_is_read_as_it_was_written_by_another_process()
    {
        using (var runs = RunDatabase.Open(folder))
        {
            var run = runs.Create(Order(), [Waiting("h1", 1), Waiting("h2", 2)], At, out var held, out _)!;
            using (held)
            {
                runs.Record(run.Id, Waiting("h1", 1) with
                {
                    Progress = HostProgress.Installed,
                    PlanHash = "p",
                    Generation = 7,
                    Message = "a\nb",
                    Started = At,
                    Ended = At.AddSeconds(1.5),
                });
                runs.Record(run.Id, RunStatus.Stopped, "why", At.AddMinutes(1));
            }
        }

        using var again = RunDatabase.Open(folder);
        var read = again.Find(1)!;
        Assert.Equal((RunStatus.Stopped, "why", At, (DateTimeOffset?)At.AddMinutes(1)), (read.Status, read.Why, read.Started, read.Ended));
        Assert.Equal(Order().Subjects, read.Order.Subjects);
        Assert.Equal(Order() with { Subjects = read.Order.Subjects }, read.Order);
        Assert.Equal(["h1", "h2"], read.Hosts.Select(host => host.Host));
        var first = read.Hosts[0];
        Assert.Equal(("p", 7, "a\nb", At.AddSeconds(1.5)), (first.PlanHash, first.Generation!.Value, first.Message, first.Ended!.Value));
        Assert.False(read.Hosts[1].IsOver);
        Assert.Null(again.Find(2));
    }

    [Fact]
    public void Two_runs_at_work_never_have_a_host_in_common()
    {
        using var runs = RunDatabase.Open(folder);
        using var others = RunDatabase.Open(folder);
        var first = runs.Create(Order(), [Waiting("h1", 1), Waiting("h2", 1)], At, out var held, out _)!;
        Assert.True(others.IsAtWork(first.Id));
        Assert.Null(others.Create(Order(), [Waiting("h2", 1), Waiting("h3", 1)], At, out var none, out var why));
        Assert.Null(none);
        Assert.Contains("run 1 is at work and has h2 too", why, StringComparison.Ordinal);

        // Others are free, and so is what the first one has finished.
        others.Create(Order(), [Waiting("h3", 1)], At, out var other, out _);
        Assert.NotNull(other);
        runs.Record(first.Id, Waiting("h2", 1) with { Progress = HostProgress.Same });
        others.Create(Order(), [Waiting("h2", 1)], At, out var third, out _);
        Assert.NotNull(third);

        // A process that is gone holds nothing.
        held!.Dispose();
        Assert.False(others.IsAtWork(first.Id));
        others.Create(Order(), [Waiting("h1", 1)], At, out var fourth, out _);
        Assert.NotNull(fourth);
        foreach (var one in new[] { other, third, fourth })
        {
            one.Dispose();
        }
    }

    [Fact]
    public void A_damaged_file_is_reported_and_not_replaced()
    {
        using (var runs = RunDatabase.Open(folder))
        {
            runs.Create(Order(), [Waiting("h1", 1)], At, out var held, out _);
            held!.Dispose();
        }

        var path = Path.Combine(folder, "runs.db");
        foreach (var more in Directory.GetFiles(folder, "runs.db-*"))
        {
            File.Delete(more);
        }

        var bytes = File.ReadAllBytes(path);
        Array.Fill(bytes, (byte)7, 100, bytes.Length - 100);
        File.WriteAllBytes(path, bytes);
        Assert.ThrowsAny<Exception>(() => RunDatabase.Open(folder));
        Assert.Equal(bytes, File.ReadAllBytes(path));
    }

    [Fact]
    public void A_report_names_what_failed_and_hosts_words_are_no_markdown()
    {
        var run = new FleetRun(4, Order(), RunStatus.Stopped, "1 host failed, none is allowed in the run", At, At.AddSeconds(90),
        [
            Waiting("h1", 1) with
            {
                Progress = HostProgress.RolledBack, Message = "# not a heading | <b>\u001b[2J\nsecond", Started = At, Ended = At.AddSeconds(30),
            },
            Waiting("h2", 2),
        ]);
        var report = RunReport.Of(run, false, hosts => string.Join(' ', hosts));
        Assert.Contains("Stopped: 1 host failed, none is allowed in the run.", report, StringComparison.Ordinal);
        Assert.Contains("- rolled back: 1 (h1)", report, StringComparison.Ordinal);
        Assert.Contains("- not visited: 1 (h2)", report, StringComparison.Ordinal);
        Assert.Contains("    # not a heading | <b>", report, StringComparison.Ordinal);
        Assert.DoesNotContain("\n# not", report, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', report);
        Assert.Contains("(90 seconds)", report, StringComparison.Ordinal);
    }

    private static RunHost Waiting(string host, int wave) => new(host, wave, HostProgress.Waiting);

    private static RunOrder Order() => new("*", new string('a', 40), "ann@x", 1, 2, 3, TimeSpan.FromMinutes(4), TimeSpan.FromSeconds(5), true, ["abc Why"]);
}
