using System.Globalization;
using System.Text;

namespace Provision.Storage.Tests.Observe;

/// <summary>The block devices of a sketch with their numbers, and /sys, /proc and /run as a kernel and udev would show them.</summary>
internal sealed class SketchKernel
{
    private readonly MachineSketch machine;

    public SketchKernel(MachineSketch machine)
    {
        this.machine = machine;
        Mappers = [.. Contents().Where(pair => pair.Content?.OpenAs is not null)
            .Select((pair, index) => new OpenContainer($"dm-{index}", pair.Name, pair.Bytes - (16 << 20), pair.Content!))];
        Machine();
        Ports();
        foreach (var (disk, index) in machine.Disks.Select((disk, index) => (disk, index)))
        {
            Disk(disk, index);
        }

        foreach (var (other, bytes) in machine.OtherDevices)
        {
            Block(other, "/sys/devices/virtual/block/" + other, bytes, "251:0", readOnly: false, written: 0, rotational: false);
        }

        machine.Arrays.Where(array => array.Device is not null).ToList().ForEach(Array);
        Mappers.ForEach(Mapper);
        Mounts();
    }

    public SketchFiles Files { get; } = new();

    public List<OpenContainer> Mappers { get; }

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>Every device that can have content of its own.</summary>
    private IEnumerable<(string Name, long Bytes, SketchContent? Content)> Contents() =>
        machine.Disks.SelectMany(disk => disk.Partitions.Prepend<SketchDevice>(disk)).Select(device => (device.Name, device.Bytes, device.Content))
            .Concat(machine.Arrays.Where(array => array.Device is not null).Select(array => (array.Device!, array.Bytes, array.Content)));

    private void Machine()
    {
        Files["/proc/sys/kernel/hostname"] = machine.HostName;
        Files["/proc/sys/kernel/random/boot_id"] = machine.BootId;
        Files["/sys/class/dmi/id/product_uuid"] = machine.DmiUuid;
        Files["/sys/class/dmi/id/product_name"] = machine.Product;
        Files["/sys/class/dmi/id/product_serial"] = machine.SerialNumber;
        Files["/sys/class/net/lo/address"] = "00:00:00:00:00:00";
        foreach (var (mac, index) in machine.Macs.Select((mac, index) => (mac, index)))
        {
            Files[$"/sys/class/net/eth{index}/address"] = mac;
        }

        if (machine.Pools.Any(pool => pool.Imported))
        {
            Files["/sys/module/zfs/version"] = "2.3.2-2";
        }

        if (machine.Arecas.Count > 0)
        {
            foreach (var index in Enumerable.Range(0, machine.Arecas.Count))
            {
                Files.Link($"/sys/bus/pci/drivers/arcmsr/{ArecaPci(index)}", $"/sys/devices/pci0000:00/0000:00:03.0/{ArecaPci(index)}");
                Files[$"/sys/devices/pci0000:00/0000:00:03.0/{ArecaPci(index)}/vendor"] = "0x17d3";
            }
        }
    }

    private static string ArecaPci(int index) => $"0000:{index + 3:x2}:00.0";

    private void Ports()
    {
        var print = 0;
        foreach (var (pci, ports) in machine.SataControllers)
        {
            for (var port = 1; port <= ports; port++)
            {
                print++;
                var real = $"/sys/devices/pci0000:00/{pci}/ata{print}/ata_port/ata{print}";
                Files[real + "/port_no"] = Number(port);
                Files.Link($"/sys/class/ata_port/ata{print}", real);
            }
        }
    }

    /// <summary>What the n-th port in the order of PCI addresses is called by the kernel, which numbers them as it finds them.</summary>
    private (string Pci, int Print) AtaOf(int place)
    {
        var ports = new List<(string Pci, int Port, int Print)>();
        foreach (var (pci, count) in machine.SataControllers)
        {
            ports.AddRange(Enumerable.Range(1, count).Select(port => (pci, port, ports.Count + port)).ToList());
        }

        var found = ports.OrderBy(port => port.Pci, StringComparer.Ordinal).ThenBy(port => port.Port).ElementAt(place - 1);
        return (found.Pci, found.Print);
    }

    private void Disk(SketchDisk disk, int index)
    {
        var (folder, path) = disk.Bus switch
        {
            SketchBus.Sata when AtaOf(disk.Place) is var (pci, ata) =>
                ($"/sys/devices/pci0000:00/{pci}/ata{ata}/host{ata}/target{ata}:0:0/{ata}:0:0:0", $"pci-{pci}-ata-{disk.Place}"),
            SketchBus.Areca =>
                ($"/sys/devices/pci0000:00/0000:00:03.0/0000:03:00.0/host0/target0:0:{disk.Place - 1}/0:0:{disk.Place - 1}:0",
                $"pci-0000:03:00.0-scsi-0:0:{disk.Place - 1}:0"),
            SketchBus.Usb =>
                ("/sys/devices/pci0000:00/0000:00:14.0/usb1/1-2/1-2:1.0/host20/target20:0:0/20:0:0:0", "pci-0000:00:14.0-usb-0:2:1.0-scsi-0:0:0:0"),
            SketchBus.Sas =>
                ($"/sys/devices/pci0000:00/0000:02:00.0/host9/port-9:{disk.Place}/end_device-9:{disk.Place}/target9:0:{disk.Place}/9:0:{disk.Place}:0",
                $"pci-0000:02:00.0-sas-phy{disk.Place}-lun-0"),
            SketchBus.Nvme => ($"/sys/devices/pci0000:40/0000:40:01.1/{NvmePci(disk.Place)}/nvme/{disk.Name[..^2]}", $"pci-{NvmePci(disk.Place)}-nvme-1"),
            _ => ($"/sys/devices/pci0000:00/0000:00:0a.0/virtio{index}", $"virtio-pci-0000:00:0a.0"),
        };
        var real = disk.Bus == SketchBus.Nvme ? $"{folder}/{disk.Name}" : $"{folder}/block/{disk.Name}";
        Block(disk.Name, real, disk.Bytes, $"{(disk.Bus == SketchBus.Nvme ? 259 : 8)}:{index * 64}", disk.ReadOnly, disk.SectorsWritten, disk.Rotational);
        Files.Link(real + "/device", folder);
        Identity(disk, folder, real);
        Udev($"{(disk.Bus == SketchBus.Nvme ? 259 : 8)}:{index * 64}", disk, path);
        foreach (var partition in disk.Partitions)
        {
            var place = $"{real}/{partition.Name}";
            Files[place + "/partition"] = Number(partition.Number);
            Common(place, partition.Name, partition.Bytes, $"{(disk.Bus == SketchBus.Nvme ? 259 : 8)}:{(index * 64) + partition.Number}", partition.ReadOnly,
                partition.SectorsWritten);
        }
    }

    private static string NvmePci(int slot) => $"0000:{slot + 0x40:x2}:00.0";

    private void Identity(SketchDisk disk, string folder, string real)
    {
        switch (disk.Bus)
        {
            case SketchBus.Nvme:
                Files[folder + "/model"] = disk.Model.PadRight(40);
                Files[folder + "/serial"] = disk.Serial.PadRight(20);
                Files[real + "/wwid"] = disk.Wwn ?? $"nvme.8086-{disk.Serial}";
                Files[$"/sys/bus/pci/slots/{disk.Place}{machine.SlotSuffix}/address"] = NvmePci(disk.Place)[..^2];
                break;
            case SketchBus.Virtio:
                Files[real + "/serial"] = disk.Serial;
                break;
            default:
                Files[folder + "/vendor"] = (disk.Bus == SketchBus.Areca ? "Areca" : disk.Bus == SketchBus.Sata ? "ATA" : disk.Model.Split(' ')[0]).PadRight(8);
                Files[folder + "/model"] = disk.Model.PadRight(16)[..16]; // what SCSI has room for
                Files[folder + "/vpd_pg80"] = "\0\u0080\0\u0014" + disk.Serial.PadLeft(20);
                if (disk.Wwn is { } wwn)
                {
                    Files[folder + "/wwid"] = "naa." + wwn[2..];
                }

                break;
        }

        if (disk.Bus == SketchBus.Sas)
        {
            Files[$"/sys/class/sas_device/end_device-9:{disk.Place}/phy_identifier"] = Number(disk.Place);
        }
    }

    private void Udev(string number, SketchDisk disk, string path)
    {
        if (!machine.UdevRuns)
        {
            return;
        }

        var text = new StringBuilder();
        text.Append($"S:disk/by-path/{path}\nS:disk/by-diskseq/1\nI:4711\nE:ID_PATH={path}\nE:ID_TYPE=disk\n");
        text.Append($"E:ID_MODEL={disk.Model.Replace(' ', '_')}\nE:ID_MODEL_ENC={disk.Model.PadRight(40).Replace(" ", "\\x20", StringComparison.Ordinal)}\n");
        text.Append(disk.Bus is SketchBus.Areca or SketchBus.Sas
            ? $"E:ID_SERIAL=3{disk.Wwn?[2..]}\nE:ID_SERIAL_SHORT={disk.Wwn?[2..]}\nE:ID_SCSI_SERIAL={disk.Serial}\n"
            : $"E:ID_SERIAL={disk.Model.Replace(' ', '_')}_{disk.Serial}\nE:ID_SERIAL_SHORT={disk.Serial}\n");
        if (disk.Wwn is { } wwn)
        {
            text.Append($"E:ID_WWN={wwn}\nE:ID_WWN_WITH_EXTENSION={wwn}\n");
        }

        Files[$"/run/udev/data/b{number}"] = text.Append("V:1\n").ToString();
    }

    private void Block(string name, string real, long bytes, string number, bool readOnly, long written, bool rotational)
    {
        Files.Link("/sys/block/" + name, real);
        Files[real + "/removable"] = "0";
        Files[real + "/queue/rotational"] = rotational ? "1" : "0";
        Files[real + "/queue/logical_block_size"] = "512";
        Common(real, name, bytes, number, readOnly, written);
    }

    private void Common(string real, string name, long bytes, string number, bool readOnly, long written)
    {
        Files[real + "/dev"] = number;
        Files[real + "/size"] = Number(bytes / 512);
        Files[real + "/ro"] = readOnly ? "1" : "0";
        Files[real + "/stat"] = $"    120        0     4096       33        8        0 {written,8}        5        0       44       38";
        Files.Folder(real + "/holders");
        foreach (var holder in machine.Arrays.Where(array =>
            array.Device is not null && array.Members.Any(member => member.Device == name && member.State != "stale")).Select(array => array.Device!)
            .Concat(Mappers.Where(mapper => mapper.Under == name).Select(mapper => mapper.Name)))
        {
            Files.Link($"{real}/holders/{holder}", "/sys/devices/virtual/block/" + holder);
        }
    }

    private void Array(SketchMd array)
    {
        var real = "/sys/devices/virtual/block/" + array.Device;
        Block(array.Device!, real, array.Bytes, $"9:{array.Device![2..]}", array.State is "readonly" or "read-auto", array.SectorsWritten, true);
        var present = array.Members.Where(member => member.State != "stale").ToList();
        Files[real + "/md/level"] = array.Level;
        Files[real + "/md/raid_disks"] = Number(array.Places);
        Files[real + "/md/array_state"] = array.State;
        Files[real + "/md/sync_action"] = array.Action;
        Files[real + "/md/sync_completed"] = array.Completed;
        Files[real + "/md/metadata_version"] = "1.2";
        Files[real + "/md/bitmap/location"] = array.Bitmap;
        Files[real + "/md/degraded"] = Number(array.Places - present.Count(member => member.State == "in_sync" && member.Role is not null));
        foreach (var member in present)
        {
            Files[$"{real}/md/dev-{member.Device}/state"] = member.State;
            Files[$"{real}/md/dev-{member.Device}/slot"] = member.Role is { } role && member.State != "faulty" && array.State != "inactive" ? Number(role)
                : "none";
            Files.Link($"{real}/slaves/{member.Device}", "/sys/class/block/" + member.Device);
        }
    }

    private void Mapper(OpenContainer mapper)
    {
        var real = "/sys/devices/virtual/block/" + mapper.Name;
        Block(mapper.Name, real, mapper.Bytes, $"252:{mapper.Name[3..]}", false, 0, true);
        Files[real + "/dm/name"] = mapper.Container.OpenAs!;
        Files[real + "/dm/uuid"] =
            $"CRYPT-LUKS{mapper.Container.Version}-{mapper.Container.Uuid?.Replace("-", "", StringComparison.Ordinal)}-{mapper.Container.OpenAs}";
        Files.Link($"{real}/slaves/{mapper.Under}", "/sys/class/block/" + mapper.Under);
    }

    private void Mounts()
    {
        var text = new StringBuilder("21 1 0:20 / /proc rw,nosuid,nodev,noexec,relatime shared:12 - proc proc rw\n");
        foreach (var (path, source, filesystem) in machine.Mounts)
        {
            var mapper = Mappers.Find(open => open.Name == source || open.Container.OpenAs == source);
            var shown = mapper is not null ? "/dev/mapper/" + mapper.Container.OpenAs : filesystem is "zfs" or "tmpfs" ? source : "/dev/" + source;
            var number = mapper is not null ? $"252:{mapper.Name[3..]}"
                : Files.Content($"/sys/class/block/{source}/dev") ?? Files.Content($"/sys/block/{source}/dev") ?? "0:50";
            text.Append(CultureInfo.InvariantCulture,
                $"90 21 {number} / {path.Replace(" ", "\\040", StringComparison.Ordinal)} rw,nosuid,nodev,noexec,noatime shared:40 - {filesystem} "
                + $"{shown.Replace(" ", "\\040", StringComparison.Ordinal)} rw,errors=remount-ro\n");
        }

        Files["/proc/self/mountinfo"] = text.ToString();
    }
}

/// <summary>An open LUKS container of a sketch.</summary>
internal sealed record OpenContainer(string Name, string Under, long Bytes, SketchContent Container);

/// <summary>Files that are only a dictionary; nothing of them can be changed through the door.</summary>
internal sealed class SketchFiles : IMachineFiles
{
    private readonly Dictionary<string, string> contents = [];
    private readonly Dictionary<string, string> links = [];
    private readonly Dictionary<string, SortedSet<string>> folders = new() { ["/"] = [] };

    public string Root => "/";

    public bool IsRunningSystem => true;

    public bool MayChangeOwner => false;

    public string this[string path]
    {
        set
        {
            contents[path] = value.EndsWith('\n') ? value : value + "\n";
            Name(path);
        }
    }

    public void Link(string path, string target)
    {
        links[path] = target;
        Name(path);
    }

    public void Folder(string path)
    {
        folders.TryAdd(path, []);
        Name(path);
    }

    public string? Content(string path) => contents.GetValueOrDefault(Real(path))?.Trim();

    public FileFacts? Stat(string path, bool follow = false)
    {
        var real = follow ? Real(path) : path;
        return contents.ContainsKey(real) ? Facts(FileKind.File) : folders.ContainsKey(real) ? Facts(FileKind.Folder) : links.ContainsKey(real)
            ? Facts(FileKind.Link) : null;
    }

    public FileContent? Read(string path, bool follow = false) =>
        contents.TryGetValue(Real(path), out var text) ? new FileContent(Facts(FileKind.File), Encoding.UTF8.GetBytes(text)) : null;

    public string? ReadLink(string path) => links.GetValueOrDefault(path);

    public IReadOnlyList<string> List(string folder) => folders.TryGetValue(Real(folder), out var names) ? [.. names] : [];

    public IReadOnlyList<string> MakeFolder(string path, int mode = 0x1ED, Owner? owner = null) => throw new NotSupportedException();

    public void WriteNew(
        string path, ReadOnlySpan<byte> content, int mode, Owner? owner = null, bool sync = false, IReadOnlyDictionary<string, byte[]>? attributes = null) =>
        throw new NotSupportedException();

    public void MakeLink(string path, string target) => throw new NotSupportedException();

    public void Rename(string from, string to) => throw new NotSupportedException();

    public void Remove(string path) => throw new NotSupportedException();

    public bool RemoveFolder(string path) => throw new NotSupportedException();

    public void SyncFolder(string path) => throw new NotSupportedException();

    public void SyncFilesystem(string folder) => throw new NotSupportedException();

    public IDisposable? TryLock(string path) => throw new NotSupportedException();

    public void Dispose()
    {
    }

    private static FileFacts Facts(FileKind kind) => new(kind, 0x124, default, 0, 0, 0, default);

    private void Name(string path)
    {
        for (var slash = path.LastIndexOf('/'); slash >= 0; slash = path.LastIndexOf('/'))
        {
            var above = slash == 0 ? "/" : path[..slash];
            var isNew = folders.TryAdd(above, []);
            folders[above].Add(path[(slash + 1)..]);
            if (!isNew || above == "/")
            {
                return;
            }

            path = above;
        }
    }

    private string Real(string path)
    {
        var done = "";
        foreach (var part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            done = $"{done}/{part}";
            while (links.TryGetValue(done, out var target))
            {
                done = target;
            }
        }

        return done.Length == 0 ? "/" : done;
    }
}
