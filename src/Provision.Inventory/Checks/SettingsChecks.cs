namespace Provision.Inventory;

/// <summary>Validates that every override belongs to a setting that a role declares.</summary>
internal static class SettingsChecks
{
    public static void Run(FleetDraft draft)
    {
        var all = YamlMapping.Empty;
        foreach (var role in draft.Fleet.Roles)
        {
            all = SettingsMerge.Over(all, role.Defaults);
        }

        Check(draft, draft.Fleet.Settings, all, "no role declares");
        foreach (var site in draft.Fleet.Sites)
        {
            Check(draft, site.Settings, all, "no role declares");
        }

        foreach (var host in draft.Fleet.Hosts)
        {
            if (host.Settings.Entries.Count > 0 && draft.Index.RolesOfHost.TryGetValue(host.Name, out var roles))
            {
                Check(draft, host.Settings, roles.Defaults, $"no role of {host.Name} declares");
            }
        }
    }

    private static void Check(FleetDraft draft, YamlMapping settings, YamlMapping declared, string nobody) =>
        SettingsMerge.FindUndeclared(
            settings,
            declared,
            "",
            (name, entry, known) => draft.Unknown(entry.KeyLocation, $"{nobody} the setting {name}", entry.Key, Names(known)),
            (name, entry, declaration) => draft.Error(
                entry.Value.Location,
                $"the setting {name} is {entry.Value.Kind}; its default is {declaration.Kind}",
                declaration.Location,
                "declared here"));

    private static IEnumerable<string> Names(YamlMapping mapping)
    {
        foreach (var entry in mapping.Entries)
        {
            yield return entry.Key;
        }
    }
}
