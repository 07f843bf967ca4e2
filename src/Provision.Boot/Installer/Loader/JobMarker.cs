using System.Text;
using Provision.Boot.Installer.Setup;
using Provision.Boot.Installer.Target;
using Provision.Storage.Observe;

namespace Provision.Boot.Installer.Loader;

/// <summary>
/// The job's id on the EFI system partition of every target disk, written last of all. A machine whose success nobody heard of is sent into the installer
/// again, finds it, says so once more, and starts what is installed (docs/faults.md, fault 18).
/// </summary>
internal static class JobMarker
{
    private const string Path = "/provision/job";

    public static void Find(InstallRun run)
    {
        var partitions = run.Target.Disks.Select(disk => run.Observed.Devices.FirstOrDefault(part =>
            part.Kind == BlockKind.Partition && part.Parents.Contains(disk.Name) && part.PartitionLabel == TargetMaker.EfiLabel
                && part.Signatures.Any(signature => signature.Type == "vfat"))).ToList();
        run.IsDone = partitions.All(partition => partition is not null) && partitions.All(partition => ReadOf(run, partition!.Path) == run.Order.Job);
        if (run.IsDone)
        {
            run.Say($"job {run.Order.Job} is finished: this machine carries its marker, and nothing is written");
        }
    }

    public static void Write(InstallRun run)
    {
        run.AllowTarget();
        EfiPartition.OnEach(run, files => RootFile.Put(files, Path, run.Order.Job + "\n"));
    }

    private static string? ReadOf(InstallRun run, string partition)
    {
        try
        {
            return EfiPartition.With(run, partition, write: false, files => files.Read(Path) is { } file ? Encoding.ASCII.GetString(file.Content).Trim()
                : null);
        }
        catch (CommandFailedException wrong)
        {
            // An attempt that was cut off leaves what cannot be mounted: it is not finished.
            run.Say(wrong.Message);
            return null;
        }
    }
}
