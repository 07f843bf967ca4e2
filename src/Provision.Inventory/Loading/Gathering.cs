namespace Provision.Inventory;

/// <summary>Merges the sections of all files by name, and validates each against the key table.</summary>
internal sealed class Gathering(DiagnosticBag found)
{
    private readonly SingleSection fleet = new(InventoryKeys.Fleet);
    private readonly SingleSection masters = new(InventoryKeys.Masters);

    /// <summary>True if something could not be read, so that an unresolved name may be defined there.</summary>
    public bool IsIncomplete { get; private set; }

    public NamedSection Sites { get; } = new("site");

    public NamedSection Hosts { get; } = new("host");

    public NamedSection Stores { get; } = new("store");

    public NamedSection Classes { get; } = new("class");

    public NamedSection Chassis { get; } = new("chassis");

    public NamedSection Drives { get; } = new("drives of host");

    public NamedSection Roles { get; } = new("role");

    /// <summary>Reads one file and adds its content.</summary>
    public void Add(InventoryFile file)
    {
        var isRole = file.Path.StartsWith("roles/", StringComparison.Ordinal);
        if (!file.Path.EndsWith(".yaml", StringComparison.Ordinal))
        {
            found.Error(Location.OfFile(file.Path), "files of the inventory end in .yaml; this one would not be read", "rename it");
            IsIncomplete = true;
            return;
        }

        var before = found.Count;
        var root = YamlReader.Read(file, found);
        IsIncomplete |= root is null && found.Count > before;
        if (root is not null and not YamlMapping)
        {
            IsIncomplete = true;
            found.Error(root.Location, $"the file is {root.Kind}; expected a mapping");
        }
        else if (isRole && (root is not null || found.Count == before))
        {
            AddRole(file.Path, root as YamlMapping ?? YamlMapping.Empty);
        }
        else if (root is YamlMapping mapping)
        {
            AddHostsFile(mapping);
        }
    }

    /// <summary>Returns the merged fleet section of all files; null if there is none.</summary>
    public NamedEntry? Fleet() => Single(fleet);

    /// <summary>Returns the merged masters section of all files; empty if there is none.</summary>
    public YamlMapping Masters() => Single(masters)?.Value ?? YamlMapping.Empty;

    private NamedEntry? Single(SingleSection section)
    {
        if (section.Location is not { } location)
        {
            return null;
        }

        var mapping = new YamlMapping(location, section.Entries);
        ShapeCheck.CheckSection(mapping, section.Keys, location, section.Keys.Name, found);
        return new NamedEntry(section.Keys.Name, location, mapping);
    }

    private void AddRole(string path, YamlMapping mapping)
    {
        var name = Path.GetFileNameWithoutExtension(path);
        var place = new Location(path, mapping.Entries.Count > 0 ? 1 : 0, mapping.Entries.Count > 0 ? 1 : 0);
        if (!Formats.IsName(name))
        {
            found.Error(Location.OfFile(path), $"role name \"{name}\": expected {Formats.Name.Expected}");
        }

        AddNamed(Roles, new NamedEntry(name, place, mapping), InventoryKeys.Role);
    }

    private void AddHostsFile(YamlMapping root)
    {
        NamedEntry? site = null;
        if (root.Entry("site") is { } line)
        {
            ShapeCheck.Check(line.Value, new ScalarShape(Formats.Name), "site", found);
            site = line.Value is YamlScalar { IsNull: false } name ? new NamedEntry(name.Text, name.Location, YamlMapping.Empty) : null;
        }

        foreach (var entry in root.Entries)
        {
            switch (InventoryKeys.HostsFile.Find(entry.Key))
            {
                case null:
                    IsIncomplete = true;
                    found.Error(
                        entry.KeyLocation,
                        $"unknown key \"{entry.Key}\"",
                        NearestName.Hint(entry.Key, InventoryKeys.HostsFile.KeyNames())
                            ?? "known are " + string.Join(", ", InventoryKeys.HostsFile.KeyNames()));
                    break;
                case { Name: "fleet" } row:
                    AddSingle(fleet, entry, row);
                    break;
                case { Name: "masters" } row:
                    AddSingle(masters, entry, row);
                    break;
                case { Shape: NamedShape shape } row when entry.Value is YamlMapping mapping:
                    foreach (var named in mapping.Entries)
                    {
                        AddEntry(SectionOf(row.Name), shape, named, row.Name == "hosts" ? site : null);
                    }

                    break;
                case { Shape: NamedShape } when entry.Value is YamlScalar { IsNull: true }:
                    break;
                case { Shape: NamedShape } row:
                    ShapeCheck.Check(entry.Value, row.Shape, row.Name, found);
                    break;
                default:
                    break;
            }
        }
    }

    private NamedSection SectionOf(string key) => key switch
    {
        "sites" => Sites,
        "hosts" => Hosts,
        "stores" => Stores,
        "classes" => Classes,
        "chassis" => Chassis,
        "drives" => Drives,
        _ => throw new ArgumentOutOfRangeException(nameof(key), key, "a row of the key table without a place to gather it"),
    };

    private void AddSingle(SingleSection section, YamlEntry entry, KeyRow row)
    {
        if (entry.Value is not YamlMapping mapping)
        {
            ShapeCheck.Check(entry.Value, row.Shape, row.Name, found);
            return;
        }

        section.Location ??= entry.KeyLocation;
        foreach (var value in mapping.Entries)
        {
            var first = section.Entries.Find(e => e.Key == value.Key);
            if (first is null)
            {
                section.Entries.Add(value);
            }
            else
            {
                found.Add(Diagnostic.Error(value.KeyLocation, $"\"{value.Key}\" of the {section.Keys.Name} is defined twice") with
                {
                    Related = [new RelatedLocation(first.KeyLocation, "first here")],
                });
            }
        }
    }

    private void AddEntry(NamedSection section, NamedShape shape, YamlEntry entry, NamedEntry? site)
    {
        var before = found.Count;
        ShapeCheck.CheckName(entry, shape.NameFormat, section.What, found);
        if (entry.Value is not YamlMapping mapping)
        {
            ShapeCheck.Check(entry.Value, new SectionShape(shape.Section), $"{section.What} {entry.Key}", found);
            section.Broken.Add(entry.Key);
            return;
        }

        AddNamed(section, new NamedEntry(entry.Key, entry.KeyLocation, mapping) { SiteOfFile = site }, shape.Section);
        if (found.Count > before)
        {
            section.Broken.Add(entry.Key);
        }
    }

    private void AddNamed(NamedSection section, NamedEntry entry, Section keys)
    {
        var before = found.Count;
        ShapeCheck.CheckSection(entry.Value, keys, entry.Location, section.What, found, entry.Name);
        if (found.Count > before)
        {
            section.Broken.Add(entry.Name);
        }

        if (!section.Entries.TryAdd(entry.Name, entry))
        {
            found.Add(Diagnostic.Error(entry.Location, $"{section.What} {entry.Name} is defined twice") with
            {
                Related = [new RelatedLocation(section.Entries[entry.Name].Location, "first here")],
            });
        }
    }
}

/// <summary>A section that exists once, possibly spread over several files.</summary>
internal sealed class SingleSection(Section keys)
{
    public Section Keys => keys;

    public List<YamlEntry> Entries { get; } = [];

    /// <summary>Its first location; null if there is none.</summary>
    public Location? Location { get; set; }
}

/// <summary>All entries of the sections with one name.</summary>
internal sealed class NamedSection(string what)
{
    /// <summary>The description of one entry in messages.</summary>
    public string What => what;

    public Dictionary<string, NamedEntry> Entries { get; } = new(StringComparer.Ordinal);

    /// <summary>Names of entries with errors; later checks are more lenient with them.</summary>
    public HashSet<string> Broken { get; } = new(StringComparer.Ordinal);

    /// <summary>Returns the entries in natural order of their names.</summary>
    public List<NamedEntry> InOrder()
    {
        var list = new List<NamedEntry>(Entries.Values);
        list.Sort(static (a, b) => NaturalOrder.Instance.Compare(a.Name, b.Name));
        return list;
    }
}
