namespace Provision.Inventory;

/// <summary>Validates the layout that a chassis produces on a machine: conflicting names, and mounts that nothing provides.</summary>
internal static class LayoutChecks
{
    /// <summary>Host name used to expand patterns of a chassis that no host of the inventory has.</summary>
    private const string SampleName = "host99";

    /// <summary>Maximum length of a GPT partition name, in characters.</summary>
    private const int LongestPartitionName = 36;

    public static void Check(FleetDraft draft, Chassis chassis)
    {
        var before = draft.Found.Count;
        CheckRepeats(draft, chassis);
        if (draft.Found.Count > before)
        {
            return;
        }

        var sample = draft.Fleet.Hosts.FirstOrDefault(host => host.Chassis == chassis.Name && host.Number is not null) ?? Sample(chassis);
        var layout = LayoutComputation.Of(sample, chassis, kind: null);
        var labels = new Dictionary<string, Fact>(StringComparer.Ordinal);
        var mounts = new Dictionary<string, (Fact Fact, string Key)>(StringComparer.Ordinal);
        foreach (var volume in layout.Volumes)
        {
            var key = volume.Filesystem == "zfs" ? "name" : "label";
            if (!labels.TryAdd(volume.Label, volume.Definition))
            {
                var first = labels[volume.Label];
                Twice(draft, sample, "label", volume.Label, volume.Definition, key, first, first is Dataset ? "name" : "label");
            }

            CheckLength(draft, volume, key);

            if (volume.MountPath is { } path && !mounts.TryAdd(path, (volume.Definition, "mount")))
            {
                Twice(draft, sample, "mount", path, volume.Definition, "mount", mounts[path].Fact, "mount");
            }
        }

        foreach (var tmpfs in chassis.Tmpfs)
        {
            for (var n = 1; n <= tmpfs.Repeat; n++)
            {
                var path = tmpfs.MountPattern.Expand(sample, n);
                if (!mounts.TryAdd(path, (tmpfs, "mount")))
                {
                    Twice(draft, sample, "mount", path, tmpfs, "mount", mounts[path].Fact, "mount");
                }
            }
        }

        CheckUnits(draft, sample, layout);
        CheckSlots(draft, sample, layout, mounts);
    }

    /// <summary>Validates a label's length: one tool truncates a long label, the next rejects it, and lookups by label then fail.</summary>
    private static void CheckLength(FleetDraft draft, Volume volume, string key)
    {
        var (most, what) = volume.Filesystem switch
        {
            "ext4" => (16, "the label of ext4"),
            "xfs" => (12, "the label of xfs"),
            "zfs" => (255, "a dataset's name"),
            _ => (LongestPartitionName, "a partition's name"),
        };
        if (volume.Label.Length > most)
        {
            draft.Found.Error(volume.Definition.At(key), $"the label {volume.Label} has {volume.Label.Length} characters; {what} has room for {most}");
        }
    }

    /// <summary>Validates the names of arrays, controller volumes and pools, by which they are found.</summary>
    private static void CheckUnits(FleetDraft draft, Host sample, Layout layout)
    {
        var units = new Dictionary<string, Fact>(StringComparer.Ordinal);
        foreach (var set in layout.Sets)
        {
            for (var i = 0; i < set.Luns.Count; i++)
            {
                Add(set.Luns[i].Name, set.Definition.Luns[i]);
            }
        }

        foreach (var pool in layout.Pools)
        {
            Add(pool.Name, pool.Definition);
            foreach (var dataset in pool.Definition.Datasets)
            {
                if (dataset.Quota > pool.Bytes)
                {
                    draft.Found.Error(
                        dataset.At("quota"),
                        $"the quota is {ByteSize.Format(dataset.Quota.Value)}; the pool {pool.Definition.Name} has {ByteSize.Format(pool.Bytes)}");
                }
            }
        }

        void Add(string name, Fact fact)
        {
            if (!units.TryAdd(name, fact))
            {
                Twice(draft, sample, "name", name, fact, "name", units[name], "name");
            }
        }
    }

    private static void CheckSlots(FleetDraft draft, Host sample, Layout layout, Dictionary<string, (Fact Fact, string Key)> mounts)
    {
        var names = new Dictionary<string, SlotTemplate>(StringComparer.Ordinal);
        var complained = new HashSet<(SlotTemplate, string)>();
        foreach (var slot in layout.Slots)
        {
            if (!names.TryAdd(slot.Name, slot.Template))
            {
                Twice(draft, sample, "slot", slot.Name, slot.Template, "name", names[slot.Name], "name");
            }

            foreach (var (tier, mount) in slot.Tiers.Named)
            {
                CheckTier(slot, tier, mount);
            }
        }

        void CheckTier(Slot slot, string tier, string mount)
        {
            if (!mounts.ContainsKey(mount) && complained.Add((slot.Template, tier)))
            {
                draft.Found.Error(
                    slot.Template.At($"tiers.{tier}"),
                    $"no volume is mounted at {mount}, the {tier} tier of slot {slot.Name}",
                    draft.Hint(mount, mounts.Keys));
            }
        }
    }

    private static void CheckRepeats(FleetDraft draft, Chassis chassis)
    {
        foreach (var set in chassis.Sets)
        {
            foreach (var lun in set.Luns)
            {
                foreach (var partition in lun.Partitions)
                {
                    NeedsCount(partition, "label", partition.LabelPattern, partition.Repeat);
                    NeedsCount(partition, "mount", partition.MountPattern, partition.Repeat);
                }
            }
        }

        foreach (var pool in chassis.Pools)
        {
            foreach (var dataset in pool.Datasets)
            {
                NeedsCount(dataset, "name", dataset.NamePattern, dataset.Repeat);
                NeedsCount(dataset, "mount", dataset.MountPattern, dataset.Repeat);
            }
        }

        foreach (var tmpfs in chassis.Tmpfs)
        {
            NeedsCount(tmpfs, "mount", tmpfs.MountPattern, tmpfs.Repeat);
        }

        foreach (var template in chassis.Slots)
        {
            NeedsCount(template, "name", template.NamePattern, template.Repeat);
            if (template.Tiers.Count == 0)
            {
                draft.Found.Error(template.At("tiers"), "tiers is empty: an instance needs a mount for its data");
            }
        }

        void NeedsCount(Fact fact, string key, NamePattern? pattern, int repeat)
        {
            if (repeat > 1 && pattern is { Counts: false })
            {
                draft.Found.Error(fact.At(key), $"\"{pattern.Text}\" gives {repeat} things one name; it needs {{n}} or {{nn}}");
            }
        }
    }

    private static void Twice(FleetDraft draft, Host sample, string what, string name, Fact second, string secondKey, Fact first, string firstKey) =>
        draft.Error(second.At(secondKey), $"the {what} {name} is given twice (names as on {sample.Name})", first.At(firstKey), "here");

    private static Host Sample(Chassis chassis) => new()
    {
        Name = SampleName,
        Location = chassis.Location,
        Status = HostStatus.New,
        Site = "",
        SiteLocation = chassis.Location,
        Macs = [],
        Chassis = chassis.Name,
        Roles = [],
        Address = default,
        SlotNetwork = null,
        Branch = null,
        ShortName = SampleName,
        Settings = YamlMapping.Empty,
    };
}
