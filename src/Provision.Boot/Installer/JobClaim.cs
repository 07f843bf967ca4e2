using System.Text;
using Provision.Boot.Installer.Channel;
using Provision.Boot.Installer.Loader;
using Provision.Boot.Installer.Plan;

namespace Provision.Boot.Installer;

/// <summary>Takes the job: the machine says which one it is, and gets the order.</summary>
internal static class JobClaim
{
    /// <summary>Public keys of engineers who may log in here; the installer's ssh server reads it.</summary>
    private const string Engineers = InstallMachine.Work + "/engineers";

    /// <summary>The initramfs does not restart a machine whose installer has stopped while this file exists.</summary>
    private const string Stays = InstallMachine.Work + "/stay";

    /// <summary>Looks at the machine, and takes the job.</summary>
    public static void First(InstallRun run)
    {
        Probe.Again(run);
        ReturnKeys.Find(run);
        Take(run);
    }

    /// <summary>Takes the job, or asks for its order again.</summary>
    public static void Take(InstallRun run)
    {
        var machine = run.Observed.Machine;
        run.Parts = run.Channel.Claim(new MachineClaim(machine.DmiUuid, machine.Macs, run.ReturnKeys));
        run.Order = OrderCheck.Verified(run.Machine.Files, run.Machine.Commands, run.Parts.Order, text => run.Say(text), run.Holds(Safeguard.OrderSignature));
        run.Say($"job {run.Order.Job} installs {run.Order.Host} from commit {run.Order.Commit[..Math.Min(12, run.Order.Commit.Length)]}");
        if (run.Order.Waits)
        {
            Replace(run, Stays, "");
        }

        Replace(run, Engineers, string.Join('\n', run.Order.Engineers) + "\n");
        run.CheckDeadline();
    }

    private static void Replace(InstallRun run, string path, string text)
    {
        run.Machine.Files.MakeFolder(InstallMachine.Work, FileModes.PrivateDirectory);
        run.Machine.Files.Remove(path);
        run.Machine.Files.WriteNew(path, Encoding.UTF8.GetBytes(text), FileModes.Private);
    }
}
