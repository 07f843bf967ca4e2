using System.Globalization;
using System.Text;
using Provision.Inventory;

namespace Provision.Storage.Guard;

/// <summary>
/// Every command of this program that can write to a block device: one function each, so that the list is complete by being here.
/// A test calls each of them and holds its devices against what the program really opens for writing.
/// </summary>
public static class DiskCommands
{
    /// <summary>Writes a GPT in one go.</summary>
    /// <param name="disk">The unit.</param>
    /// <param name="script">The table for sfdisk.</param>
    public static DiskCommand WriteTable(string disk, string script) =>
        new("write partition table", "sfdisk", ["--quiet", "--no-reread", "--no-tell-kernel", "--wipe", "never", "--wipe-partitions", "never", disk], [disk],
            DiskEffect.Destroy)
        {
            Input = Encoding.UTF8.GetBytes(script),
        };

    /// <summary>Tells the kernel of a new table. The kernel writes nothing, but the program opens the disk for writing.</summary>
    public static DiskCommand ReadTable(string disk) => new("read partition table", "blockdev", ["--rereadpt", disk], [disk], DiskEffect.Service);

    /// <summary>Makes an array of Linux md and starts it.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="uuid">The UUID that was chosen for it.</param>
    /// <param name="level">md-raid1 or md-raid10.</param>
    /// <param name="members">Its members in the order of their places.</param>
    /// <param name="isCopied">True for a mirror whose halves need not be copied to each other: a new file system reads nothing that it did not write.</param>
    public static DiskCommand MakeArray(string name, string uuid, RaidLevel level, IReadOnlyList<string> members, bool isCopied = false)
    {
        // raid10 in near-2 layout works over three drives: 1.5 times one of them, each block twice.
        string[] how = level == RaidLevel.MdRaid10 ? ["--level=10", "--layout=n2", "--chunk=512"] : ["--level=1"];
        string[] more = [.. isCopied ? (string[])["--assume-clean"] : [], $"--raid-devices={members.Count.ToString(CultureInfo.InvariantCulture)}", .. members];
        // --force only lets it overwrite what the guard has just found to be blank or its own.
        return new("make array", "mdadm",
            ["--create", "/dev/md/" + name, "--run", "--force", "--metadata=1.2", "--homehost=any", "--name=" + name, "--uuid=" + uuid, "--bitmap=internal",
            .. how, .. more], members, DiskEffect.Destroy);
    }

    /// <summary>Starts an array from named members only.</summary>
    public static DiskCommand AssembleArray(string name, string uuid, IReadOnlyList<string> members) =>
        new("assemble array", "mdadm", ["--assemble", "/dev/md/" + name, "--run", "--uuid=" + uuid, "--config=none", .. members], members, DiskEffect.Service);

    /// <summary>Stops an array.</summary>
    public static DiskCommand StopArray(string node) => new("stop array", "mdadm", ["--stop", node], [node], DiskEffect.Service);

    /// <summary>Takes the superblock off a member.</summary>
    public static DiskCommand ClearMember(string member) =>
        new("clear array member", "mdadm", ["--zero-superblock", "--force", member], [member], DiskEffect.Destroy);

    /// <summary>Gives a new drive to an array; it is written from the others.</summary>
    /// <param name="array">Node of the array.</param>
    /// <param name="member">The new drive.</param>
    public static DiskCommand AddMember(string array, string member) =>
        new("add drive to array", "mdadm", ["--manage", array, "--add", member], [member], DiskEffect.Destroy);

    /// <summary>Takes drives that are gone or failed out of an array's list.</summary>
    public static DiskCommand RemoveMembers(string array) =>
        new("remove lost drives from array", "mdadm", ["--manage", array, "--remove", "failed", "--remove", "detached"], [array], DiskEffect.Service);

    /// <summary>Makes a LUKS2 container with the recovery key in slot 0.</summary>
    public static DiskCommand MakeLuks(string device, string uuid, string label, LuksParameters luks, ReadOnlyMemory<byte> key)
    {
        List<string> arguments =
        [
            "luksFormat", "--batch-mode", "--type", "luks2", "--uuid", uuid, "--label", label, "--cipher", luks.Cipher,
            "--key-size", luks.KeyBits.ToString(CultureInfo.InvariantCulture), "--pbkdf", luks.Kdf, "--key-slot", "0", "--key-file", "-",
        ];
        if (luks.Kdf == "argon2id")
        {
            arguments.AddRange(["--pbkdf-memory", (luks.MemoryBytes / 1024).ToString(CultureInfo.InvariantCulture)]);
        }

        if (luks.Iterations is { } iterations)
        {
            arguments.AddRange(["--pbkdf-force-iterations", iterations.ToString(CultureInfo.InvariantCulture)]);
        }

        return new("make LUKS container", "cryptsetup", [.. arguments, device], [device], DiskEffect.Destroy) { Input = key, InputIsSecret = true };
    }

    /// <summary>Opens a container with a key.</summary>
    public static DiskCommand OpenLuks(string device, string name, ReadOnlyMemory<byte> key) =>
        new("open LUKS container", "cryptsetup", ["open", "--type", "luks2", "--key-file", "-", device, name], [device], DiskEffect.Service)
        {
            Input = key,
            InputIsSecret = true
        };

    /// <summary>Opens a container with what clevis gets from the Tang servers.</summary>
    public static DiskCommand OpenWithClevis(string device, string name) =>
        new("open LUKS container through Tang", "clevis", ["luks", "unlock", "-d", device, "-n", name], [device], DiskEffect.Service);

    /// <summary>Binds a container to the Tang servers, beside its recovery key.</summary>
    public static DiskCommand BindClevis(string device, string config, ReadOnlyMemory<byte> key) =>
        new("bind LUKS container to Tang", "clevis", ["luks", "bind", "-f", "-y", "-k", "-", "-d", device, "sss", config], [device],
            DiskEffect.Service)
        { Input = key, InputIsSecret = true };

    /// <summary>Saves a container's header to a file; the device is only read, but cryptsetup may open it for writing.</summary>
    public static DiskCommand BackUpHeader(string device, string file) =>
        new("back up LUKS header", "cryptsetup", ["luksHeaderBackup", "--batch-mode", "--header-backup-file", file, device], [device], DiskEffect.Service);

    /// <summary>Tries whether a key opens a header that was saved, without opening anything.</summary>
    public static DiskCommand TestKey(string device, string header, ReadOnlyMemory<byte> key) =>
        new("try recovery key", "cryptsetup", ["open", "--test-passphrase", "--type", "luks2", "--header", header, "--key-file", "-", device], [device],
            DiskEffect.Service)
        { Input = key, InputIsSecret = true };

    /// <summary>Closes a container.</summary>
    public static DiskCommand CloseLuks(string name) => new("close LUKS container", "cryptsetup", ["close", name], ["/dev/mapper/" + name], DiskEffect.Service);

    /// <summary>Makes a file system without reserved blocks.</summary>
    public static DiskCommand MakeFilesystem(string device, string filesystem, string uuid, string label) => filesystem == "xfs"
        ? new("make file system", "mkfs.xfs", ["-q", "-f", "-m", "uuid=" + uuid, "-L", label, device], [device], DiskEffect.Destroy)
        : new("make file system", "mkfs.ext4", ["-q", "-F", "-m", "0", "-U", uuid, "-L", label, device], [device], DiskEffect.Destroy);

    /// <summary>Mounts a file system.</summary>
    public static DiskCommand Mount(string device, string folder, string filesystem, string options) =>
        new("mount", "mount", ["-t", filesystem, "-o", options, device, folder], [device], DiskEffect.Service);

    /// <summary>Unmounts a file system.</summary>
    public static DiskCommand Unmount(string device, string folder) => new("unmount", "umount", [folder], [device], DiskEffect.Service);

    /// <summary>Removes every signature of devices, see <see cref="DiskEffect.Wipe"/>.</summary>
    public static DiskCommand Wipe(params IReadOnlyList<string> devices) =>
        new("wipe", "wipefs", ["--all", "--force", "--quiet", .. devices], devices, DiskEffect.Wipe);

    /// <summary>Zeroes the beginning of a device: what an array holds begins behind its superblock, where <see cref="Wipe"/> does not look.</summary>
    /// <param name="device">The device.</param>
    /// <param name="bytes">How much of it.</param>
    public static DiskCommand ClearBeginning(string device, long bytes) =>
        new("wipe", "dd",
            ["if=/dev/zero", "of=" + device, "bs=1M", "count=" + bytes.ToString(CultureInfo.InvariantCulture), "iflag=count_bytes", "conv=notrunc,fsync",
            "status=none"], [device], DiskEffect.Wipe);

    /// <summary>Makes a pool. The GUID is the pool's own choice; its members lie in partitions whose UUIDs were chosen.</summary>
    /// <param name="name">Name of the pool.</param>
    /// <param name="cipher">Cipher of native encryption, or null.</param>
    /// <param name="vdevs">Members by vdev: level (raidz2) and devices.</param>
    /// <param name="id">The id that the journal chose; kept as a property of the pool.</param>
    /// <param name="key">64 hexadecimal digits, if it is encrypted.</param>
    public static DiskCommand MakePool(string name, string? cipher, IReadOnlyList<(string Level, IReadOnlyList<string> Devices)> vdevs, string id,
        ReadOnlyMemory<byte> key)
    {
        List<string> arguments =
        [
            "create", "-f", "-o", "ashift=12", "-o", "cachefile=none", "-O", "mountpoint=none", "-O", "canmount=off", "-O", "compression=lz4", "-O",
                "atime=off",
            "-O", "xattr=sa", "-O", "acltype=posixacl", "-O", "setuid=off", "-O", "devices=off", "-O", "exec=off", "-O", "provision:id=" + id,
        ];
        if (cipher is not null)
        {
            arguments.AddRange(["-O", "encryption=" + cipher, "-O", "keyformat=hex", "-O", "keylocation=prompt"]);
        }

        arguments.Add(name);
        foreach (var (level, devices) in vdevs)
        {
            arguments.AddRange([level, .. devices]);
        }

        return new("make pool", "zpool", arguments, [.. vdevs.SelectMany(vdev => vdev.Devices)], DiskEffect.Destroy)
        {
            Input = cipher is null ? null : key,
            InputIsSecret = true,
        };
    }

    /// <summary>Imports a pool by its GUID from named devices, without mounting and without a cache file; never with force.</summary>
    public static DiskCommand ImportPool(string guid, IReadOnlyList<string> devices) =>
        new("import pool", "zpool", ["import", "-N", "-o", "cachefile=none", .. devices.SelectMany(device => new[] { "-d", device }), guid], devices,
            DiskEffect.Service);

    /// <summary>Exports a pool.</summary>
    public static DiskCommand ExportPool(string pool, IReadOnlyList<string> devices) =>
        new("export pool", "zpool", ["export", pool], devices, DiskEffect.Service);

    /// <summary>Loads a pool's key.</summary>
    public static DiskCommand LoadPoolKey(string pool, IReadOnlyList<string> devices, ReadOnlyMemory<byte> key) =>
        new("load key of pool", "zfs", ["load-key", pool], devices, DiskEffect.Service) { Input = key, InputIsSecret = true };

    /// <summary>Tries whether a key opens a pool, without loading it.</summary>
    public static DiskCommand TestPoolKey(string pool, IReadOnlyList<string> devices, ReadOnlyMemory<byte> key) =>
        new("try recovery key of pool", "zfs", ["load-key", "-n", pool], devices, DiskEffect.Service) { Input = key, InputIsSecret = true };

    /// <summary>Makes a dataset.</summary>
    public static DiskCommand MakeDataset(string name, string mountPath, long? quota, IReadOnlyList<string> devices)
    {
        string[] limit = quota is { } bytes ? ["-o", "quota=" + bytes.ToString(CultureInfo.InvariantCulture)] : [];
        return new("make dataset", "zfs", ["create", "-u", "-o", "canmount=noauto", "-o", "mountpoint=" + mountPath, .. limit, name], devices,
            DiskEffect.Service);
    }

    /// <summary>Keeps the sealed key with the pool.</summary>
    public static DiskCommand SetPoolProperty(string pool, string property, string value, IReadOnlyList<string> devices) =>
        new("set property of pool", "zfs", ["set", $"{property}={value}", pool], devices, DiskEffect.Service);

    /// <summary>Mounts a dataset.</summary>
    public static DiskCommand MountDataset(string name, IReadOnlyList<string> devices) => new("mount", "zfs", ["mount", name], devices, DiskEffect.Service);

    /// <summary>Unmounts a dataset.</summary>
    public static DiskCommand UnmountDataset(string name, IReadOnlyList<string> devices) =>
        new("unmount", "zfs", ["unmount", name], devices, DiskEffect.Service);

    /// <summary>Puts a new drive in the place of a lost one; it is written from the others.</summary>
    public static DiskCommand ReplaceInPool(string pool, string lost, string device) =>
        new("replace drive in pool", "zpool", ["replace", pool, lost, device], [device], DiskEffect.Destroy);

    /// <summary>Lets devices be written that a rule made read-only. Only the installer needs it, and only for its target.</summary>
    public static DiskCommand AllowWriting(params IReadOnlyList<string> devices) =>
        new("allow writing", "blockdev", ["--setrw", .. devices], devices, DiskEffect.Service);

    /// <summary>Takes the boot code off a disk: the part of the first sector that is no table. The machine does not start from it any more.</summary>
    public static DiskCommand ClearBootCode(string disk) =>
        new("wipe", "dd", ["if=/dev/zero", "of=" + disk, "bs=440", "count=1", "conv=notrunc,fsync", "status=none"], [disk], DiskEffect.Wipe);

    /// <summary>Writes the block of a disk that is known again after a power cut: between its table and its first partition, where neither a table nor a
    /// signature of anything is.</summary>
    /// <param name="disk">The disk, which is a target of a reinstall.</param>
    /// <param name="block"><see cref="ReturnBlockBytes"/> bytes.</param>
    public static DiskCommand WriteReturnBlock(string disk, ReadOnlyMemory<byte> block) =>
        new("write return key", "dd", ["of=" + disk, "bs=4096", "seek=16", "count=1", "iflag=fullblock", "conv=notrunc,fsync", "status=none"], [disk],
            DiskEffect.Wipe)
        { Input = block, InputIsSecret = true };

    /// <summary>Offset of that block: behind the table also on disks with sectors of 4096 bytes.</summary>
    public const long ReturnBlockOffset = 64 << 10;

    /// <summary>Size of that block.</summary>
    public const int ReturnBlockBytes = 4096;

    /// <summary>Writes boot code into the part of the first sector that is no table, in one sector.</summary>
    /// <param name="disk">The disk, whose table was planned.</param>
    /// <param name="code">At most 440 bytes.</param>
    public static DiskCommand WriteBootCode(string disk, ReadOnlyMemory<byte> code) =>
        new("write boot code", "dd", ["of=" + disk, "bs=440", "count=1", "iflag=fullblock", "conv=notrunc,fsync", "status=none"], [disk],
            DiskEffect.Destroy)
        { Input = code };

    /// <summary>Writes the boot loader itself to the beginning of its partition.</summary>
    public static DiskCommand WriteBootImage(string partition, ReadOnlyMemory<byte> image) =>
        new("write boot loader", "dd", ["of=" + partition, "bs=1M", "iflag=fullblock", "conv=notrunc,fsync", "status=none"], [partition],
            DiskEffect.Destroy)
        { Input = image };

    /// <summary>Replaces the boot code of a running system's disk, in one sector: the old one or the new one starts, and nothing in between.</summary>
    /// <param name="disk">A disk with a BIOS boot partition.</param>
    /// <param name="code">At most 440 bytes.</param>
    public static DiskCommand RenewBootCode(string disk, ReadOnlyMemory<byte> code) =>
        new(
            "renew boot code", "dd",
            ["of=" + disk, "bs=440", "count=1", "iflag=fullblock", "conv=notrunc,fsync", "status=none"],
            [disk], DiskEffect.BootLoader)
        { Input = code };

    /// <summary>Writes a boot loader into the half of its partition that is not in use.</summary>
    /// <param name="partition">The BIOS boot partition.</param>
    /// <param name="image">The core image.</param>
    /// <param name="offset">First byte.</param>
    public static DiskCommand RenewBootImage(string partition, ReadOnlyMemory<byte> image, long offset) =>
        new(
            "renew boot loader", "dd",
            ["of=" + partition, "bs=1M", "oflag=seek_bytes", "seek=" + offset.ToString(CultureInfo.InvariantCulture),
                "iflag=fullblock", "conv=notrunc,fsync", "status=none"],
            [partition], DiskEffect.BootLoader)
        { Input = image };

    /// <summary>Makes the file system that UEFI firmware reads.</summary>
    /// <param name="device">The partition.</param>
    /// <param name="id">Its number, eight hexadecimal digits.</param>
    public static DiskCommand MakeEfiFilesystem(string device, string id) =>
        new("make EFI file system", "mkfs.vfat", ["-F", "32", "-i", id, "-n", "EFI", device], [device], DiskEffect.Destroy);

    /// <summary>Unpacks a tar archive packed by zstd into a file system.</summary>
    /// <param name="device">What the folder's file system is on.</param>
    /// <param name="folder">Where it is mounted.</param>
    /// <param name="feed">Writes the archive.</param>
    public static DiskCommand Unpack(string device, string folder, Action<Stream> feed) =>
        new("unpack image", "tar",
            ["--extract", "--zstd", "--file=-", "--directory=" + folder, "--numeric-owner", "--same-owner", "--same-permissions", "--xattrs",
            "--xattrs-include=*"], [device], DiskEffect.Service)
        {
            Feed = feed,
            Limit = TimeSpan.FromHours(1),
        };
}
