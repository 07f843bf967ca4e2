using System.Diagnostics;
using Provision.Boot.Installer.Channel;
using Provision.Boot.Jobs;
using Provision.Storage;
using Provision.Storage.Guard;

namespace Provision.Boot.Installer;

/// <summary>
/// Installs the machine it runs on, as one order says. Killed anywhere and run again it begins from the beginning and comes to the same end:
/// nothing is remembered but on the target, and no step needs a disk that is protected.
/// </summary>
public sealed class HostInstaller
{
    private readonly InstallMachine machine;
    private readonly IJobChannel channel;
    private readonly Action<InstallEvent> console;
    private readonly IReadOnlyList<Safeguard> safeguards;

    /// <summary>An installer.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="channel">Where the order comes from and the report goes.</param>
    /// <param name="console">Gets every message, also when the boot server does not answer.</param>
    public HostInstaller(InstallMachine machine, IJobChannel channel, Action<InstallEvent> console)
        : this(machine, channel, console, Safeguard.All)
    {
    }

    internal HostInstaller(InstallMachine machine, IJobChannel channel, Action<InstallEvent> console, IReadOnlyList<Safeguard> safeguards)
    {
        this.machine = machine;
        this.channel = channel;
        this.console = console;
        this.safeguards = safeguards;
    }

    /// <summary>Goes through the steps, and reports.</summary>
    /// <returns>The report that was sent.</returns>
    public InstallReport Run()
    {
        var run = new InstallRun(machine, channel, Tell, safeguards);
        var times = new List<StepTime>();
        var written = false;
        InstallReport report;
        try
        {
            foreach (var step in InstallStep.All.TakeWhile(_ => !run.IsDone))
            {
                var clock = Stopwatch.StartNew();
                run.Enter(step);
                written |= step.Writes;
                step.Work(run);
                times.Add(new StepTime(step.Name, Math.Round(clock.Elapsed.TotalSeconds, 2)));
            }

            run.Close();
            report = Report(run, times, InstallOutcome.Done, []);
        }
        catch (Exception wrong) when (wrong is InstallException or GuardException or CommandFailedException or StorageException or IOException
            or UnauthorizedAccessException or HttpRequestException or InvalidDataException)
        {
            var outcome = wrong is InstallException { Differs: true } ? InstallOutcome.Differs : written ? InstallOutcome.Failed : InstallOutcome.Refused;
            var problems = wrong is InstallException { Problems: var all } ? all : [wrong.Message];
            problems.ToList().ForEach(problem => run.Say(problem, isError: true));
            CloseQuietly(run);
            report = Report(run, times, outcome, problems);
        }

        channel.Report(report);
        return report;
    }

    /// <summary>What a program that ran the installer ends with.</summary>
    /// <returns>0 installed; 1 failed after the old boot loader was gone; 2 nothing was written, the old system still starts.</returns>
    public static int ExitCodeOf(InstallOutcome outcome) => outcome switch
    {
        InstallOutcome.Done => 0,
        InstallOutcome.Failed => 1,
        _ => 2,
    };

    private static InstallReport Report(InstallRun run, List<StepTime> times, InstallOutcome outcome, IReadOnlyList<string> problems) => new()
    {
        Outcome = outcome,
        FoundHash = run.Plan?.Hash,
        Problems = problems,
        Steps = times,
        Protected = run.Protected,
        NewHostKeys = run.NewHostKeys,
    };

    /// <summary>What failed is reported; that something cannot be unmounted after it is only said.</summary>
    private static void CloseQuietly(InstallRun run)
    {
        while (run.Open.Count > 0)
        {
            try
            {
                run.Close();
            }
            catch (Exception wrong) when (wrong is GuardException or CommandFailedException or StorageException)
            {
                run.Say(wrong.Message, isError: true);
            }
        }
    }

    private void Tell(InstallEvent what)
    {
        console(what);
        channel.Tell(what);
    }
}
