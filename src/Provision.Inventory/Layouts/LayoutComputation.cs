namespace Provision.Inventory;

/// <summary>Computes the layout of a host from its chassis.</summary>
internal static class LayoutComputation
{
    /// <summary>Mount options for data, which needs neither device files, set-uid programs nor programs at all.</summary>
    private const string DataOptions = "nodev,nosuid,noexec";

    public static Layout Of(Host host, Chassis chassis, InstanceKind? kind)
    {
        var sets = new List<SetLayout>(chassis.Sets.Count);
        var volumes = new List<Volume>();
        OsTarget? os = null;
        foreach (var set in chassis.Sets)
        {
            sets.Add(Set(host, chassis, set, volumes, ref os));
        }

        var pools = new List<PoolLayout>(chassis.Pools.Count);
        foreach (var pool in chassis.Pools)
        {
            pools.Add(Pool(host, chassis, pool, volumes));
        }

        var mounts = new List<Mount>(volumes.Count);
        foreach (var volume in volumes)
        {
            if (volume is { MountPath: { } path, Filesystem: { } filesystem })
            {
                var options = filesystem == "zfs" ? "zfsutil," + DataOptions : "noatime," + DataOptions;
                mounts.Add(new Mount(path, volume.Source, filesystem, options, volume.Data));
            }
        }

        foreach (var tmpfs in chassis.Tmpfs)
        {
            for (var n = 1; n <= tmpfs.Repeat; n++)
            {
                mounts.Add(new Mount(tmpfs.MountPattern.Expand(host, n), "tmpfs", "tmpfs", $"size={tmpfs.Bytes},mode=0755," + DataOptions, DataClass.Cache));
            }
        }

        return new Layout
        {
            Host = host,
            Chassis = chassis,
            Sets = sets,
            Volumes = volumes,
            Mounts = mounts,
            Pools = pools,
            Slots = SlotsOf(host, chassis, kind),
            Os = os ?? new OsTarget("", "", null),
        };
    }

    /// <summary>Computes only the instances, which the loader needs of every host.</summary>
    public static Slot[] SlotsOf(Host host, Chassis chassis, InstanceKind? kind)
    {
        var slots = new Slot[chassis.SlotCount];
        var index = 0;
        foreach (var template in chassis.Slots)
        {
            for (var n = 1; n <= template.Repeat; n++, index++)
            {
                slots[index] = new Slot
                {
                    Name = template.NamePattern.Expand(host, n),
                    Index = index,
                    Number = n,
                    Host = host,
                    Template = template,
                    Kind = kind,
                };
            }
        }

        return slots;
    }

    private static SetLayout Set(Host host, Chassis chassis, DriveSet set, List<Volume> volumes, ref OsTarget? os)
    {
        var usable = Capacity.OfSet(set.Level, set.Bays.Count, set.DriveBytes);
        var luns = new List<LunLayout>(set.Luns.Count);
        var data = set.Level == RaidLevel.ZfsRaidz2 ? PoolOf(chassis, set)?.Data ?? set.Data : set.Data;
        var holdsOs = false;
        var left = usable;
        foreach (var lun in set.Luns)
        {
            var bytes = lun.Bytes ?? left;
            left -= bytes;
            var name = lun.NamePattern.Expand(host, 1);
            var most = lun.Data;
            var lunHoldsOs = lun.Os;
            var leftOfLun = bytes;
            foreach (var partition in lun.Partitions)
            {
                most = most > partition.Data ? most : partition.Data;
                lunHoldsOs |= partition.Os;
                for (var n = 1; n <= partition.Repeat; n++)
                {
                    var size = partition.Bytes ?? leftOfLun;
                    leftOfLun -= size;
                    volumes.Add(Volume(host, set, lun, name, partition, n, size));
                    if (partition.Os)
                    {
                        os = new OsTarget(set.Name, name, partition.LabelPattern.Expand(host, n));
                    }
                }
            }

            if (lun.Os)
            {
                os = new OsTarget(set.Name, name, null);
            }

            luns.Add(new LunLayout(name, bytes, most, lunHoldsOs, HasPartitionTable: !lun.IsWhole));
            data = data > most ? data : most;
            holdsOs |= lunHoldsOs;
        }

        return new SetLayout(set.Name, set.NamePattern.Expand(host, 1), set, usable, data, holdsOs, luns);
    }

    private static Volume Volume(Host host, DriveSet set, Lun lun, string lunName, Partition partition, int n, long bytes)
    {
        var label = partition.LabelPattern.Expand(host, n);
        var device = lun.IsWhole ? $"/dev/md/{lunName}" : $"/dev/disk/by-partlabel/{label}";
        return new Volume(
            Label: label,
            Set: set.Name,
            Lun: lunName,
            Bytes: bytes,
            Encryption: partition.Encryption,
            Filesystem: partition.Filesystem,
            MountPath: partition.MountPattern?.Expand(host, n),
            Data: partition.Data,
            Device: device,
            Source: partition.Encryption == VolumeEncryption.Luks ? $"/dev/mapper/{label}" : device,
            UsableBytes: Capacity.OfFilesystem(partition.Filesystem, bytes),
            Os: partition.Os,
            Definition: partition);
    }

    private static PoolLayout Pool(Host host, Chassis chassis, Pool pool, List<Volume> volumes)
    {
        var name = pool.NamePattern.Expand(host, 1);
        long bytes = 0;
        foreach (var set in chassis.Sets)
        {
            if (ReferenceEquals(PoolOf(chassis, set), pool))
            {
                bytes += Capacity.OfSet(set.Level, set.Bays.Count, set.DriveBytes);
            }
        }

        foreach (var dataset in pool.Datasets)
        {
            for (var n = 1; n <= dataset.Repeat; n++)
            {
                var label = dataset.NamePattern.Expand(host, n);
                var device = $"{name}/{label}";
                volumes.Add(new Volume(
                    Label: label,
                    Set: pool.Name,
                    Lun: name,
                    Bytes: dataset.Quota ?? bytes,
                    Encryption: pool.Encryption is null ? VolumeEncryption.None : VolumeEncryption.Zfs,
                    Filesystem: "zfs",
                    MountPath: dataset.MountPattern.Expand(host, n),
                    Data: pool.Data,
                    Device: device,
                    Source: device,
                    UsableBytes: dataset.Quota ?? bytes,
                    Os: false,
                    Definition: dataset));
            }
        }

        return new PoolLayout(name, pool, bytes);
    }

    private static Pool? PoolOf(Chassis chassis, DriveSet set)
    {
        foreach (var pool in chassis.Pools)
        {
            foreach (var name in pool.Sets)
            {
                if (name == set.Name)
                {
                    return pool;
                }
            }
        }

        return null;
    }
}
