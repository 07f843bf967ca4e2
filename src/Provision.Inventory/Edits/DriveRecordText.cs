using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Provision.Inventory;

/// <summary>A drive as stored in the record.</summary>
/// <param name="Serial">Serial number.</param>
/// <param name="Wwn">World-wide name, or null.</param>
/// <param name="Model">Model, or null.</param>
/// <param name="Bytes">Exact size, or null.</param>
public sealed record DriveIdentity(string Serial, string? Wwn, string? Model, long? Bytes);

/// <summary>An array, controller volume or pool as stored in the record.</summary>
/// <param name="Uuid">UUID of an array in mdadm's form, GUID of a pool in decimal, or null.</param>
/// <param name="Wwn">World-wide name of a controller volume, or null.</param>
/// <param name="Table">UUID of its partition table, or null.</param>
public sealed record UnitIdentity(string? Uuid, string? Wwn, string? Table);

/// <summary>A volume as stored in the record.</summary>
/// <param name="Partition">UUID of the GPT partition, or null.</param>
/// <param name="Luks">UUID of the LUKS container, or null.</param>
/// <param name="Filesystem">UUID of the file system or GUID of the dataset, or null.</param>
/// <param name="Rehearsed">Date of its last rehearsal (<c>2026-11-22</c>), or null.</param>
public sealed record VolumeIdentity(string? Partition, string? Luks, string? Filesystem, string? Rehearsed)
{
    /// <summary>Cipher of the LUKS container, or null.</summary>
    public string? Cipher { get; init; }

    /// <summary>Size of its volume key in bits, or null.</summary>
    public int? KeyBits { get; init; }
}

/// <summary>
/// The drive record of one host, ready to be written. Immutable; each list is in natural order of its names, so that equal records produce equal text.
/// </summary>
public sealed record DriveRecordText
{
    private DriveRecordText(string host) => Host = host;

    /// <summary>The host's name.</summary>
    public string Host { get; }

    /// <summary>The drives by bay (<c>front/3</c>).</summary>
    public ImmutableSortedDictionary<string, DriveIdentity> Bays { get; private init; } = Empty<DriveIdentity>();

    /// <summary>The sets and pools of the chassis by key; true for those that were created.</summary>
    public ImmutableSortedDictionary<string, bool> Sets { get; private init; } = Empty<bool>();

    /// <summary>Arrays, controller volumes and pools by name.</summary>
    public ImmutableSortedDictionary<string, UnitIdentity> Units { get; private init; } = Empty<UnitIdentity>();

    /// <summary>Partitions, arrays and datasets by label.</summary>
    public ImmutableSortedDictionary<string, VolumeIdentity> Volumes { get; private init; } = Empty<VolumeIdentity>();

    /// <summary>Creates the text of a host's record in the inventory; empty if there is none.</summary>
    public static DriveRecordText From(string host, DriveRecord? record) => record is null ? new DriveRecordText(host) : new DriveRecordText(host)
    {
        Bays = Empty<DriveIdentity>().AddRange(record.Drives.Select(drive =>
            KeyValuePair.Create(drive.Bay.ToString(), new DriveIdentity(drive.Serial, drive.Wwn, drive.Model, drive.Bytes)))),
        Sets = Empty<bool>().AddRange(record.Sets.Select(set => KeyValuePair.Create(set.Name, set.Exists))),
        Units = Empty<UnitIdentity>().AddRange(record.Units.Select(unit =>
            KeyValuePair.Create(unit.Name, new UnitIdentity(unit.Uuid, unit.Wwn, unit.Table)))),
        Volumes = Empty<VolumeIdentity>().AddRange(record.Volumes.Select(volume =>
            KeyValuePair.Create(volume.Name, new VolumeIdentity(volume.PartitionUuid, volume.LuksUuid, volume.FilesystemUuid, volume.Rehearsed)
            {
                Cipher = volume.Cipher,
                KeyBits = volume.KeyBits,
            }))),
    };

    /// <summary>Returns a copy with a drive in a bay, or with the bay empty.</summary>
    public DriveRecordText WithDrive(Bay bay, DriveIdentity? drive) =>
        this with { Bays = drive is null ? Bays.Remove(bay.ToString()) : Bays.SetItem(bay.ToString(), drive) };

    /// <summary>Returns a copy with a set or pool marked as created or not.</summary>
    public DriveRecordText WithSet(string key, bool exists) => this with { Sets = Sets.SetItem(key, exists) };

    /// <summary>Returns a copy with the identities of an array, controller volume or pool, or without it.</summary>
    public DriveRecordText WithUnit(string name, UnitIdentity? unit) =>
        this with { Units = unit is null ? Units.Remove(name) : Units.SetItem(name, unit) };

    /// <summary>Returns a copy with a volume's identities, or without it.</summary>
    public DriveRecordText WithVolume(string label, VolumeIdentity? volume) =>
        this with { Volumes = volume is null ? Volumes.Remove(label) : Volumes.SetItem(label, volume) };

    /// <summary>Returns the path of a host's record in the repository.</summary>
    public static string PathOf(string host) => $"hosts/drives/{host}.yaml";

    /// <summary>
    /// Creates the edit of the host's file. The whole file is rewritten, so the edit is refused if the file holds anything else or the record is in another
    /// file.
    /// </summary>
    public InventoryEdit Edit(InventoryFiles files)
    {
        var path = PathOf(Host);
        var loaded = InventoryLoader.Load(files);
        if (loaded.Fleet is not { } fleet)
        {
            return InventoryEdit.Refused(loaded.Diagnostics);
        }

        if (fleet.FindDrives(Host) is { } record && record.Location.Path != path)
        {
            return InventoryEdit.Refused([Diagnostic.Error(record.Location, $"the drive record of {Host} is not in a file of its own", $"move it to {path}")]);
        }

        var file = files.Find(path);
        if (file is not null && Stranger(file) is { } other)
        {
            return InventoryEdit.Refused(
                [Diagnostic.Error(other.KeyLocation, $"\"{other.Key}\" would be lost: {path} is written by commands", "move it to another file")]);
        }

        return InventoryEdit.Of(files, path, file is null ? "" : Utf8Text.Decode(file, new DiagnosticBag()) ?? "", ToString());
    }

    /// <summary>Returns the file's text.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append("# What is really in ").Append(Host).Append(": the expected side of every identity check.\n");
        text.Append("# Written by provision (storage create, storage replace, host adopt, drives accept), not by hand.\n");
        text.Append("drives:\n  ").Append(Host).Append(':');
        if (Bays.IsEmpty && Sets.IsEmpty && Units.IsEmpty && Volumes.IsEmpty)
        {
            return text.Append(" {}\n").ToString();
        }

        text.Append('\n');
        Section(text, "bays", Bays, drive =>
            [("serial", drive.Serial), ("wwn", drive.Wwn), ("model", drive.Model), ("bytes", drive.Bytes)]);
        Section(text, "sets", Sets, exists => [("state", exists ? "created" : "new")]);
        Section(text, "units", Units, unit => [("uuid", unit.Uuid), ("wwn", unit.Wwn), ("table", unit.Table)]);
        Section(text, "volumes", Volumes, volume =>
        [
            ("partition", volume.Partition), ("luks", volume.Luks), ("cipher", volume.Cipher), ("key_bits", (long?)volume.KeyBits),
            ("filesystem", volume.Filesystem), ("rehearsed", volume.Rehearsed),
        ]);
        return text.ToString();
    }

    private static void Section<T>(StringBuilder text, string name, ImmutableSortedDictionary<string, T> entries, Func<T, (string Key, object? Value)[]> fields)
    {
        if (entries.IsEmpty)
        {
            return;
        }

        text.Append("    ").Append(name).Append(":\n");
        foreach (var (key, value) in entries)
        {
            var said = fields(value).Where(field => field.Value is not null).Select(field => $"{field.Key}: {Scalar(field.Value!)}").ToList();
            text.Append("      ").Append(YamlText.Of(key)).Append(said.Count == 0 ? ": {}" : $": {{ {string.Join(", ", said)} }}").Append('\n');
        }
    }

    private static string Scalar(object value) =>
        value is long number ? number.ToString(CultureInfo.InvariantCulture) : YamlText.Of((string)value);

    private YamlEntry? Stranger(InventoryFile file)
    {
        var root = YamlReader.Read(file, new DiagnosticBag()) as YamlMapping ?? YamlMapping.Empty;
        return root.Entries.FirstOrDefault(entry => entry.Key != "drives")
            ?? (root.Entry("drives")?.Value as YamlMapping)?.Entries.FirstOrDefault(entry => entry.Key != Host);
    }

    private static ImmutableSortedDictionary<string, T> Empty<T>() => ImmutableSortedDictionary.Create<string, T>(NaturalOrder.Instance);
}
