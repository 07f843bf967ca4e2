namespace Provision.Storage.Observe;

/// <summary>Everything that was seen of a machine's storage in one look. Immutable; made by <see cref="StorageObserver"/>.</summary>
public sealed record ObservedStorage
{
    /// <summary>The machine itself.</summary>
    public required ObservedMachine Machine { get; init; }

    /// <summary>Every block device: disks, partitions, arrays, containers, in natural order of their kernel names.</summary>
    public required IReadOnlyList<BlockDevice> Devices { get; init; }

    /// <summary>Drives in bays: those that the system sees as disks itself, and those behind a RAID controller.</summary>
    public required IReadOnlyList<ObservedDrive> Drives { get; init; }

    /// <summary>Arrays of Linux md that are assembled, and those that only their members' superblocks speak of.</summary>
    public required IReadOnlyList<MdArray> Arrays { get; init; }

    /// <summary>Volume sets of Areca controllers.</summary>
    public required IReadOnlyList<ArecaVolume> ArecaVolumes { get; init; }

    /// <summary>ZFS pools that are imported, and those that only their labels speak of.</summary>
    public required IReadOnlyList<ObservedPool> Pools { get; init; }

    /// <summary>What is mounted, of block devices, ZFS and memory.</summary>
    public required IReadOnlyList<ObservedMount> Mounts { get; init; }

    /// <summary>What could not be read or understood, each with where (the program's or file's name as location).</summary>
    public required IReadOnlyList<Diagnostic> Problems { get; init; }

    /// <summary>Parts that could not be seen as a whole: what is not found in them may still be there.</summary>
    public IReadOnlyList<UnseenPart> Unseen { get; init; } = [];

    /// <summary>Returns why a part could not be seen as a whole; null if it was.</summary>
    public string? WhyUnseen(StoragePart part) => Unseen.FirstOrDefault(unseen => unseen.Part == part)?.Why;

    /// <summary>The device of a kernel name (<c>sda1</c>), or null.</summary>
    public BlockDevice? Find(string name) => Devices.FirstOrDefault(device => device.Name == name);

    /// <summary>The disks that a device lies on, through partitions, arrays and containers; itself if it is a disk. None for an unknown name.</summary>
    public IReadOnlyList<BlockDevice> DisksBelow(string name)
    {
        var found = new List<BlockDevice>();
        var todo = new Stack<string>([name]);
        for (var seen = new HashSet<string>(StringComparer.Ordinal); todo.TryPop(out var next);)
        {
            if (seen.Add(next) && Find(next) is { } device)
            {
                device.Parents.ToList().ForEach(todo.Push);
                found.AddRange(device.Parents.Count == 0 ? [device] : []);
            }
        }

        return found;
    }
}

/// <summary>The observed machine.</summary>
/// <param name="HostName">Its host name as the system has it.</param>
/// <param name="Taken">The time of the observation.</param>
/// <param name="DmiUuid">System UUID of the firmware, lower case, or null.</param>
/// <param name="Product">The maker's product name, or null.</param>
/// <param name="SerialNumber">The maker's serial number, or null.</param>
/// <param name="Macs">Addresses of its NICs.</param>
/// <param name="BootId">Changes with each boot; null if it is not known.</param>
public sealed record ObservedMachine(
    string HostName, DateTimeOffset Taken, string? DmiUuid, string? Product, string? SerialNumber, IReadOnlyList<MacAddress> Macs, string? BootId);

/// <summary>What kind of thing a block device is.</summary>
public enum BlockKind
{
    /// <summary>A whole disk, or a volume that a RAID controller shows as one.</summary>
    Disk,

    /// <summary>A partition.</summary>
    Partition,

    /// <summary>An array of Linux md.</summary>
    Md,

    /// <summary>An open LUKS container.</summary>
    Crypt,

    /// <summary>Another device that lies on others: of the device mapper, bcache.</summary>
    Mapper,

    /// <summary>Persistent memory as a device.</summary>
    Memory,

    /// <summary>A file as a device.</summary>
    Loop,

    /// <summary>A CD or DVD.</summary>
    Optical,

    /// <summary>Another device that is no disk: zram, nbd, a volume of ZFS.</summary>
    Other,

    /// <summary>A kind that this program does not know.</summary>
    Unknown,
}

/// <summary>One block device with everything by which it can be known and everything that is on it.</summary>
public sealed record BlockDevice
{
    /// <summary>Kernel name (<c>sda1</c>, <c>dm-0</c>): valid for this look only, never an identity.</summary>
    public required string Name { get; init; }

    /// <summary>The node: <c>/dev/sda1</c>; <c>/dev/mapper/LABEL</c> is in <see cref="MapperName"/>.</summary>
    public string Path => "/dev/" + Name;

    /// <summary>What it is.</summary>
    public required BlockKind Kind { get; init; }

    /// <summary>Size in bytes.</summary>
    public required long Bytes { get; init; }

    /// <summary>Logical sector in bytes.</summary>
    public required int SectorBytes { get; init; }

    /// <summary>Major and minor number, <c>8:1</c>.</summary>
    public required string Number { get; init; }

    /// <summary>Kernel names of what it lies on: a partition's disk, an array's members.</summary>
    public required IReadOnlyList<string> Parents { get; init; }

    /// <summary>Kernel names of what lies on it and is active: holders and partitions.</summary>
    public required IReadOnlyList<string> Children { get; init; }

    /// <summary>True if the kernel refuses to write.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>True for a medium that can be taken out (a stick, a card).</summary>
    public bool Removable { get; init; }

    /// <summary>How a disk is attached: sata, sas, nvme, usb, virtio, scsi; null if it is not known.</summary>
    public string? Transport { get; init; }

    /// <summary>True for spinning disks, false for flash, null if it is not known.</summary>
    public bool? Rotational { get; init; }

    /// <summary>The maker as SCSI has it, or null.</summary>
    public string? Vendor { get; init; }

    /// <summary>Model; for a RAID controller's volume often its name.</summary>
    public string? Model { get; init; }

    /// <summary>Serial number of a disk; volumes of one controller may share it.</summary>
    public string? Serial { get; init; }

    /// <summary>World-wide name, lower case with 0x or eui., or null.</summary>
    public string? Wwn { get; init; }

    /// <summary>Where a disk hangs, in the bus's own terms; null if that is not known.</summary>
    public BusAddress? Bus { get; init; }

    /// <summary>Target name for LUKS and other mapper devices (<c>i33d1t01</c>), or the md name (<c>i33d1search</c>); null for none.</summary>
    public string? MapperName { get; init; }

    /// <summary>The partition table on it, or null.</summary>
    public PartitionTable? Table { get; init; }

    /// <summary>Number of a partition in its table; 0 for others.</summary>
    public int PartitionNumber { get; init; }

    /// <summary>UUID of a GPT partition, lower case, or null.</summary>
    public string? PartitionUuid { get; init; }

    /// <summary>Label of a GPT partition, or null.</summary>
    public string? PartitionLabel { get; init; }

    /// <summary>
    /// Every signature found on it, the partition table's left out; more than one means that something old is left over
    /// (docs/faults.md, faults 8, 11). Empty for a blank device.
    /// </summary>
    public IReadOnlyList<Signature> Signatures { get; init; } = [];

    /// <summary>LUKS header, if there is one that can be read.</summary>
    public LuksHeader? Luks { get; init; }

    /// <summary>Superblock of md, if it is a member.</summary>
    public MdMember? Md { get; init; }

    /// <summary>Label of ZFS, if it is a member.</summary>
    public ZfsLabel? Zfs { get; init; }

    /// <summary>Sectors of 512 bytes written since boot, from <c>stat</c>; null if it was not read.</summary>
    public long? SectorsWritten { get; init; }

    /// <summary>True if neither a table nor a signature was found and the device could be read.</summary>
    public bool IsBlank => Table is null && Signatures.Count == 0 && Children.Count == 0 && WasProbed;

    /// <summary>True if the device was searched for signatures and the search worked; without it nothing is known to be blank.</summary>
    public bool WasProbed { get; init; }

    /// <summary>Why the table, header, superblock or label that its signature announces could not be read; null if it was, or if it is damaged.</summary>
    public string? Unseen { get; init; }

    /// <summary>The one signature, if there is exactly one.</summary>
    public Signature? Signature => Signatures.Count == 1 ? Signatures[0] : null;
}

/// <summary>Where a disk hangs.</summary>
/// <param name="Pci">PCI address of the controller (or of the NVMe drive), <c>0000:00:1f.2</c>; null for none.</param>
/// <param name="AtaPort">1-based number of the SATA port on the board: ports are counted over all controllers in the order of their PCI addresses,
/// so that the number does not depend on what the kernel found first; null for others.</param>
/// <param name="PciSlot">Name of the physical PCI slot of an NVMe drive; null for others.</param>
/// <param name="Phy">SAS phy, or null.</param>
/// <param name="Scsi">Host, channel, target and unit as <c>0:0:1:0</c>: for people, never an identity; or null.</param>
/// <param name="ByPath">udev's path (<c>pci-0000:00:1f.2-ata-1</c>), or null.</param>
public sealed record BusAddress(string? Pci, int? AtaPort, string? PciSlot, int? Phy, string? Scsi, string? ByPath);

/// <summary>A partition table.</summary>
/// <param name="Type">gpt or dos.</param>
/// <param name="Uuid">Id of the table, lower case; for dos the disk id.</param>
/// <param name="Partitions">Its entries in the order of their numbers.</param>
/// <param name="LastUsableSector">Last sector that partitions may use; 0 if it is not said.</param>
public sealed record PartitionTable(string Type, string? Uuid, IReadOnlyList<PartitionEntry> Partitions, long LastUsableSector);

/// <summary>An entry of a partition table. Offsets and sizes are in bytes.</summary>
/// <param name="Number">Number, from 1.</param>
/// <param name="Start">First byte.</param>
/// <param name="Bytes">Size.</param>
/// <param name="Type">Type GUID (gpt, upper case) or id (dos).</param>
/// <param name="Uuid">Unique id, lower case, or null.</param>
/// <param name="Label">Name, or null.</param>
public sealed record PartitionEntry(int Number, long Start, long Bytes, string Type, string? Uuid, string? Label);

/// <summary>A signature as wipefs and blkid find it.</summary>
/// <param name="Type">ext4, xfs, crypto_LUKS, linux_raid_member, zfs_member, swap, LVM2_member, ...</param>
/// <param name="Uuid">Its UUID as blkid writes it, or null.</param>
/// <param name="Label">Its label, or null.</param>
/// <param name="Offset">Where its magic is, in bytes; -1 where that is not known.</param>
public sealed record Signature(string Type, string? Uuid, string? Label, long Offset);

/// <summary>A LUKS header.</summary>
/// <param name="Version">1 or 2.</param>
/// <param name="Uuid">Its UUID.</param>
/// <param name="Label">LUKS2 label, or null.</param>
/// <param name="Cipher">aes-xts-plain64.</param>
/// <param name="KeyBytes">Size of the volume key.</param>
/// <param name="Kdfs">Key derivation of each key slot, by slot number: argon2id, pbkdf2.</param>
/// <param name="Tokens">Type of each token: clevis, systemd-tpm2, ...</param>
public sealed record LuksHeader(
    int Version, string Uuid, string? Label, string? Cipher, int KeyBytes, IReadOnlyDictionary<int, string> Kdfs, IReadOnlyList<string> Tokens)
{
    /// <summary>True if the header names a cipher that encrypts; a null cipher opens with any key and shows what anybody put there.</summary>
    public bool Encrypts =>
        Cipher is { Length: > 0 } && !Cipher.Contains("null", StringComparison.OrdinalIgnoreCase) && !Cipher.Contains("none", StringComparison.Ordinal);
}

/// <summary>A member's superblock.</summary>
/// <param name="ArrayUuid">UUID of the array in mdadm's form (<c>f984cc96:7f1db3c8:58ca7562:4f5ae000</c>).</param>
/// <param name="ArrayName">Name without its home host, or null.</param>
/// <param name="Level">raid1, raid10, ...</param>
/// <param name="DeviceUuid">UUID of this member.</param>
/// <param name="Role">Place in the array, from 0; null for a spare.</param>
/// <param name="Devices">How many members the array has.</param>
/// <param name="Events">Event count: a lower one than the others' is stale.</param>
/// <param name="State">State in the superblock: clean, active.</param>
public sealed record MdMember(
    string ArrayUuid, string? ArrayName, string Level, string? DeviceUuid, int? Role, int Devices, long Events, string State);

/// <summary>An array of Linux md.</summary>
/// <param name="Device">Kernel name (<c>md127</c>); null if it is not assembled.</param>
/// <param name="Name">Name without its home host, or null.</param>
/// <param name="Uuid">UUID in mdadm's form.</param>
/// <param name="Level">raid1, raid10, ...</param>
/// <param name="State">How it does.</param>
/// <param name="Progress">What it is doing, as the kernel has it (<c>recovery 35.3%</c>), or null.</param>
/// <param name="Members">Its members by kernel name, in the order of their place.</param>
/// <param name="Places">How many members it should have.</param>
/// <param name="ReadOnly">True for read-only and auto-read-only.</param>
public sealed record MdArray(
    string? Device, string? Name, string Uuid, string Level, SetHealth State, string? Progress, IReadOnlyList<MdPlace> Members, int Places, bool ReadOnly)
{
    /// <summary>Whether it has a write-intent bitmap; null if that is not known.</summary>
    public bool? HasBitmap { get; init; }
}

/// <summary>A member of an array.</summary>
/// <param name="Device">Kernel name.</param>
/// <param name="Role">Place, from 0; null for a spare or a failed one.</param>
/// <param name="State">in_sync, spare, faulty, rebuilding, or stale.</param>
public sealed record MdPlace(string Device, int? Role, string State);

/// <summary>How a set does.</summary>
public enum SetHealth
{
    /// <summary>All well.</summary>
    Normal,

    /// <summary>It works without all its drives.</summary>
    Degraded,

    /// <summary>It is copying to a drive.</summary>
    Rebuilding,

    /// <summary>It is being set up, or checked.</summary>
    Busy,

    /// <summary>It is not assembled or not imported.</summary>
    Inactive,

    /// <summary>It does not work.</summary>
    Failed,

    /// <summary>The state reported by the controller is not understood.</summary>
    Unknown,
}

/// <summary>A volume set of an Areca controller.</summary>
/// <param name="Controller">Number of the controller, from 1.</param>
/// <param name="Name">Its name.</param>
/// <param name="RaidSet">Name of the RAID set it lies on.</param>
/// <param name="Level">As the controller writes it: Raid6, Raid1+0.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Health">How it does.</param>
/// <param name="State">As the controller writes it: Normal, Rebuilding(35.3%).</param>
/// <param name="Address">Ch/Id/Lun as the controller writes it: for people, never an identity.</param>
public sealed record ArecaVolume(int Controller, string Name, string RaidSet, string Level, long Bytes, SetHealth Health, string State, string Address);

/// <summary>A mount.</summary>
/// <param name="Path">The folder.</param>
/// <param name="Source">The device or dataset.</param>
/// <param name="Filesystem">Its type.</param>
/// <param name="Options">Options between commas.</param>
/// <param name="Number">Major and minor number of the device.</param>
public sealed record ObservedMount(string Path, string Source, string Filesystem, string Options, string Number);
