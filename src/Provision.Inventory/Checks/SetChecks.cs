namespace Provision.Inventory;

/// <summary>Validates one drive set: its level, its LUNs and their partitions, and their sizes.</summary>
internal static class SetChecks
{
    public static void Check(FleetDraft draft, DriveSet set)
    {
        var works = CheckDrives(draft, set);
        CheckWhatIsAllowed(draft, set);
        if (works && set.Luns.Count > 0)
        {
            var usable = Capacity.OfSet(set.Level, set.Bays.Count, set.DriveBytes);
            CheckLuns(draft, set, usable);
        }
    }

    /// <summary>Requires exactly one target for the operating system.</summary>
    public static void CheckOsTarget(FleetDraft draft, Chassis chassis)
    {
        Location? first = null;
        foreach (var set in chassis.Sets)
        {
            foreach (var lun in set.Luns)
            {
                if (lun.Os)
                {
                    Target(lun, lun.Data);
                    if (lun.Partitions.Count > 0)
                    {
                        draft.Found.Error(
                            lun.At("os"),
                            "the operating system's target is partitioned by the installer",
                            "leave its partitions out, or mark one of them with os: true");
                    }
                }

                foreach (var partition in lun.Partitions)
                {
                    if (partition.Os)
                    {
                        Target(partition, partition.Data);
                        if (partition.Repeat > 1)
                        {
                            draft.Found.Error(partition.At("os"), "a repeated partition cannot be the operating system's target");
                        }
                    }
                }
            }
        }

        if (first is null)
        {
            draft.Found.Error(
                chassis.Location,
                $"chassis {chassis.Name} has no target for the operating system",
                "mark one set, lun or partition with os: true");
        }

        void Target(Fact part, DataClass data)
        {
            if (first is { } other)
            {
                draft.Error(part.At("os"), $"chassis {chassis.Name} has two targets for the operating system", other, "the other");
            }

            first ??= part.At("os");
            if (data != DataClass.Cache)
            {
                draft.Found.Error(
                    part.At("os"),
                    $"the operating system's target is wiped by a reinstall, but its data class is {data.Word()}",
                    "write data: cache");
            }
        }
    }

    private static bool CheckDrives(FleetDraft draft, DriveSet set)
    {
        var before = draft.Found.Count;
        var fewest = Capacity.FewestDrives(set.Level);
        if (set.Bays.Count < fewest)
        {
            draft.Found.Error(set.At("bays"), $"the level {set.Level.Word()} needs at least {fewest} drives; set {set.Name} has {set.Bays.Count}");
        }
        else if (set.Level == RaidLevel.Single && set.Bays.Count > 1)
        {
            draft.Found.Error(set.At("bays"), $"the level single is of one drive; set {set.Name} has {set.Bays.Count}");
        }
        else if (set.Level == RaidLevel.ArecaRaid1 && set.Bays.Count % 2 == 1)
        {
            draft.Found.Error(set.At("bays"), $"the level areca-raid1 needs an even number of drives; set {set.Name} has {set.Bays.Count}");
        }

        // The total of a thousand bays must still fit in a long.
        if (set.DriveBytes > long.MaxValue / 1000)
        {
            draft.Found.Error(set.At("drive.size"), $"no drive has {ByteSize.Format(set.DriveBytes)}");
        }

        return draft.Found.Count == before;
    }

    private static void CheckWhatIsAllowed(FleetDraft draft, DriveSet set)
    {
        var holdsNothing = set.Level is RaidLevel.Spare or RaidLevel.ZfsRaidz2;
        if (!holdsNothing && !set.Says("data"))
        {
            draft.Found.Error(set.Location, $"set {set.Name} has no \"data\": class of the data on it", "own, primary or cache");
        }

        foreach (var key in (ReadOnlySpan<string>)["partitions", "volume", "os", "luns"])
        {
            if (holdsNothing && set.Says(key))
            {
                draft.Found.Error(
                    set.At(key),
                    $"a set of level {set.Level.Word()} has no \"{key}\"",
                    set.Level == RaidLevel.ZfsRaidz2 ? "the pool has datasets" : null);
            }
            else if (key != "luns" && set.Says("luns") && set.Says(key))
            {
                draft.Found.Error(set.At(key), $"set {set.Name} has luns; \"{key}\" belongs into one of them");
            }
        }

        if (set.Says("luns") && set.Level is not (RaidLevel.ArecaRaid1 or RaidLevel.ArecaRaid6))
        {
            draft.Found.Error(set.At("luns"), $"only a RAID controller divides a set into luns, not {set.Level.Word()}", "use partitions");
        }
    }

    private static void CheckLuns(FleetDraft draft, DriveSet set, long usable)
    {
        long used = 0;
        for (var i = 0; i < set.Luns.Count; i++)
        {
            var lun = set.Luns[i];
            if (lun.Bytes is null && i < set.Luns.Count - 1)
            {
                draft.Found.Error(lun.Location, $"lun {lun.Name} has no \"size\"; only the last one takes the rest");
                return;
            }

            var bytes = lun.Bytes ?? usable - used;
            if (bytes > usable - used || bytes <= 0)
            {
                draft.Found.Error(
                    lun.Says("size") ? lun.At("size") : lun.Location,
                    $"the luns of set {set.Name} need {ByteSize.Format((long)Math.Min(long.MaxValue, used + (decimal)bytes))}; " +
                        $"its drives give {ByteSize.Format(usable)}",
                    bytes == 0 ? $"nothing is left for {lun.Name}" : null);
                return;
            }

            used += bytes;
            CheckParts(draft, set, lun, bytes);
        }
    }

    private static void CheckParts(FleetDraft draft, DriveSet set, Lun lun, long bytes)
    {
        if (lun.IsWhole && lun.Says("partitions"))
        {
            draft.Found.Error(lun.At("volume"), $"{lun.Name} has partitions and a volume; it can have one of them");
            return;
        }

        if (lun.IsWhole && set.Level is not (RaidLevel.MdRaid1 or RaidLevel.MdRaid10))
        {
            draft.Found.Error(
                lun.At("volume"),
                $"a volume without a partition table has no label that it can be found by on {set.Level.Word()}",
                "use partitions");
        }

        if (lun.Partitions.Count == 0 && !lun.Os)
        {
            draft.Found.Error(lun.Location, $"nothing is on {lun.Name}: it has no partitions, no volume and no os");
        }

        long used = 0;
        for (var i = 0; i < lun.Partitions.Count; i++)
        {
            var partition = lun.Partitions[i];
            var takesRest = partition.Bytes is null && !lun.IsWhole;
            if (takesRest && (i < lun.Partitions.Count - 1 || partition.Repeat > 1))
            {
                draft.Found.Error(partition.Location, $"partition {partition.Name} has no \"size\"; only the last one takes the rest");
                return;
            }

            var needed = partition.Bytes is { } size ? size * (decimal)partition.Repeat : Math.Max(1, bytes - used);
            if (used + needed > bytes)
            {
                draft.Found.Error(
                    partition.Says("size") ? partition.At("size") : partition.Location,
                    $"the partitions of {lun.Name} need {ByteSize.Format((long)Math.Min(long.MaxValue, used + needed))}; there are {ByteSize.Format(bytes)}");
                return;
            }

            used += (long)needed;
            if (partition is { Filesystem: null, MountPattern: not null })
            {
                draft.Found.Error(partition.At("mount"), $"partition {partition.Name} has no file system to mount");
            }
        }
    }
}
