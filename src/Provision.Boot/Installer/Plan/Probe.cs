using Provision.Inventory;
using Provision.Storage.Guard;

namespace Provision.Boot.Installer.Plan;

/// <summary>Looks at the machine, gets the commit that the host is installed from, and holds one against the other.</summary>
internal static class Probe
{
    /// <summary>The checkout; it ends as the host's own clone.</summary>
    public const string Repository = InstallMachine.Work + "/repository";

    private const string Bundle = InstallMachine.Work + "/repository.bundle";

    public static void Check(InstallRun run)
    {
        CheckOut(run);
        var loaded = InventoryLoader.Load(InventoryFiles.ReadFrom(Repository));
        run.Fleet = loaded.Fleet ?? throw new InstallException(
            [.. loaded.Diagnostics.Where(problem => problem.Severity == Severity.Error).Select(problem => problem.ToString())]);
        var host = run.Fleet.FindHost(run.Order.Host) ?? throw new InstallException($"the commit {run.Order.Commit} has no host {run.Order.Host}");
        if (host.Status == HostStatus.Retired)
        {
            throw new InstallException($"{host.Name} is retired: it is not installed");
        }

        run.View = HostView.Of(run.Fleet, host, Masters.Default);
        run.Layout = run.View.Layout ?? throw new InstallException($"{host.Name} has no chassis, so nothing is known of its disks");
        if (run.Holds(Safeguard.ThisMachine) && ThisHost.WhyNot(host, run.Observed.Machine.Macs) is { } why)
        {
            throw new InstallException(why);
        }
    }

    /// <summary>Looks at the disks anew.</summary>
    public static void Again(InstallRun run)
    {
        // Before the look, so that a disk that is swapped during it is seen.
        run.Sequences = Attachments.Read(run.Machine.Reader);
        run.Observed = run.Machine.Storage.Observe();
        foreach (var problem in run.Observed.Problems)
        {
            run.Say(problem.ToString());
        }
    }

    /// <summary>Nothing of the commit is used before one of those who may sign commits is known to have signed it.</summary>
    private static void Verify(InstallRun run, Git clone)
    {
        var signers = AllowedSigners.Of(run.Machine.Files);
        if (!AllowedSigners.Has(signers, AllowedSigners.Commits))
        {
            run.Say($"the commit is not verified: {AllowedSigners.DefaultFile} has no signer of commits");
        }
        else if (run.Holds(Safeguard.CommitSignature))
        {
            var check = SshSignatures.With(signers!, AllowedSigners.Commits, file => clone.VerifyCommit(run.Order.Commit, file));
            run.Say(check.Holds ? $"the commit is signed by {check.Signer}"
                : throw new InstallException(
                    $"the commit {run.Order.Commit} is not signed by a key in {AllowedSigners.DefaultFile} that may sign commits: {check.Problem}"));
        }
    }

    /// <summary>git holds what it gets against its hashes: a checkout of the commit is the commit.</summary>
    private static void CheckOut(InstallRun run)
    {
        var machine = run.Machine;
        if (run.Order.Commit.Length != 40 || !run.Order.Commit.All(char.IsAsciiHexDigitLower))
        {
            throw new InstallException($"the order names no commit: \"{run.Order.Commit}\" is not 40 hexadecimal digits");
        }

        using (var bundle = run.Channel.Open(run.Parts.Repository, 0))
        using (var file = File.Create(Bundle))
        {
            bundle.CopyTo(file);
        }

        // What an earlier start of this boot left.
        if (Directory.Exists(Repository))
        {
            Directory.Delete(Repository, recursive: true);
        }

        var clone = Git.CloneChecked(machine.Commands, Bundle, Repository);
        Verify(run, clone);
        clone.Run("checkout", "--quiet", "--detach", run.Order.Commit);
        File.Delete(Bundle);
    }
}
