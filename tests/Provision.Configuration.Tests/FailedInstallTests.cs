using Provision.Configuration.Apply;
using Provision.Configuration.Health;
using Provision.Configuration.State;

namespace Provision.Configuration.Tests;

/// <summary>An install that failed, was rolled back or was cut off is reported until the next good one.</summary>
public sealed class FailedInstallTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 1, 10, 12, 0, 0, TimeSpan.Zero);
    private readonly SmallFleet fleet = new();

    public void Dispose() => fleet.Dispose();

    [Fact]
    public void A_failed_check_is_reported_until_the_next_good_install()
    {
        fleet.Install();
        File.Delete(fleet.RootFolder + "/etc/web.conf");
        Directory.CreateDirectory(fleet.RootFolder + "/etc/web.conf");
        Assert.Equal(2, fleet.Install(new() { By = "ada@control" }, SmallFleet.Clean with { Id = new string('b', 40) }).ExitCode);
        var failed = InstallRecord.Read(fleet.Files);
        Assert.Equal(("bbbbbbbbbbbb", "ada@control", false), (failed.Failed!.Commit, failed.Failed.By, failed.Failed.RolledBack));
        var finding = Assert.Single(Findings(failed));
        Assert.Equal(HealthLevel.Warning, finding.Level);
        Assert.StartsWith("the install of commit bbbbbbbbbbbb failed 0 minutes ago, the host is at 0123456789ab: ", finding.Sentence, StringComparison.Ordinal);
        Assert.EndsWith("; correct that, then \"provision install\"", finding.Sentence, StringComparison.Ordinal);

        Directory.Delete(fleet.RootFolder + "/etc/web.conf");
        Assert.Equal(0, fleet.Install().ExitCode);
        Assert.Null(InstallRecord.Read(fleet.Files).Failed);
    }

    [Fact]
    public void A_failed_install_is_forgotten_when_nothing_is_left_to_do()
    {
        fleet.Install();
        fleet.Store.WriteState(fleet.Store.ReadState() with { Failed = new FailedInstall(Now, "b", null, "a unit failed", RolledBack: true) });
        Assert.Equal(InstallOutcome.NothingToDo, fleet.Install().Outcome);
        Assert.Null(InstallRecord.Read(fleet.Files).Failed);
    }

    [Fact]
    public void A_run_that_was_cut_off_is_critical_and_one_that_runs_is_not()
    {
        fleet.Install();
        var state = fleet.Store.ReadState();
        fleet.Store.WriteJournal(new Journal
        {
            Transaction = "000002",
            Changes = [],
            NextState = state,
            Generation = fleet.Store.ReadGeneration(1)! with { Number = 2, Commit = new string('c', 12), Time = Now.AddHours(-5) },
        });
        var cut = Assert.Single(Findings(InstallRecord.Read(fleet.Files)));
        Assert.Equal(HealthLevel.Critical, cut.Level);
        Assert.Equal("the install of commit cccccccccccc was cut off 5 hours ago: some files are of it, the others of 0123456789ab; \"provision install\" finishes it", cut.Sentence);
        using var held = fleet.Files.TryLock(Installation.LockPath);
        var running = Assert.Single(Findings(InstallRecord.Read(fleet.Files)));
        Assert.Equal((HealthLevel.Info, "an install of commit cccccccccccc is running"), (running.Level, running.Sentence));
    }

    [Fact]
    public void An_install_that_was_rolled_back_names_both_commits()
    {
        var record = new InstallRecord(null, 0)
        {
            Commit = "aaaa",
            Failed = new FailedInstall(Now.AddDays(-3), "bbbb", null, "web.service failed", RolledBack: true),
        };
        Assert.Equal(
            "the install of commit bbbb was rolled back 3 days ago, the host is at aaaa: web.service failed; correct that, then \"provision install\"",
            Assert.Single(Findings(record)).Sentence);
    }

    [Fact]
    public void The_last_good_install_is_not_the_one_that_was_undone()
    {
        fleet.Install();
        var first = fleet.Store.ReadGeneration(1)!;
        fleet.Store.WriteGeneration(first with { Number = 2, Commit = "bad" });
        fleet.Store.WriteGeneration(first with { Number = 3, Kind = GenerationKind.Undo });
        Assert.Equal(1, InstallRecord.Read(fleet.Files).LastInstall!.Number);
    }

    private static IReadOnlyList<HealthFinding> Findings(InstallRecord record) =>
        [.. InstallHealth.Checks.Single(check => check.Name == "install").Judge(new InstallHealth(Now, () => throw new InvalidOperationException(), () =>
            record))];
}
