using System.Globalization;
using Provision.Jobs;
using Xunit.Abstractions;

namespace Provision.Lab;

/// <summary>The installer on real disks, arrays and file systems in user-mode Linux: what it installs, what it refuses, and what a power cut leaves.</summary>
public sealed class InstallerTrialTests(InstallerTrial machine, ITestOutputHelper output) : IClassFixture<InstallerTrial>
{
    [Fact]
    public void The_first_installation_gives_a_system_that_is_this_host()
    {
        output.WriteLine(machine.Log.Output);
        output.WriteLine(Seconds(machine.Log));
        Assert.Contains("OUTCOME Done", machine.Log.Output, StringComparison.Ordinal);
        Assert.Equal(InstallOutcome.Done, machine.Report.Outcome);
    }

    private static string Seconds(UmlRun run) => string.Create(CultureInfo.InvariantCulture, $"{run.Time.TotalSeconds:F1} s");
}
