using System.Globalization;
using System.Runtime.CompilerServices;
using Provision.Inventory;
using Provision.Storage.Observe;

namespace Provision.Storage.Tests.Map;

/// <summary>
/// A machine in which everything is as its chassis says, for any chassis, with the drive record that belongs to it; tests change
/// what they are about with <c>with</c> and the methods here.
/// </summary>
internal sealed record PerfectMachine(HostView View, DriveRecord? Record, ObservedStorage Observed)
{
    public static Fleet Fleet { get; } = InventoryLoader.Load(InventoryFiles.ReadFrom(Root())).Fleet!;

    public Layout Layout => View.Layout!;

    public static string Root([CallerFilePath] string path = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "../../.."));

    public static PerfectMachine Of(string host)
    {
        var view = HostView.Of(Fleet, Fleet.FindHost(host)!, Masters.Default);
        var observed = Observe(view.Layout!);
        return new PerfectMachine(view, RecordOf(view.Layout!, observed), observed);
    }

    public Provision.Storage.Map.DriveMap Map() => Provision.Storage.Map.DriveMap.Of(Layout, View, Record, Observed);

    public ObservedDrive Drive(string bay) => Observed.Drives[IndexOf(bay)];

    /// <summary>The machine with another drive in a bay, or none.</summary>
    public PerfectMachine With(string bay, Func<ObservedDrive, ObservedDrive?> change)
    {
        var drives = Observed.Drives.ToList();
        var index = IndexOf(bay);
        var changed = change(drives[index]);
        drives.RemoveAt(index);
        if (changed is not null)
        {
            drives.Insert(index, changed);
        }

        var gone = changed is null ? Drive(bay).Device : null;
        return this with { Observed = Observed with { Drives = drives, Devices = [.. Observed.Devices.Where(device => device.Name != gone)] } };
    }

    public PerfectMachine Swap(string one, string other)
    {
        var (a, b) = (Drive(one), Drive(other));
        return With(one, drive => b with { Bus = drive.Bus, Areca = drive.Areca, Device = drive.Device })
            .With(other, drive => a with { Bus = drive.Bus, Areca = drive.Areca, Device = drive.Device });
    }

    public PerfectMachine WithArray(string name, Func<MdArray, MdArray> change) =>
        this with { Observed = Observed with { Arrays = [.. Observed.Arrays.Select(array => array.Name == name ? change(array) : array)] } };

    public PerfectMachine WithVolume(string name, Func<ArecaVolume, ArecaVolume> change) =>
        this with { Observed = Observed with { ArecaVolumes = [.. Observed.ArecaVolumes.Select(volume => volume.Name == name ? change(volume) : volume)] } };

    public PerfectMachine WithDisk(BlockDevice disk) => this with { Observed = Observed with { Devices = [.. Observed.Devices, disk] } };

    public static BlockDevice Disk(string name, long bytes, string? model = null, string? serial = null) => new()
    {
        Name = name,
        Kind = BlockKind.Disk,
        Bytes = bytes,
        SectorBytes = 512,
        Number = "8:0",
        Parents = [],
        Children = [],
        Model = model,
        Serial = serial,
        WasProbed = true,
    };

    private int IndexOf(string bay)
    {
        var found = Provision.Storage.Map.BayFinder.Find(Layout, Record, Observed).Single(pair => pair.Key.ToString() == bay).Value;
        return Observed.Drives.ToList().FindIndex(drive => ReferenceEquals(drive, found));
    }

    private static ObservedStorage Observe(Layout layout)
    {
        var drives = new List<ObservedDrive>();
        var devices = new List<BlockDevice>();
        var diskOf = new Dictionary<Bay, string>();
        var volumes = layout.Sets.Where(set => set.Level is RaidLevel.ArecaRaid1 or RaidLevel.ArecaRaid6).SelectMany(set => set.Luns.Select(lun => (set, lun)))
            .ToList();
        foreach (var (_, lun) in volumes)
        {
            devices.Add(Disk(Letter(devices.Count), lun.Bytes, lun.Name, "0000001122334455") with
            {
                Vendor = "Areca",
                Wwn = $"0x0004d9270000{devices.Count:x4}",
                Table = Table(layout, lun.Name)
            });
        }

        foreach (var bay in layout.Chassis.Panels.SelectMany(panel => panel.Bays))
        {
            if (layout.Sets.FirstOrDefault(set => set.Bays.Contains(bay)) is not { } set)
            {
                continue;
            }

            var definition = set.Definition;
            var controller = layout.Chassis.FindController(layout.Chassis.FindPanel(bay.Panel)!.Controller)!;
            var bytes = definition.DriveBytes + (definition.DriveBytes / 5000);
            var serial = $"{layout.Host.ShortName.ToUpperInvariant()}{bay.Panel[..1].ToUpperInvariant()}{bay.Number:000}";
            var model = definition.Media switch
            {
                DriveMedia.Hdd => "WDC WD2003FYYS-02W0B0",
                DriveMedia.Ssd =>
                "INTEL SSDSC2BA400G3",
                _ => "SAMSUNG MZWLJ3T8HBLS"
            };
            var drive = new ObservedDrive
            {
                Device = null,
                Bus = null,
                Areca = null,
                Model = model,
                Serial = serial,
                Wwn = null,
                Bytes = bytes,
                Media = definition.Media,
                Health = new DriveHealth(HealthVerdict.Good, [], 31, 21_000),
            };
            if (controller.Kind == ControllerKind.Areca)
            {
                drives.Add(drive with { Areca = new ArecaSlot(1, controller.Enclosure, bay.Number, set.Level == RaidLevel.Spare ? "HotSpare" : set.Name) });
                continue;
            }

            var nvme = controller.Kind == ControllerKind.Nvme;
            var name = nvme ? $"nvme{bay.Number - 1}n1" : Letter(devices.Count(device => device.Name.StartsWith("sd", StringComparison.Ordinal)));
            var bus = nvme
                ? new BusAddress($"0000:{bay.Number + 0x40:x2}:00.0", null, bay.Number.ToString(CultureInfo.InvariantCulture), null, null,
                    $"pci-0000:{bay.Number + 0x40:x2}:00.0-nvme-1")
                : new BusAddress("0000:00:1f.2", bay.Number, null, null, null, $"pci-0000:00:1f.2-ata-{bay.Number}");
            diskOf[bay] = name;
            var wwn = $"0x50014ee2{bay.Number:x8}";
            drives.Add(drive with { Device = name, Bus = bus, Wwn = wwn });
            devices.Add(Disk(name, bytes, model, serial) with { Bus = bus, Wwn = wwn, Transport = nvme ? "nvme" : "sata" });
        }

        var md = layout.Sets.Where(set => set.IsMd).Select((set, index) => new MdArray(
            $"md{index}", set.Luns[0].Name, $"00000000:00000000:00000000:{index + 1:x8}", set.Level == RaidLevel.MdRaid1 ? "raid1" : "raid10", SetHealth.Normal,
                null,
            [.. set.Bays.Select((bay, role) => new MdPlace(diskOf[bay], role, "in_sync"))], set.Bays.Count, false)).ToList();
        devices.AddRange(md.Select(array =>
            Disk(array.Device!, layout.Sets.First(set => set.Luns.Any(lun => lun.Name == array.Name)).UsableBytes) with
            {
                Kind = BlockKind.Md,
                MapperName = array.Name,
                Parents = [.. array.Members.Select(member => member.Device)]
            }));
        return new ObservedStorage
        {
            Machine = new ObservedMachine(layout.Host.Name, new DateTimeOffset(2026, 11, 22, 8, 0, 0, TimeSpan.Zero), null, null, null, layout.Host.Macs, null),
            Devices = devices,
            Drives = drives,
            Arrays = md,
            ArecaVolumes =
                [.. volumes.Select((volume, index) => new ArecaVolume(1, volume.lun.Name, volume.set.Name,
                volume.set.Level == RaidLevel.ArecaRaid1 ? "Raid1" : "Raid6", volume.lun.Bytes, SetHealth.Normal, "Normal", $"00/{index:00}/00"))],
            Pools = [.. layout.Pools.Select(pool => new ObservedPool(pool.Name, 4711, true, SetHealth.Normal,
                [.. layout.Sets.Where(set => pool.Definition.Sets.Contains(set.Key)).SelectMany(set => set.Bays).Select(bay => diskOf[bay] + "p1")], 42,
                [.. layout.Volumes.Where(volume => volume.Lun == pool.Name)
                    .Select((volume, index) => new ObservedDataset(volume.Device, (ulong)index + 1, volume.MountPath, true, "aes-256-gcm", true, 0))]))],
            Mounts = [],
            Problems = [],
        } with
        {
            Devices = [.. devices, .. diskOf.Where(pair => pair.Value.StartsWith("nvme", StringComparison.Ordinal))
            .Select(pair => Disk(pair.Value + "p1", 1) with { Kind = BlockKind.Partition, Parents = [pair.Value] })]
        };
    }

    private static PartitionTable? Table(Layout layout, string lun)
    {
        var partitions = layout.Volumes.Where(volume => volume.Lun == lun).Select((volume, index) =>
            new PartitionEntry(index + 1, 0, volume.Bytes, "0FC63DAF-8483-4772-8E79-3D69D8477DE4", $"00000000-0000-4000-8000-{index:x12}", volume.Label))
                .ToList();
        return partitions.Count == 0 ? null : new PartitionTable("gpt", $"10000000-0000-4000-8000-{lun.Length:x12}", partitions, 0);
    }

    private static DriveRecord RecordOf(Layout layout, ObservedStorage observed)
    {
        var text = DriveRecordText.From(layout.Host.Name, null);
        foreach (var (bay, drive) in Provision.Storage.Map.BayFinder.Find(layout, null, observed))
        {
            text = text.WithDrive(bay, new DriveIdentity(drive.Serial!, drive.Wwn, drive.Model, drive.Bytes));
        }

        text = layout.Sets.Aggregate(text, (record, set) => record.WithSet(set.Key, true));
        return text.Edit(InventoryFiles.ReadFrom(Root())).Result.Fleet!.FindDrives(layout.Host.Name)!;
    }

    private static string Letter(int index) => "sd" + (char)('a' + index);
}
