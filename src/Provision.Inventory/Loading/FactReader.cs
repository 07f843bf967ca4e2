namespace Provision.Inventory;

/// <summary>Converts validated mappings into facts, with one method for each section except the chassis.</summary>
internal static class FactReader
{
    public static Fleet Fleet(NamedEntry entry)
    {
        var fields = new Fields(entry.Value, InventoryKeys.Fleet);
        return new Fleet
        {
            Name = fields.Text("name"),
            Location = entry.Location,
            Source = entry.Value,
            Domain = fields.Text("domain"),
            Release = fields.Text("release"),
            TimeServers = fields.Texts("time_servers"),
            SlotNetworks = fields.Networks("slot_networks"),
            ShortNames = fields.Section("short_names").Entries
                .ToDictionary(entry => entry.Key, entry => (entry.Value as YamlScalar)?.Text ?? "", StringComparer.Ordinal),
            InstanceNames = fields.Optional("instance_names"),
            Classes = [],
            Settings = fields.Section("settings"),
            Sites = [],
            Hosts = [],
            Roles = [],
            Chassis = [],
            Stores = [],
            DriveRecords = [],
            Mastership = Masters(YamlMapping.Empty),
        };
    }

    public static MastershipPlace Masters(YamlMapping mapping)
    {
        var fields = new Fields(mapping, InventoryKeys.Masters);
        return new MastershipPlace(fields.Text("database"), fields.Texts("servers"), fields.Integer("port"), fields.Texts("exports"));
    }

    public static Site Site(NamedEntry entry)
    {
        var fields = new Fields(entry.Value, InventoryKeys.Site);
        return new Site
        {
            Name = entry.Name,
            Location = entry.Location,
            Source = entry.Value,
            Description = fields.Text("description"),
            Networks = fields.Networks("networks"),
            Gateway = fields.Address("gateway"),
            Resolvers = fields.Texts("resolvers"),
            PackageCache = fields.Optional("package_cache"),
            Netboot = Netboot(new Fields(fields.Section("netboot"), InventoryKeys.Netboot), fields.Networks("networks")),
            Settings = fields.Section("settings"),
        };
    }

    private static NetbootSite Netboot(Fields fields, IReadOnlyList<Ipv4Network> ofSite) => new(
        Ipv4Address.TryParse(fields.Optional("server"), out var server) ? server : null,
        fields.Integer("port"),
        fields.Text("store"),
        fields.Choice("dhcp", Choices.Dhcp),
        fields.Text("lease"),
        fields.Texts("kernel_options"),
        fields.Texts("engineers"),
        fields.Texts("mirror"),
        fields.Texts("image_packages"),
        fields.Texts("installer_packages"),
        fields.Networks("networks") is { Count: > 0 } named ? named : ofSite);

    /// <summary>Reads a host, retired or not.</summary>
    public static Host Host(NamedEntry entry)
    {
        var fields = new Fields(entry.Value, InventoryKeys.Host);
        var macs = new List<MacAddress>();
        foreach (var text in fields.Texts("macs"))
        {
            if (MacAddress.TryParse(text, out var mac))
            {
                macs.Add(mac);
            }
        }

        return new Host
        {
            Name = entry.Name,
            Location = entry.Location,
            Source = entry.Value,
            Status = fields.Choice("status", Choices.Status),
            Site = fields.Optional("site") ?? entry.SiteOfFile?.Name ?? "",
            SiteLocation = fields.Optional("site") is null && entry.SiteOfFile is { } file
                ? file.Location
                : entry.Value.Find("site")?.Location ?? entry.Location,
            Macs = macs,
            Chassis = fields.Optional("chassis"),
            Roles = fields.Texts("roles"),
            Address = fields.Address("address"),
            SlotNetwork = fields.Network("slot_network"),
            Branch = fields.Optional("branch"),
            ShortName = entry.Name,
            Settings = fields.Section("settings"),
        };
    }

    public static Store Store(NamedEntry entry)
    {
        var fields = new Fields(entry.Value, InventoryKeys.Store);
        return new Store
        {
            Name = entry.Name,
            Location = entry.Location,
            Source = entry.Value,
            Class = fields.Text("class"),
            Slots = fields.Texts("slots"),
        };
    }

    public static StoreClass StoreClass(NamedEntry entry)
    {
        var fields = new Fields(entry.Value, InventoryKeys.StoreClass);
        return new StoreClass
        {
            Name = entry.Name,
            Location = entry.Location,
            Source = entry.Value,
            Copies = fields.Integer("copies"),
            Sites = fields.Integer("sites"),
        };
    }

    private static InstanceKind? Instances(string role, YamlEntry? entry)
    {
        if (entry?.Value is not YamlMapping mapping)
        {
            return null;
        }

        var fields = new Fields(mapping, InventoryKeys.Instances);
        return InstancePattern.TryParse(fields.Text("unit")) is not { } unit ? null : new InstanceKind
        {
            Name = role,
            Location = entry.KeyLocation,
            Source = mapping,
            Unit = unit,
            Paths = [.. fields.Section("paths").Entries
                .Select(path => new InstancePath(path.Key, [.. Texts(path.Value).Select(InstancePattern.TryParse).OfType<InstancePattern>()]))],
        };

        static IEnumerable<string> Texts(YamlNode node) => (node is YamlSequence list ? list.Items : [node]).OfType<YamlScalar>().Select(scalar => scalar.Text);
    }

    private static ReinstallGate Gate(YamlNode? node)
    {
        if (node is not YamlMapping mapping)
        {
            var word = (node as YamlScalar)?.Text ?? "none";
            return new ReinstallGate(word, Choices.Gate.Find(word) ?? GateKind.None);
        }

        var fields = new Fields(mapping, InventoryKeys.Gate);
        return new ReinstallGate(fields.Text("name"), GateKind.Command)
        {
            Run = fields.Texts("run"),
            On = fields.Choice("on", Choices.GateTarget),
            Need = fields.Integer("need"),
            PrintsNothing = fields.Boolean("prints_nothing"),
        };
    }

    public static Role Role(NamedEntry entry)
    {
        var fields = new Fields(entry.Value, InventoryKeys.Role);
        return new Role
        {
            Name = entry.Name,
            Location = entry.Location,
            Source = entry.Value,
            Description = fields.Text("description"),
            Data = fields.Choice("data", Choices.Data),
            Gate = Gate(entry.Value.Find("gate")),
            Provides = [.. fields.Texts("provides").Select(Choices.Provides.Find).OfType<ProvidedService>()],
            Instances = Instances(entry.Name, entry.Value.Entry("instances")),
            Includes = fields.Texts("includes"),
            Packages = fields.Texts("packages"),
            Configs = fields.Texts("configs"),
            Services = fields.Texts("services"),
            Defaults = fields.Section("defaults"),
        };
    }

    public static DriveRecord Drives(NamedEntry entry)
    {
        var fields = new Fields(entry.Value, InventoryKeys.DriveRecord);
        var drives = new List<RecordedDrive>();
        foreach (var (name, location, value) in Named(fields.Section("bays")))
        {
            var drive = new Fields(value, InventoryKeys.RecordedDrive);
            var slash = name.IndexOf('/', StringComparison.Ordinal);
            if (slash < 0 || !int.TryParse(name.AsSpan(slash + 1), out var number))
            {
                continue;
            }

            drives.Add(new RecordedDrive
            {
                Name = name,
                Location = location,
                Source = value,
                Bay = new Bay(name[..slash], number),
                Serial = drive.Text("serial"),
                Wwn = drive.Optional("wwn"),
                Model = drive.Optional("model"),
                Bytes = long.TryParse(drive.Optional("bytes"), out var bytes) ? bytes : null,
            });
        }

        var sets = new List<RecordedSet>();
        foreach (var (name, location, value) in Named(fields.Section("sets")))
        {
            var set = new Fields(value, InventoryKeys.RecordedSet);
            sets.Add(new RecordedSet
            {
                Name = name,
                Location = location,
                Source = value,
                Exists = set.Text("state") == "created",
            });
        }

        var units = new List<RecordedUnit>();
        foreach (var (name, location, value) in Named(fields.Section("units")))
        {
            var unit = new Fields(value, InventoryKeys.RecordedUnit);
            units.Add(new RecordedUnit
            {
                Name = name,
                Location = location,
                Source = value,
                Uuid = unit.Optional("uuid"),
                Wwn = unit.Optional("wwn"),
                Table = unit.Optional("table"),
            });
        }

        var volumes = new List<RecordedVolume>();
        foreach (var (name, location, value) in Named(fields.Section("volumes")))
        {
            var volume = new Fields(value, InventoryKeys.RecordedVolume);
            volumes.Add(new RecordedVolume
            {
                Name = name,
                Location = location,
                Source = value,
                PartitionUuid = volume.Optional("partition"),
                LuksUuid = volume.Optional("luks"),
                Cipher = volume.Optional("cipher"),
                KeyBits = int.TryParse(volume.Optional("key_bits"), out var bits) ? bits : null,
                FilesystemUuid = volume.Optional("filesystem"),
                Rehearsed = volume.Optional("rehearsed"),
            });
        }

        return new DriveRecord
        {
            Name = entry.Name,
            Location = entry.Location,
            Source = entry.Value,
            Drives = drives,
            Sets = sets,
            Units = units,
            Volumes = volumes,
        };
    }

    /// <summary>Returns the entries whose values are mappings.</summary>
    public static IEnumerable<NamedEntry> Named(YamlMapping mapping)
    {
        foreach (var entry in mapping.Entries)
        {
            if (entry.Value is YamlMapping value)
            {
                yield return new NamedEntry(entry.Key, entry.KeyLocation, value);
            }
        }
    }
}

/// <summary>A name and the mapping below it.</summary>
internal sealed record NamedEntry(string Name, Location Location, YamlMapping Value)
{
    /// <summary>For a host, the site that its file sets for all its hosts; null if it sets none.</summary>
    public NamedEntry? SiteOfFile { get; init; }
}
