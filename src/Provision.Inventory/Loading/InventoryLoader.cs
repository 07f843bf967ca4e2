namespace Provision.Inventory;

/// <summary>Loads files into a validated fleet.</summary>
public static class InventoryLoader
{
    /// <summary>Reads and validates everything; reports all problems at once and never throws because of file content.</summary>
    public static InventoryResult Load(InventoryFiles files)
    {
        var found = new DiagnosticBag();
        var gathered = new Gathering(found);
        foreach (var file in files.Files)
        {
            gathered.Add(file);
        }

        var fleetEntry = gathered.Fleet();
        if (fleetEntry is null && !gathered.IsIncomplete)
        {
            found.Error(
                Location.OfFile("hosts"),
                files.Files.Count == 0 ? "there is no inventory: no file hosts/*.yaml" : "no file below hosts/ has a \"fleet\" section",
                files.Files.Count == 0 ? "name the repository with --repo" : null);
        }

        var chassis = ReadChassis(gathered, found);
        var fleet = FactReader.Fleet(fleetEntry ?? new NamedEntry("fleet", Location.OfFile("hosts"), YamlMapping.Empty)) with
        {
            Sites = Read(gathered.Sites, FactReader.Site),
            Hosts = Read(gathered.Hosts, FactReader.Host),
            Roles = Read(gathered.Roles, FactReader.Role),
            Stores = Read(gathered.Stores, FactReader.Store),
            Classes = Read(gathered.Classes, FactReader.StoreClass),
            DriveRecords = Read(gathered.Drives, FactReader.Drives),
            Chassis = chassis,
            Mastership = FactReader.Masters(gathered.Masters()),
        };
        fleet = fleet with { Hosts = [.. fleet.Hosts.Select(host => host with { ShortName = HostName.ShortOf(host.Name, fleet.ShortNames) })] };
        FillIndex(fleet);

        var draft = new FleetDraft
        {
            Found = found,
            Fleet = fleet,
            Index = fleet.Index,
            Configs = files.Configs,
            IsIncomplete = gathered.IsIncomplete,
            BrokenHosts = gathered.Hosts.Broken,
            BrokenChassis = gathered.Chassis.Broken,
            HasBrokenRoles = gathered.Roles.Broken.Count > 0,
        };
        SiteChecks.Run(draft);
        RoleChecks.Run(draft);
        SettingsChecks.Run(draft);
        HostChecks.Run(draft);
        ChassisChecks.Run(draft);
        SlotChecks.Run(draft);
        StoreChecks.Run(draft);
        DriveChecks.Run(draft);
        return new InventoryResult(found.HasErrors ? null : fleet, found.InOrder());
    }

    private static List<Chassis> ReadChassis(Gathering gathered, DiagnosticBag found)
    {
        var reader = new ChassisReader(found);
        var list = new List<Chassis>();
        foreach (var entry in gathered.Chassis.InOrder())
        {
            var before = found.Count;
            list.Add(reader.Read(entry));
            if (found.Count > before)
            {
                gathered.Chassis.Broken.Add(entry.Name);
            }
        }

        return list;
    }

    private static List<T> Read<T>(NamedSection section, Func<NamedEntry, T> read)
    {
        var facts = new List<T>(section.Entries.Count);
        foreach (var entry in section.InOrder())
        {
            facts.Add(read(entry));
        }

        return facts;
    }

    private static void FillIndex(Fleet fleet)
    {
        Fill(fleet.Sites, fleet.Index.Sites);
        Fill(fleet.Hosts, fleet.Index.Hosts);
        foreach (var (host, mac) in fleet.Hosts.SelectMany(host => host.Macs, (host, mac) => (host, mac)))
        {
            fleet.Index.Nics.TryAdd(mac, host);
        }

        Fill(fleet.Roles, fleet.Index.Roles);
        Fill(fleet.Chassis, fleet.Index.Chassis);
        Fill(fleet.Stores, fleet.Index.Stores);
        Fill(fleet.DriveRecords, fleet.Index.Drives);

        // Thousands of hosts share a few role lists.
        var resolved = new Dictionary<string, RoleSet>(StringComparer.Ordinal);
        foreach (var host in fleet.Hosts)
        {
            var key = string.Join(' ', host.Roles);
            if (!resolved.TryGetValue(key, out var roles))
            {
                roles = RoleResolution.Of(host.Roles, fleet.Index.Roles);
                resolved.Add(key, roles);
            }

            fleet.Index.RolesOfHost.Add(host.Name, roles);
        }

        static void Fill<T>(IReadOnlyList<T> facts, Dictionary<string, T> index)
            where T : Fact
        {
            foreach (var fact in facts)
            {
                index.Add(fact.Name, fact);
            }
        }
    }
}
