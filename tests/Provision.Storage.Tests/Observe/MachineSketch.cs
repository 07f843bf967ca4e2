using System.Security.Cryptography;
using System.Text;
using Provision.Storage.Observe;

namespace Provision.Storage.Tests.Observe;

/// <summary>
/// A machine in a few lines, for tests: describe it, change what the test is about, <see cref="Observe"/> it. It answers
/// through the two doors as the real tools do, so the real observer and the real recording run on it.
/// </summary>
/// <example><code>
/// var machine = Imap33.Sketch();
/// machine.Disk("sdf").Serial = "SOMEBODY-ELSES";
/// machine.RemoveDisk("sdm");
/// machine.Array("md2").Members[1].State = "faulty";
/// var observed = machine.Observe();
/// </code></example>
public sealed class MachineSketch(string hostName)
{
    /// <summary>Host name.</summary>
    public string HostName { get; set; } = hostName;

    /// <summary>When it is looked at.</summary>
    public DateTimeOffset Taken { get; set; } = new(2026, 11, 22, 8, 0, 0, TimeSpan.Zero);

    /// <summary>What the firmware says it is.</summary>
    public string DmiUuid { get; set; } = Ids.Uuid(hostName + "/dmi");

    /// <summary>Product name.</summary>
    public string Product { get; set; } = "X9DRi-LN4+/X9DR3-LN4+";

    /// <summary>Serial number of the machine.</summary>
    public string SerialNumber { get; set; } = "S" + Ids.Digits(hostName, 9);

    /// <summary>Boot id.</summary>
    public string BootId { get; set; } = Ids.Uuid(hostName + "/boot");

    /// <summary>Addresses of the network cards eth0, eth1, ...</summary>
    public List<string> Macs { get; } = [];

    /// <summary>SATA controllers by PCI address with how many ports each has.</summary>
    public List<(string Pci, int Ports)> SataControllers { get; } = [("0000:00:1f.2", 12)];

    /// <summary>The disks that the kernel sees, controllers' volumes too.</summary>
    public List<SketchDisk> Disks { get; } = [];

    /// <summary>Arrays of md.</summary>
    public List<SketchMd> Arrays { get; } = [];

    /// <summary>Areca controllers; the first is number 1.</summary>
    public List<SketchAreca> Arecas { get; } = [];

    /// <summary>ZFS pools.</summary>
    public List<SketchPool> Pools { get; } = [];

    /// <summary>Mounts by folder: kernel name or dataset, and filesystem.</summary>
    public List<(string Path, string Source, string Filesystem)> Mounts { get; } = [];

    /// <summary>Programs that are not installed.</summary>
    public HashSet<string> MissingPrograms { get; } = [];

    /// <summary>Kernel names of devices on which every program hangs.</summary>
    public HashSet<string> DeadDevices { get; } = [];

    /// <summary>Kernel names of devices that give read errors, which libblkid keeps to itself.</summary>
    public HashSet<string> UnreadableDevices { get; } = [];

    /// <summary>Answers that are given in place of a program's own, by the command: exit code, output.</summary>
    public Dictionary<string, (int ExitCode, string Output)> Answers { get; } = [];

    /// <summary>Other block devices of the kernel, by name with their size in bytes: <c>bcache0</c>, <c>pmem0</c>.</summary>
    public Dictionary<string, long> OtherDevices { get; } = [];

    /// <summary>What the kernel appends to the names of PCI slots if the firmware uses a number twice: <c>-1</c>.</summary>
    public string SlotSuffix { get; set; } = "";

    /// <summary>False on a machine (or in an initramfs) where no udev runs.</summary>
    public bool UdevRuns { get; set; } = true;

    /// <summary>The disk of a kernel name.</summary>
    public SketchDisk Disk(string name) => Disks.Single(disk => disk.Name == name);

    /// <summary>The partition or disk of a kernel name.</summary>
    public SketchDevice Device(string name) => Disks.SelectMany(disk => disk.Partitions.Prepend<SketchDevice>(disk)).Single(device => device.Name == name);

    /// <summary>The array of a kernel name or a name.</summary>
    public SketchMd Array(string name) => Arrays.Single(array => array.Device == name || array.Name == name);

    /// <summary>Pulls a disk out, also from the arrays it is in.</summary>
    public void RemoveDisk(string name)
    {
        var gone = Disk(name);
        Disks.Remove(gone);
        foreach (var array in Arrays)
        {
            array.Members.RemoveAll(member => member.Device == name || gone.Partitions.Any(partition => partition.Name == member.Device));
        }
    }

    /// <summary>A look at the machine as it is described now; it is recorded.</summary>
    public MachineReader Look()
    {
        var kernel = new SketchKernel(this);
        return new MachineReader(new SketchPrograms(this, kernel), kernel.Files, Taken);
    }

    /// <summary>What is observed of the machine as it is described now.</summary>
    public ObservedStorage Observe() => StorageObserver.Observe(Look());

    /// <summary>Every answer of one observation: what a bundle of this machine holds.</summary>
    public MachineRecord Record()
    {
        var reader = Look();
        StorageObserver.Observe(reader);
        return reader.Record;
    }
}

/// <summary>Something that can have content: a disk or a partition.</summary>
public abstract class SketchDevice
{
    /// <summary>Kernel name.</summary>
    public required string Name { get; set; }

    /// <summary>Size in bytes.</summary>
    public required long Bytes { get; set; }

    /// <summary>What is on it; membership in an array or a pool comes from there.</summary>
    public SketchContent? Content { get; set; }

    /// <summary>Signatures that something old left on it.</summary>
    public List<Signature> Leftovers { get; } = [];

    /// <summary>True where the kernel refuses to write.</summary>
    public bool ReadOnly { get; set; }

    /// <summary>Sectors written since boot.</summary>
    public long SectorsWritten { get; set; }
}

/// <summary>Where a disk is attached.</summary>
public enum SketchBus
{
    /// <summary>At the board's SATA port <see cref="SketchDisk.Place"/>.</summary>
    Sata,

    /// <summary>NVMe in the PCI slot <see cref="SketchDisk.Place"/>.</summary>
    Nvme,

    /// <summary>Volume <see cref="SketchDisk.Place"/> (from 1) of the first Areca controller.</summary>
    Areca,

    /// <summary>SAS phy <see cref="SketchDisk.Place"/> of a plain host adapter.</summary>
    Sas,

    /// <summary>A virtual disk.</summary>
    Virtio,

    /// <summary>A stick.</summary>
    Usb,
}

/// <summary>A disk as the kernel sees it.</summary>
public sealed class SketchDisk : SketchDevice
{
    /// <summary>How it is attached.</summary>
    public required SketchBus Bus { get; set; }

    /// <summary>Port, slot, volume or phy.</summary>
    public int Place { get; set; }

    /// <summary>Model; a volume's name behind Areca.</summary>
    public string Model { get; set; } = "";

    /// <summary>Serial number.</summary>
    public string Serial { get; set; } = "";

    /// <summary>World-wide name.</summary>
    public string? Wwn { get; set; }

    /// <summary>False for flash.</summary>
    public bool Rotational { get; set; } = true;

    /// <summary>gpt or dos where it has a table.</summary>
    public string? Table { get; set; }

    /// <summary>Its partitions.</summary>
    public List<SketchPartition> Partitions { get; } = [];

    /// <summary>SMART: whether it says that it is well.</summary>
    public bool SmartPassed { get; set; } = true;

    /// <summary>SMART: reallocated sectors.</summary>
    public int Reallocated { get; set; }

    /// <summary>SMART: temperature.</summary>
    public int Celsius { get; set; } = 31;

    /// <summary>SMART: age.</summary>
    public long Hours { get; set; } = 21_000;

    /// <summary>True where it sleeps, and is not woken.</summary>
    public bool Standby { get; set; }

    /// <summary>Adds a partition after the last one; a number of 0 means the next.</summary>
    public SketchPartition Add(long bytes, string? label = null, SketchContent? content = null, string type = "0FC63DAF-8483-4772-8E79-3D69D8477DE4")
    {
        Table ??= "gpt";
        var number = Partitions.Count + 1;
        var partition = new SketchPartition
        {
            Name = char.IsAsciiDigit(Name[^1]) ? $"{Name}p{number}" : $"{Name}{number}",
            Number = number,
            Start = Partitions.Count == 0 ? 1L << 20 : Partitions[^1].Start + Partitions[^1].Bytes,
            Bytes = bytes,
            Label = label,
            Type = type,
            Uuid = Ids.Uuid($"{Serial}/{Model}/{number}"),
            Content = content,
        };
        Partitions.Add(partition);
        return partition;
    }
}

/// <summary>A partition.</summary>
public sealed class SketchPartition : SketchDevice
{
    /// <summary>Number in the table.</summary>
    public required int Number { get; set; }

    /// <summary>First byte.</summary>
    public required long Start { get; set; }

    /// <summary>Name in the table.</summary>
    public string? Label { get; set; }

    /// <summary>Unique id.</summary>
    public required string Uuid { get; set; }

    /// <summary>Type GUID or id.</summary>
    public required string Type { get; set; }
}

/// <summary>What is on a device.</summary>
/// <param name="Type">ext4, crypto_LUKS, swap, ...</param>
/// <param name="Uuid">UUID.</param>
/// <param name="Label">Label.</param>
public sealed record SketchContent(string Type, string? Uuid, string? Label)
{
    /// <summary>LUKS: mapper name where it is open.</summary>
    public string? OpenAs { get; init; }

    /// <summary>LUKS: what is in it where it is open.</summary>
    public SketchContent? Inside { get; init; }

    /// <summary>LUKS: key derivation of each slot.</summary>
    public IReadOnlyList<string> Kdfs { get; init; } = ["argon2id"];

    /// <summary>LUKS: types of its tokens.</summary>
    public IReadOnlyList<string> Tokens { get; init; } = [];

    /// <summary>LUKS: cipher of its header.</summary>
    public string Cipher { get; init; } = "aes-xts-plain64";

    /// <summary>LUKS: size of its volume key in bytes.</summary>
    public int KeyBytes { get; init; } = 64;

    /// <summary>LUKS: 1 or 2.</summary>
    public int Version { get; init; } = 2;

    /// <summary>ext4 with this label.</summary>
    public static SketchContent Ext4(string seed, string? label) => new("ext4", Ids.Uuid(seed + "/ext4"), label);

    /// <summary>LUKS2 with ext4 in it, open under its label.</summary>
    public static SketchContent LuksExt4(string seed, string label, bool open = true) =>
        new("crypto_LUKS", Ids.Uuid(seed + "/luks"), label)
        {
            OpenAs = open ? label : null,
            Inside = open ? Ext4(seed, label) : null,
            Tokens = ["clevis"],
            Kdfs = ["argon2id", "pbkdf2"]
        };
}

/// <summary>An array of md.</summary>
public sealed class SketchMd
{
    /// <summary>Kernel name; null where it is not assembled.</summary>
    public string? Device { get; set; }

    /// <summary>Name in the superblock, behind the home host.</summary>
    public required string Name { get; set; }

    /// <summary>raid1, raid10, ...</summary>
    public required string Level { get; set; }

    /// <summary>UUID in mdadm's form.</summary>
    public required string Uuid { get; set; }

    /// <summary>Size in bytes.</summary>
    public required long Bytes { get; set; }

    /// <summary>How many members it should have.</summary>
    public required int Places { get; set; }

    /// <summary>Its members.</summary>
    public List<SketchMember> Members { get; } = [];

    /// <summary>What is on it.</summary>
    public SketchContent? Content { get; set; }

    /// <summary>clean, active, read-auto, readonly, inactive, broken.</summary>
    public string State { get; set; } = "clean";

    /// <summary>idle, resync, recover, check.</summary>
    public string Action { get; set; } = "idle";

    /// <summary>How far, as the kernel has it: <c>3530 / 10000</c>, or none.</summary>
    public string Completed { get; set; } = "none";

    /// <summary>Where its write-intent bitmap is: <c>+8</c>, or none.</summary>
    public string Bitmap { get; set; } = "+8";

    /// <summary>Sectors written since boot.</summary>
    public long SectorsWritten { get; set; }

    /// <summary>An assembled array over these devices, all in place.</summary>
    public static SketchMd Of(string host, string device, string name, string level, long bytes, SketchContent? content, params string[] members)
    {
        var array = new SketchMd
        {
            Device = device,
            Name = name,
            Level = level,
            Bytes = bytes,
            Content = content,
            Places = members.Length,
            Uuid = Ids.MdUuid($"{host}/{name}")
        };
        array.Members.AddRange(
            members.Select((member, index) => new SketchMember { Device = member, Role = index, DeviceUuid = Ids.MdUuid($"{host}/{name}/{index}") }));
        return array;
    }
}

/// <summary>A member of an array.</summary>
public sealed class SketchMember
{
    /// <summary>Kernel name.</summary>
    public required string Device { get; set; }

    /// <summary>Place in the superblock; null for a spare.</summary>
    public int? Role { get; set; }

    /// <summary>As the kernel has it: in_sync, spare, faulty; "stale" has a superblock and is not in the array.</summary>
    public string State { get; set; } = "in_sync";

    /// <summary>Event count in its superblock.</summary>
    public long Events { get; set; } = 4711;

    /// <summary>Its UUID.</summary>
    public required string DeviceUuid { get; set; }
}

/// <summary>An Areca controller.</summary>
public sealed class SketchAreca
{
    /// <summary>Volume sets: name, RAID set, level, capacity in GB, state.</summary>
    public List<(string Name, string RaidSet, string Level, double Gigabytes, string State)> Volumes { get; } = [];

    /// <summary>Every place that the tool lists, empty ones too, in its order.</summary>
    public List<SketchArecaDrive> Drives { get; } = [];
}

/// <summary>A place at an Areca controller.</summary>
public sealed class SketchArecaDrive
{
    /// <summary>Enclosure.</summary>
    public required int Enclosure { get; set; }

    /// <summary>Slot as the tool spells it: <c>Slot 01</c>.</summary>
    public required string Slot { get; set; }

    /// <summary>Model; N.A. where there is no drive.</summary>
    public string Model { get; set; } = "N.A.";

    /// <summary>Capacity in GB.</summary>
    public double Gigabytes { get; set; }

    /// <summary>RAID set, Free, HotSpare, Failed, N.A.</summary>
    public string Usage { get; set; } = "N.A.";

    /// <summary>Serial number, which only <c>disk info drv=N</c> tells.</summary>
    public string Serial { get; set; } = "";

    /// <summary>Media errors.</summary>
    public int MediaErrors { get; set; }
}

/// <summary>A ZFS pool.</summary>
public sealed class SketchPool
{
    /// <summary>Name.</summary>
    public required string Name { get; set; }

    /// <summary>GUID.</summary>
    public required ulong Guid { get; set; }

    /// <summary>True where it is imported.</summary>
    public bool Imported { get; set; } = true;

    /// <summary>ONLINE, DEGRADED, FAULTED.</summary>
    public string Health { get; set; } = "ONLINE";

    /// <summary>hostid in its labels.</summary>
    public uint HostId { get; set; } = 0x00c0ffee;

    /// <summary>Kernel names of its members.</summary>
    public List<string> Members { get; } = [];

    /// <summary>How many members each of its raidz2 vdevs has; 0 for one vdev of all.</summary>
    public int Width { get; set; }

    /// <summary>Datasets: name, mount point, mounted, encryption, key status, quota.</summary>
    public List<(string Name, string MountPath, bool Mounted, string Encryption, string KeyStatus, long Quota)> Datasets { get; } = [];
}

/// <summary>Ids that are the same on every run.</summary>
public static class Ids
{
    /// <summary>A UUID.</summary>
    public static string Uuid(string seed) => new Guid(Hash(seed).AsSpan(0, 16)).ToString("D");

    /// <summary>A UUID as mdadm writes it.</summary>
    public static string MdUuid(string seed)
    {
        var hex = Convert.ToHexStringLower(Hash(seed).AsSpan(0, 16));
        return $"{hex[..8]}:{hex[8..16]}:{hex[16..24]}:{hex[24..]}";
    }

    /// <summary>A WWN of a maker.</summary>
    public static string Wwn(string seed) => "0x50014ee" + Convert.ToHexStringLower(Hash(seed).AsSpan(0, 5))[..9];

    /// <summary>Some digits.</summary>
    public static string Digits(string seed, int count) => string.Concat(Hash(seed).Take(count).Select(b => (char)('0' + (b % 10))));

    /// <summary>A number.</summary>
    public static ulong Number(string seed) => BitConverter.ToUInt64(Hash(seed));

    private static byte[] Hash(string seed) => SHA256.HashData(Encoding.UTF8.GetBytes(seed));
}
