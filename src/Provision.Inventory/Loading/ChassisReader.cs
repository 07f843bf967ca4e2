namespace Provision.Inventory;

/// <summary>Converts the validated mapping of a chassis into facts; invalid patterns are reported here.</summary>
internal sealed class ChassisReader(DiagnosticBag found)
{
    public Chassis Read(NamedEntry entry)
    {
        var fields = new Fields(entry.Value, ChassisKeys.Chassis);
        return new Chassis
        {
            Name = entry.Name,
            Location = entry.Location,
            Source = entry.Value,
            Description = fields.Text("description"),
            RackUnits = fields.Integer("rack_units"),
            MemoryBytes = fields.Size("memory") ?? 0,
            Controllers = Each(fields.Section("controllers"), Controller),
            Panels = Each(fields.Section("panels"), Panel),
            Sets = Each(fields.Section("sets"), Set),
            Pools = Each(fields.Section("pools"), Pool),
            Luks = Luks(fields.Section("luks")),
            Tmpfs = Each(fields.Sections("tmpfs"), Tmpfs),
            Slots = Each(fields.Sections("slots"), Slots),
        };
    }

    private static LuksParameters Luks(YamlMapping section)
    {
        var fields = new Fields(section, ChassisKeys.Luks);
        var iterations = fields.Optional("iterations") is null ? (int?)null : fields.Integer("iterations");
        return new LuksParameters(fields.Text("cipher"), fields.Integer("key_bits"), fields.Text("kdf"), fields.Size("memory") ?? 0, iterations);
    }

    private static Controller Controller(NamedEntry entry)
    {
        var fields = new Fields(entry.Value, ChassisKeys.Controller);
        return new Controller
        {
            Name = entry.Name,
            Location = entry.Location,
            Source = entry.Value,
            Kind = fields.Choice("kind", Choices.Controller),
            Enclosure = fields.Integer("enclosure"),
        };
    }

    private static Panel Panel(NamedEntry entry)
    {
        var fields = new Fields(entry.Value, ChassisKeys.Panel);
        var grid = new List<IReadOnlyList<int>>();
        if (entry.Value.Entry("grid")?.Value is YamlSequence rows)
        {
            foreach (var row in rows.Items)
            {
                var labels = new List<int>();
                foreach (var cell in (row as YamlSequence)?.Items ?? [])
                {
                    if (cell is YamlScalar { Value: long label and >= 0 and <= 9999 })
                    {
                        labels.Add((int)label);
                    }
                }

                grid.Add(labels);
            }
        }

        return new Panel
        {
            Name = entry.Name,
            Location = entry.Location,
            Source = entry.Value,
            Controller = fields.Text("controller"),
            Grid = grid,
        };
    }

    private DriveSet Set(NamedEntry entry)
    {
        var fields = new Fields(entry.Value, ChassisKeys.Set);
        var drive = new Fields(fields.Section("drive"), ChassisKeys.Drive);
        var level = fields.Choice("level", Choices.Level);
        var name = Pattern(entry.Value, "name") ?? NamePattern.Literally(entry.Name);
        var data = fields.Choice("data", Choices.Data);
        var luns = new List<Lun>();
        foreach (var lun in fields.Sections("luns"))
        {
            var of = new Fields(lun, ChassisKeys.Lun);
            luns.Add(Lun(of.Text("name"), lun.Location, of, Pattern(lun, "name") ?? name, of.Size("size"), of.OptionalChoice("data", Choices.Data) ?? data));
        }

        if (luns.Count == 0 && level is not (RaidLevel.Spare or RaidLevel.ZfsRaidz2))
        {
            luns.Add(Lun(entry.Name, entry.Location, fields, name, null, data));
        }

        return new DriveSet
        {
            Name = entry.Name,
            Location = entry.Location,
            Source = entry.Value,
            NamePattern = name,
            Level = level,
            Bays = BayList.TryParse(fields.Text("bays"), out _, out var bays) ? bays : [],
            Media = drive.Choice("media", Choices.Media),
            DriveBytes = drive.Size("size") ?? 0,
            Data = data,
            Luns = luns,
        };
    }

    private Lun Lun(string key, Location location, Fields fields, NamePattern name, long? bytes, DataClass data)
    {
        var partitions = new List<Partition>();
        foreach (var partition in fields.Sections("partitions"))
        {
            partitions.Add(Partition(new Fields(partition, ChassisKeys.Partition), data, inTable: true));
        }

        var whole = fields.Section("volume");
        if (whole.Entries.Count > 0)
        {
            partitions.Add(Partition(new Fields(whole, ChassisKeys.Volume), data, inTable: false));
        }

        return new Lun
        {
            Name = key,
            Location = location,
            Source = fields.Mapping,
            NamePattern = name,
            Bytes = bytes,
            Data = data,
            Os = fields.Boolean("os"),
            Partitions = partitions,
            IsWhole = whole.Entries.Count > 0,
        };
    }

    private Partition Partition(Fields fields, DataClass data, bool inTable)
    {
        var filesystem = fields.Text("filesystem");
        return new Partition
        {
            Name = fields.Text("label"),
            Location = fields.Mapping.Location,
            Source = fields.Mapping,
            Repeat = inTable ? fields.Integer("repeat") : 1,
            Bytes = inTable ? fields.Size("size") : null,
            LabelPattern = Pattern(fields.Mapping, "label") ?? NamePattern.Literally(""),
            Encryption = fields.Choice("encrypt", Choices.Encryption),
            Filesystem = filesystem == "none" ? null : filesystem,
            MountPattern = Pattern(fields.Mapping, "mount"),
            Data = fields.OptionalChoice("data", Choices.Data) ?? data,
            Os = inTable && fields.Boolean("os"),
        };
    }

    private Pool Pool(NamedEntry entry)
    {
        var fields = new Fields(entry.Value, ChassisKeys.Pool);
        return new Pool
        {
            Name = entry.Name,
            Location = entry.Location,
            Source = entry.Value,
            NamePattern = Pattern(entry.Value, "name") ?? NamePattern.Literally(entry.Name),
            Sets = fields.Texts("sets"),
            Encryption = fields.Optional("encryption"),
            Data = fields.Choice("data", Choices.Data),
            Datasets = Each(fields.Sections("datasets"), Dataset),
        };
    }

    private Dataset Dataset(YamlMapping mapping)
    {
        var fields = new Fields(mapping, ChassisKeys.Dataset);
        return new Dataset
        {
            Name = fields.Text("name"),
            Location = mapping.Location,
            Source = mapping,
            Repeat = fields.Integer("repeat"),
            NamePattern = Pattern(mapping, "name") ?? NamePattern.Literally(""),
            MountPattern = Pattern(mapping, "mount") ?? NamePattern.Literally(""),
            Quota = fields.Size("quota"),
        };
    }

    private TmpfsMount Tmpfs(YamlMapping mapping)
    {
        var fields = new Fields(mapping, ChassisKeys.Tmpfs);
        return new TmpfsMount
        {
            Name = fields.Text("mount"),
            Location = mapping.Location,
            Source = mapping,
            Repeat = fields.Integer("repeat"),
            Bytes = fields.Size("size") ?? 0,
            MountPattern = Pattern(mapping, "mount") ?? NamePattern.Literally(""),
        };
    }

    private SlotTemplate Slots(YamlMapping mapping)
    {
        var fields = new Fields(mapping, ChassisKeys.Slots);
        var tiers = fields.Section("tiers");
        return new SlotTemplate
        {
            Name = fields.Text("name"),
            Location = mapping.Location,
            Source = mapping,
            Class = fields.Text("class"),
            Repeat = fields.Integer("repeat"),
            NamePattern = Pattern(mapping, "name") ?? NamePattern.Literally(""),
            Tiers = [.. tiers.Entries.Select(tier => new KeyValuePair<string, NamePattern>(tier.Key, Pattern(tiers, tier.Key) ?? NamePattern.Literally("")))],
        };
    }

    private NamePattern? Pattern(YamlMapping mapping, string key)
    {
        if (mapping.Entry(key)?.Value is not YamlScalar { IsNull: false } scalar)
        {
            return null;
        }

        var pattern = NamePattern.TryParse(scalar.Text, out var error);
        if (error is var (message, hint))
        {
            found.Error(scalar.Location, message, hint);
        }

        return pattern;
    }

    private static List<T> Each<T>(YamlMapping mapping, Func<NamedEntry, T> read)
    {
        var facts = new List<T>();
        foreach (var entry in FactReader.Named(mapping))
        {
            facts.Add(read(entry));
        }

        return facts;
    }

    private static List<T> Each<T>(IEnumerable<YamlMapping> mappings, Func<YamlMapping, T> read)
    {
        var facts = new List<T>();
        foreach (var mapping in mappings)
        {
            facts.Add(read(mapping));
        }

        return facts;
    }
}
