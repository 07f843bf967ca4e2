namespace Provision.Inventory;

/// <summary>Validates the hardware side of a chassis: controllers, panels, bays, and which drives may be combined.</summary>
internal static class ChassisChecks
{
    /// <summary>Validates each well-formed chassis; no layouts are computed for a chassis with errors.</summary>
    public static void Run(FleetDraft draft)
    {
        foreach (var chassis in draft.Fleet.Chassis)
        {
            if (draft.BrokenChassis.Contains(chassis.Name))
            {
                continue;
            }

            var before = draft.Found.Count;
            CheckPanels(draft, chassis);
            CheckBays(draft, chassis);
            foreach (var set in chassis.Sets)
            {
                SetChecks.Check(draft, set);
            }

            SetChecks.CheckOsTarget(draft, chassis);
            CheckPools(draft, chassis);
            LayoutChecks.Check(draft, chassis);
            if (draft.Found.Count > before)
            {
                draft.BrokenChassis.Add(chassis.Name);
            }
        }
    }

    /// <summary>Returns true if a pattern of the chassis needs the number at the end of a host's name.</summary>
    public static bool NeedsNumber(Chassis chassis)
    {
        foreach (var template in chassis.Slots)
        {
            if (template.NamePattern.NeedsNumber || template.Tiers.Any(static tier => tier.Value.NeedsNumber))
            {
                return true;
            }
        }

        foreach (var set in chassis.Sets)
        {
            foreach (var lun in set.Luns)
            {
                foreach (var partition in lun.Partitions)
                {
                    if (partition.LabelPattern.NeedsNumber || partition.MountPattern is { NeedsNumber: true })
                    {
                        return true;
                    }
                }
            }

            if (set.NamePattern.NeedsNumber)
            {
                return true;
            }
        }

        foreach (var pool in chassis.Pools)
        {
            if (pool.NamePattern.NeedsNumber)
            {
                return true;
            }
        }

        return false;
    }

    private static void CheckPanels(FleetDraft draft, Chassis chassis)
    {
        // Panels may share a controller, but each of its slots is used once.
        var places = new Dictionary<(ControllerKind, int Enclosure, int Number), Panel>();
        foreach (var panel in chassis.Panels)
        {
            var controller = chassis.FindController(panel.Controller);
            if (controller is null)
            {
                draft.Found.Error(
                    panel.At("controller"),
                    $"unknown controller \"{panel.Controller}\"",
                    draft.Hint(panel.Controller, Fact.NamesOf(chassis.Controllers)));
            }

            var seen = new Dictionary<int, (int Row, int Column)>();
            for (var row = 0; row < panel.Grid.Count; row++)
            {
                for (var column = 0; column < panel.Grid[row].Count; column++)
                {
                    var label = panel.Grid[row][column];
                    if (label != 0 && !seen.TryAdd(label, (row, column)))
                    {
                        draft.Error(
                            panel.At($"grid.{row}.{column}"),
                            $"the bay {label} stands twice in panel {panel.Name}",
                            panel.At($"grid.{seen[label].Row}.{seen[label].Column}"),
                            "here");
                    }
                    else if (label != 0 && controller is not null
                        && !places.TryAdd((controller.Kind, controller.Kind == ControllerKind.Areca ? controller.Enclosure : 0, label), panel))
                    {
                        var other = places[(controller.Kind, controller.Kind == ControllerKind.Areca ? controller.Enclosure : 0, label)];
                        draft.Error(
                            panel.At($"grid.{row}.{column}"),
                            $"the bay {panel.Name}/{label} leads to the same {(controller.Kind == ControllerKind.Sata ? "port" : "slot")} " +
                                $"{label} of {controller.Kind.Word()} as {other.Name}/{label}",
                            other.At("grid"),
                            "the other panel");
                    }
                }

                if (panel.Grid[row].Count != panel.Grid[0].Count)
                {
                    draft.Found.Error(
                        panel.At($"grid.{row}"),
                        $"this row of panel {panel.Name} has {panel.Grid[row].Count} bays, the first has {panel.Grid[0].Count}",
                        "draw gaps as 0");
                }
            }
        }
    }

    private static void CheckBays(FleetDraft draft, Chassis chassis)
    {
        var known = new HashSet<Bay>();
        foreach (var panel in chassis.Panels)
        {
            known.UnionWith(panel.Bays);
        }

        var usedBy = new Dictionary<Bay, DriveSet>();
        foreach (var set in chassis.Sets)
        {
            if (set.Bays.Count > 0 && chassis.FindPanel(set.Bays[0].Panel) is null)
            {
                draft.Found.Error(set.At("bays"), $"unknown panel \"{set.Bays[0].Panel}\"", draft.Hint(set.Bays[0].Panel, Fact.NamesOf(chassis.Panels)));
                continue;
            }

            foreach (var bay in set.Bays)
            {
                if (!known.Contains(bay))
                {
                    draft.Error(set.At("bays"), $"the panel {bay.Panel} has no bay {bay.Number}", chassis.FindPanel(bay.Panel)!.At("grid"), "its bays");
                }
                else if (!usedBy.TryAdd(bay, set))
                {
                    draft.Error(set.At("bays"), $"the bay {bay} of set {set.Name} is also in set {usedBy[bay].Name}", usedBy[bay].At("bays"), "here");
                }
            }

            CheckController(draft, chassis, set);
        }
    }

    private static void CheckController(FleetDraft draft, Chassis chassis, DriveSet set)
    {
        if (set.Level == RaidLevel.Spare || chassis.FindPanel(set.Bays[0].Panel) is not { } panel
            || chassis.FindController(panel.Controller) is not { } controller)
        {
            return;
        }

        var needsAreca = set.Level is RaidLevel.ArecaRaid1 or RaidLevel.ArecaRaid6;
        if (needsAreca != (controller.Kind == ControllerKind.Areca))
        {
            draft.Error(
                set.At("level"),
                $"the level {set.Level.Word()} does not work on the {controller.Kind.Word()} controller of panel {panel.Name}",
                controller.At("kind"),
                "the controller");
        }
    }

    private static void CheckPools(FleetDraft draft, Chassis chassis)
    {
        var usedBy = new Dictionary<string, Location>(StringComparer.Ordinal);
        foreach (var pool in chassis.Pools)
        {
            for (var i = 0; i < pool.Sets.Count; i++)
            {
                var at = pool.At($"sets.{i}");
                var name = pool.Sets[i];
                if (Find(chassis.Sets, name) is not { } set)
                {
                    draft.Found.Error(at, $"unknown set \"{name}\"", draft.Hint(name, Fact.NamesOf(chassis.Sets)));
                }
                else if (set.Level != RaidLevel.ZfsRaidz2)
                {
                    draft.Error(at, $"the set {name} is of level {set.Level.Word()}; a pool is made of zfs-raidz2", set.At("level"), "its level");
                }
                else if (!usedBy.TryAdd(name, at))
                {
                    draft.Error(at, $"the set {name} is in two pools", usedBy[name], "here");
                }
            }
        }

        foreach (var set in chassis.Sets)
        {
            if (set.Level == RaidLevel.ZfsRaidz2 && !usedBy.ContainsKey(set.Name))
            {
                draft.Found.Error(set.Location, $"the set {set.Name} is of level zfs-raidz2, but no pool uses it");
            }
        }
    }

    private static DriveSet? Find(IReadOnlyList<DriveSet> sets, string name)
    {
        foreach (var set in sets)
        {
            if (set.Name == name)
            {
                return set;
            }
        }

        return null;
    }
}
