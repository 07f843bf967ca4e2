namespace Provision.Inventory;

/// <summary>Resolves the roles of a host.</summary>
internal static class RoleResolution
{
    /// <summary>Combines the named roles and the roles they include; unknown names and cycles are skipped (checks report them).</summary>
    public static RoleSet Of(IReadOnlyList<string> names, IReadOnlyDictionary<string, Role> known)
    {
        var roles = new List<Role>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in names)
        {
            Add(name);
        }

        var packages = new Dictionary<string, string>(StringComparer.Ordinal);
        var configs = new List<string>();
        var services = new List<string>();
        var gates = new List<ReinstallGate>();
        var defaults = YamlMapping.Empty;
        var data = DataClass.Cache;
        foreach (var role in roles)
        {
            foreach (var package in role.Packages)
            {
                var bare = BareName(package);
                if (package.Length > bare.Length || !packages.ContainsKey(bare))
                {
                    packages[bare] = package;
                }
            }

            AddMissing(configs, role.Configs);
            AddMissing(services, role.Services);
            if (role.Gate.Kind != GateKind.None && !gates.Contains(role.Gate))
            {
                gates.Add(role.Gate);
            }

            defaults = SettingsMerge.Over(defaults, role.Defaults);
            data = data > role.Data ? data : role.Data;
        }

        return new RoleSet
        {
            Roles = roles,
            Packages = Sorted(packages.Values),
            Configs = configs,
            Services = services,
            Defaults = defaults,
            Data = data,
            Gates = gates,
            Instances = roles.Select(role => role.Instances).FirstOrDefault(kind => kind is not null),
            Provides = [.. roles.SelectMany(role => role.Provides).Distinct()],
        };

        void Add(string name)
        {
            if (!seen.Add(name) || !known.TryGetValue(name, out var role))
            {
                return;
            }

            foreach (var included in role.Includes)
            {
                Add(included);
            }

            roles.Add(role);
        }
    }

    /// <summary>Returns a package's name without its pinned version.</summary>
    public static string BareName(string package)
    {
        var equals = package.IndexOf('=', StringComparison.Ordinal);
        return equals < 0 ? package : package[..equals];
    }

    private static List<string> Sorted(IEnumerable<string> texts)
    {
        var list = new List<string>(texts);
        list.Sort(StringComparer.Ordinal);
        return list;
    }

    private static void AddMissing(List<string> list, IReadOnlyList<string> more)
    {
        foreach (var one in more)
        {
            if (!list.Contains(one))
            {
                list.Add(one);
            }
        }
    }
}
