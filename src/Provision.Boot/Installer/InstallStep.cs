using Provision.Boot.Installer.Image;
using Provision.Boot.Installer.Loader;
using Provision.Boot.Installer.Plan;
using Provision.Boot.Installer.Protect;
using Provision.Boot.Installer.Setup;
using Provision.Boot.Installer.Target;

namespace Provision.Boot.Installer;

/// <summary>One step of an installation.</summary>
/// <param name="Name">Its name in events and reports.</param>
/// <param name="Says">What it does, for people.</param>
/// <param name="Writes">True where it writes to the target: from the first such step on the old system does not start any more.</param>
/// <param name="Work">Does it.</param>
internal sealed record InstallStep(string Name, string Says, bool Writes, Action<InstallRun> Work)
{
    /// <summary>All steps in their order: everything that can say no comes before the first that writes, the boot loader comes last.</summary>
    public static readonly IReadOnlyList<InstallStep> All =
    [
        new("guard", "every disk is made read-only", false, WriteProtection.Apply),
        new("claim", "inspecting the machine and claiming the job", false, JobClaim.First),
        new("probe", "the commit is fetched: is this its host?", false, Probe.Check),
        new("plan", "the plan is compared with the one that was armed", false, PlanCheck.Compare),
        new("marker", "whether this job is finished already", false, JobMarker.Find),
        new("fingerprint", "fingerprinting protected disks", false, Proof.Before),
        new("image", "the image is verified", false, ImageCheck.Verify),
        new("release", "the target may be written", false, TargetMaker.Release),
        new("invalidate", "the old boot loader is taken away", true, TargetMaker.Invalidate),
        new("partition", "the target gets its partitions", true, TargetMaker.Partition),
        new("filesystem", "the file systems are made", true, TargetMaker.MakeFilesystems),
        new("unpack", "the image is unpacked", true, ImageUnpack.Unpack),
        new("identity", "the host gets its identity back", true, HostIdentityFiles.Write),
        new("configure", "the host's configuration is installed", true, HostConfiguration.Install),
        new("bootloader", "the boot loader is written", true, BootLoader.Write),
        new("proof", "heads and counters of every protected disk are compared", true, Proof.After),
        new("finish", "the target carries the job's marker", true, JobMarker.Write),
    ];
}
