using Provision.Boot.Installer.Plan;
using Provision.Configuration.Apply;
using Provision.Configuration.Model;
using Provision.Configuration.Plans;
using Provision.Configuration.Rendering;
using Provision.Configuration.Secrets;
using Provision.Configuration.State;
using Provision.Inventory;

namespace Provision.Boot.Installer.Setup;

/// <summary><c>provision install --root</c> of the new root, in this process. A check that could not be run is a failure here: the host would start
/// unchecked.</summary>
internal static class HostConfiguration
{
    public static void Install(InstallRun run)
    {
        using var root = RootedFiles.Open(InstallMachine.Root);
        MountProc(run, root);
        var secrets = new SecretStore(Probe.Repository, InstallMachine.Root + SecretStore.DefaultIdentity, run.Machine.Commands);
        var problems = new DiagnosticBag();
        var desired = new HostRenderer(run.View, new TemplateLibrary(Probe.Repository), new FleetModel(run.Fleet, run.View.Masters), secrets).Render(problems)
            ?? throw new InstallException([.. problems.InOrder().Select(problem => problem.ToString())]);
        var revision = new Revision(run.Order.Commit, Dirty: false, Pushed: true, Branch: null);
        var report = new Installation(root, run.Machine.Commands, run.Machine.Clock)
            .Install(desired, revision, ConfigSelection.All, new InstallOptions { Progress = text => run.Say(text) });
        if (report.Outcome is InstallOutcome.Refused or InstallOutcome.PutBack)
        {
            var redaction = new Redaction(desired.SecretValues, new StateStore(root).ReadState(), new StateStore(root));
            throw new InstallException([.. report.Messages.Select(redaction.Plain)]);
        }

        var owed = new StateStore(root).ReadState().OwedChecks;
        if (owed.Count > 0)
        {
            throw new InstallException([.. owed.Values.Select(check => $"{check.Unit} could not be checked: {check.Reason}")]);
        }

        foreach (var missing in report.Plan?.Packages ?? [])
        {
            run.Say($"the image lacks a package: {missing}", isError: true);
        }

        run.Close("proc");
    }

    /// <summary>Checkers of the new system run in it, and some of them look at processes.</summary>
    private static void MountProc(InstallRun run, RootedFiles root)
    {
        const string proc = InstallMachine.Root + "/proc";
        root.MakeFolder("/proc");
        run.Machine.Commands.Run(Command.Of("mount", "-t", "proc", "proc", proc)).OrThrow();
        run.Open.Push(("proc", () => run.Machine.Commands.Run(Command.Of("umount", proc)).OrThrow()));
    }
}
