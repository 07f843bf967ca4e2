using Provision.Inventory;
using Provision.Storage.Guard;
using Provision.Storage.Map;
using Provision.Storage.Plans;

namespace Provision.Boot.Installer.Target;

/// <summary>One disk of the target.</summary>
/// <param name="Name">Kernel name, of this boot.</param>
/// <param name="Identity">Bay and serial, or unit: what people know it by.</param>
/// <param name="Bytes">Its size.</param>
internal sealed record TargetDisk(string Name, string Identity, long Bytes)
{
    /// <summary>Its node.</summary>
    public string Node => "/dev/" + Name;
}

/// <summary>The disks that a reinstall may write, and what it makes on them.</summary>
/// <param name="Disks">One, or the halves of a mirror in the order of their bays.</param>
/// <param name="ArrayName">Name of the mirror; null for a single disk.</param>
/// <param name="Ids">Ids that were chosen for this run.</param>
/// <param name="Allowed">What the guard lets through.</param>
internal sealed record TargetDisks(IReadOnlyList<TargetDisk> Disks, string? ArrayName, TargetIds Ids, WriteSet Allowed)
{
    /// <summary>Kernel names.</summary>
    public IReadOnlyList<string> Names => [.. Disks.Select(disk => disk.Name)];

    /// <summary>The target of the layout, each part of it a part that the plan wipes.</summary>
    /// <exception cref="InstallException">Something of it is not, or is not there.</exception>
    public static TargetDisks Find(InstallRun run)
    {
        var (layout, plan) = (run.Layout, run.Plan!);
        var set = layout.Sets.FirstOrDefault(set => set.Key == layout.Os.Set)
            ?? throw new InstallException($"the chassis {layout.Chassis.Name} has no place for the operating system (os: true)");
        if (layout.Os.Label is { } label)
        {
            throw new InstallException($"the operating system of {layout.Host.Name} is the partition {label} of {layout.Os.Lun}, which it shares with data: " +
                $"a boot loader has no place there that is its own. Give it a unit or disks of its own in the chassis {layout.Chassis.Name}");
        }

        var bays = BayFinder.Find(layout, run.Fleet.FindDrives(layout.Host.Name), run.Observed);
        var isWhole = set.Luns.All(lun => lun.Os);
        IReadOnlyList<StorageTarget> targets = isWhole ? [.. set.Bays.Select(StorageTarget.Bay)] : [StorageTarget.Unit(layout.Os.Lun)];
        var problems = targets.Where(target => !plan.Actions.Any(action => action.Kind == ActionKind.WipeOs && action.Target == target))
            .Select(target => $"{target} is the operating system's, and the plan does not say that it may be wiped: " +
                $"{string.Join("; ", plan.Actions.Where(action => action.Target == target).Select(action => action.Reason))}").ToList();
        var disks = new List<TargetDisk>();
        if (set.IsMd || set.Level == RaidLevel.Single)
        {
            foreach (var bay in set.Bays)
            {
                var drive = bays.GetValueOrDefault(bay);
                if (drive?.Device is { } name)
                {
                    disks.Add(new TargetDisk(name, DriveComparison.Of(bay, drive), drive.Bytes));
                }
                else
                {
                    problems.Add($"bay {bay} of the operating system is empty");
                }
            }
        }
        else if (UnitFinder.Find(set, set.Luns.First(lun => lun.Os), run.Fleet.FindDrives(layout.Host.Name), run.Observed, bays) is { Device: { } device } unit)
        {
            disks.Add(new TargetDisk(device.Name, $"unit {unit.Lun.Name} wwn {device.Wwn ?? "-"}", device.Bytes));
        }
        else
        {
            problems.Add($"the unit {layout.Os.Lun} of the operating system is not there");
        }

        if (problems.Count > 0)
        {
            throw new InstallException(problems);
        }

        var ids = TargetIds.New(disks.Count);
        var permits = disks.Select(disk =>
            WritePermit.For(run.Observed.Find(disk.Name)!, run.Sequences, disk.Identity, DiskEffect.Destroy, "it is the operating system's target"));
        return new TargetDisks(disks, set.IsMd ? set.Luns[0].Name : null, ids, new WriteSet([.. permits], ids.All));
    }
}
