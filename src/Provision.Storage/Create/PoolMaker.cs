using Provision.Inventory;
using Provision.Storage.Guard;
using Provision.Storage.Keys;

namespace Provision.Storage.Create;

/// <summary>Makes a ZFS pool as planned: a partition on each drive, the pool over them, its datasets.</summary>
internal sealed class PoolMaker(StorageMachine machine, CreatePlan plan, CreateMeans means, DiskGuard guard, BlockNodes nodes)
{
    /// <summary>The partition table of a pool's drive: one partition over all of it, named by the bay.</summary>
    public static string TableOf(CreateJournal journal, string pool, Bay bay, long bytes) => PartitionScript.For(
        journal.Id("table", bay.ToString()),
        bytes,
        [new NewPartition($"{pool}-{bay.Panel}-{bay.Number}", journal.Id("partition", bay.ToString()), null, NewPartition.ZfsType)]);

    public CreateJournal Make(PoolLayout pool, CreateJournal journal, Func<string, CreateJournal> finish)
    {
        foreach (var drive in plan.Drives)
        {
            var step = $"table {drive.Bay}";
            if (!journal.IsDone(step))
            {
                means.Say(step);
                var disk = "/dev/" + drive.Drive.Device;
                guard.Run(DiskCommands.WriteTable(disk, TableOf(journal, pool.Name, drive.Bay, nodes.BytesOf(disk))));
                nodes.ReadTable(guard, disk);
                journal = finish(step);
            }
        }

        var members = plan.Drives.ToDictionary(drive => drive.Bay, drive => nodes.Partition("/dev/" + drive.Drive.Device, 1));
        var devices = members.Values.ToList();
        if (!journal.IsDone("pool " + pool.Name))
        {
            means.Say("pool " + pool.Name);
            MakePool(pool, journal, members, devices);
            journal = finish("pool " + pool.Name);
        }
        else if (!IsImported(pool.Name))
        {
            Import(pool, devices);
        }

        foreach (var volume in plan.Volumes)
        {
            if (!journal.IsDone("dataset " + volume.Label))
            {
                means.Say("dataset " + volume.Label);
                MakeDataset(pool, volume, journal, devices);
                journal = finish("dataset " + volume.Label);
            }
        }

        return journal;
    }

    private void MakePool(PoolLayout pool, CreateJournal journal, Dictionary<Bay, string> members, List<string> devices)
    {
        if (IsImported(pool.Name))
        {
            // An interrupted run got so far that the pool exists, but not to the end of the step: no dataset of it can hold anything yet.
            guard.Run(DiskCommands.ExportPool(pool.Name, devices));
        }

        using var key = RecoveryKey.NewForPool();
        means.Escrow.KeepKey(pool.Name, key, means.Recipients);
        var vdevs = plan.Sets.Select(set => ("raidz2", (IReadOnlyList<string>)[.. set.Bays.Select(bay => members[bay])])).ToList();
        guard.Run(DiskCommands.MakePool(pool.Name, pool.Definition.Encryption, vdevs, journal.Id("pool", pool.Name), key.Bytes));
        if (pool.Definition.Encryption is not null && means.Tang is { } tang)
        {
            guard.Run(DiskCommands.SetPoolProperty(pool.Name, PoolKey.SealedProperty, tang.Seal(machine.Commands, key), devices));
        }
    }

    private void MakeDataset(PoolLayout pool, Volume volume, CreateJournal journal, List<string> devices)
    {
        var state = machine.Reader.Run("zfs", "get", "-H", "-o", "value", "mounted", volume.Device);
        if (state.ExitCode != 0)
        {
            guard.Run(DiskCommands.MakeDataset(volume.Device, volume.MountPath ?? "none", (volume.Definition as Dataset)?.Quota, devices));
        }
        else if (state.Output.Trim() == "yes")
        {
            guard.Run(DiskCommands.UnmountDataset(volume.Device, devices));
        }

        guard.Run(DiskCommands.MountDataset(volume.Device, devices));
        try
        {
            new VolumeMarker(plan.Layout.Host.Name, volume.Label, journal.Id("pool", pool.Name)).Write(machine.Files, volume.MountPath!);
        }
        finally
        {
            guard.Run(DiskCommands.UnmountDataset(volume.Device, devices));
        }
    }

    private void Import(PoolLayout pool, List<string> devices)
    {
        var found = machine.Observe().Pools.FirstOrDefault(candidate => candidate.Name == pool.Name)
            ?? throw new StorageException($"the pool {pool.Name} is gone");
        guard.Run(DiskCommands.ImportPool(found.Guid.ToString(System.Globalization.CultureInfo.InvariantCulture), devices));
        if (pool.Definition.Encryption is not null)
        {
            using var key = PoolKey.FromTang(machine, pool.Name);
            guard.Run(DiskCommands.LoadPoolKey(pool.Name, devices, key.Bytes));
        }
    }

    private bool IsImported(string pool) => machine.Observe().Pools.Any(found => found.Name == pool && found.Imported);
}
