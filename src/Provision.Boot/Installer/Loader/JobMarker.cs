using System.Text;
using Provision.Boot.Installer.Setup;
using Provision.Boot.Installer.Target;
using Provision.Storage.Observe;

namespace Provision.Boot.Installer.Loader;

/// <summary>
/// The job's id on the EFI system partition of every target disk, written last of all. A machine whose success never reached the boot
/// server is sent into the installer again, finds it, says so once more, and starts what is installed (docs/faults.md, fault 18).
/// </summary>
internal static class JobMarker
{
    private const string Path = "/provision/job";

    public static void Find(InstallRun run)
    {
        var partitions = run.Target.Disks.Select(disk => run.Observed.Devices.FirstOrDefault(part =>
            part.Kind == BlockKind.Partition && part.Parents.Contains(disk.Name) && part.PartitionLabel == TargetMaker.EfiLabel
                && part.Signatures.Any(signature => signature.Type == "vfat"))).ToList();
        var found = partitions.OfType<BlockDevice>().Select(partition => ReadOf(run, partition.Path)).ToList();
        if (run.Holds(Safeguard.OrderNumber))
        {
            OrderCheck.Fresh(run.Order, found.Select(marker => marker.Number).Append(run.SeenNumber).Max());
        }

        run.IsDone = found.Count == partitions.Count && found.All(marker => marker.Job == run.Order.Job);
        if (run.IsDone)
        {
            run.Say($"job {run.Order.Job} is finished: this machine carries its marker, and nothing is written");
        }
    }

    public static void Write(InstallRun run)
    {
        run.AllowTarget();
        EfiPartition.OnEach(run, files =>
        {
            RootFile.Put(files, Path, run.Order.Job + "\n");
            RootFile.Put(files, OrderNumber.OfEfi, OrderNumber.Text(run.Order));
        });
        ReturnKeys.Remove(run);
    }

    private static (string? Job, long Number) ReadOf(InstallRun run, string partition)
    {
        try
        {
            return EfiPartition.With(run, partition, write: false, files =>
                (files.Read(Path) is { } file ? Encoding.ASCII.GetString(file.Content).Trim() : null, OrderNumber.Read(files, OrderNumber.OfEfi)));
        }
        catch (CommandFailedException wrong)
        {
            // An attempt that was cut off leaves what cannot be mounted: it is not finished.
            run.Say(wrong.Message);
            return default;
        }
    }
}
