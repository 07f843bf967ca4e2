namespace Provision.Inventory;

/// <summary>Validates roles, and the combination of roles on a host.</summary>
internal static class RoleChecks
{
    /// <summary>The role whose name alone made a host a boot server up to version 0.1.</summary>
    private const string FormerBootServer = "install";

    public static void Run(FleetDraft draft)
    {
        foreach (var role in draft.Fleet.Roles)
        {
            for (var i = 0; i < role.Includes.Count; i++)
            {
                if (!draft.Index.Roles.ContainsKey(role.Includes[i]))
                {
                    draft.Unknown(role.At($"includes.{i}"), $"unknown role \"{role.Includes[i]}\"", role.Includes[i], draft.Index.Roles.Keys);
                }
            }

            if (role.Name == FormerBootServer && !role.Says("provides"))
            {
                draft.Found.Error(
                    role.Location,
                    $"a role is no boot server by its name \"{FormerBootServer}\" any more",
                    "add: provides: [boot-server] (or provides: [] if it is none)");
            }

            CheckInstances(draft, role);
            for (var i = 0; i < role.Configs.Count && draft.Configs is not null; i++)
            {
                if (!draft.Configs.Contains(role.Configs[i]))
                {
                    draft.Found.Error(
                        role.At($"configs.{i}"),
                        $"unknown config \"{role.Configs[i]}\": there is no folder templates/{role.Configs[i]}",
                        draft.Hint(role.Configs[i], draft.Configs));
                }
            }
        }

        FindCircles(draft);
        CheckCombinations(draft);
    }

    /// <summary>Rejects a tier that no chassis has and that is close to one that exists. Others may be absent: roles are shared between fleets.</summary>
    private static void CheckInstances(FleetDraft draft, Role role)
    {
        if (role.Instances is not { } kind || draft.IsIncomplete || draft.BrokenChassis.Count > 0)
        {
            return;
        }

        var tiers = draft.Fleet.Chassis.SelectMany(static chassis => chassis.Slots).SelectMany(static template => template.Tiers)
            .Select(static tier => tier.Key).ToHashSet(StringComparer.Ordinal);
        foreach (var path in kind.Paths)
        {
            foreach (var tier in path.Alternatives.SelectMany(static one => one.Tiers).Where(tier => !tiers.Contains(tier)).Distinct(StringComparer.Ordinal))
            {
                if (draft.Hint(tier, tiers) is { } hint)
                {
                    draft.Found.Error(kind.At($"paths.{path.Name}"), $"no slot of any chassis has a tier \"{tier}\"", hint);
                }
            }
        }

        foreach (var tier in kind.Unit.Tiers)
        {
            draft.Found.Error(kind.At("unit"), $"\"{{{tier}}}\" in a unit: only {{name}} is known there");
        }
    }

    private static void FindCircles(FleetDraft draft)
    {
        var done = new HashSet<string>(StringComparer.Ordinal);
        var path = new List<Role>();
        foreach (var role in draft.Fleet.Roles)
        {
            Visit(role);
        }

        void Visit(Role role)
        {
            var start = path.FindIndex(r => ReferenceEquals(r, role));
            if (start >= 0)
            {
                var names = path.GetRange(start, path.Count - start).ConvertAll(static r => r.Name);
                draft.Found.Error(path[^1].At("includes"), $"roles include each other in a circle: {string.Join(" -> ", names)} -> {role.Name}");
                return;
            }

            if (done.Contains(role.Name))
            {
                return;
            }

            path.Add(role);
            foreach (var name in role.Includes)
            {
                if (draft.Index.Roles.TryGetValue(name, out var included))
                {
                    Visit(included);
                }
            }

            path.RemoveAt(path.Count - 1);
            done.Add(role.Name);
        }
    }

    private static void CheckCombinations(FleetDraft draft)
    {
        var seen = new HashSet<RoleSet>(ReferenceEqualityComparer.Instance);
        var reported = new HashSet<(Location, Location)>();
        foreach (var host in draft.Fleet.Hosts)
        {
            if (draft.Index.RolesOfHost.TryGetValue(host.Name, out var set) && seen.Add(set))
            {
                for (var i = 1; i < set.Roles.Count; i++)
                {
                    for (var j = 0; j < i; j++)
                    {
                        Compare(draft, host, set.Roles[j], set.Roles[i], reported);
                    }
                }
            }
        }
    }

    private static void Compare(FleetDraft draft, Host host, Role first, Role second, HashSet<(Location, Location)> reported)
    {
        SettingsMerge.FindConflicts(first.Defaults, second.Defaults, "", (setting, one, other) =>
        {
            if (reported.Add((one.KeyLocation, other.KeyLocation)))
            {
                draft.Error(
                    other.KeyLocation,
                    $"roles {first.Name} and {second.Name}, both of {host.Name}, declare different defaults for the setting {setting}",
                    one.KeyLocation,
                    $"role {first.Name} declares it here",
                    "declare it in one role, or in a role that both include");
            }
        });

        for (var i = 0; i < second.Packages.Count; i++)
        {
            var name = RoleResolution.BareName(second.Packages[i]);
            for (var j = 0; j < first.Packages.Count; j++)
            {
                if (RoleResolution.BareName(first.Packages[j]) == name
                    && first.Packages[j] != second.Packages[i]
                    && first.Packages[j].Length > name.Length && second.Packages[i].Length > name.Length
                    && reported.Add((first.At($"packages.{j}"), second.At($"packages.{i}"))))
                {
                    draft.Error(
                        second.At($"packages.{i}"),
                        $"roles {first.Name} and {second.Name}, both of {host.Name}, pin the package {name} to different versions",
                        first.At($"packages.{j}"),
                        $"{first.Packages[j]} here");
                }
            }
        }
    }
}
