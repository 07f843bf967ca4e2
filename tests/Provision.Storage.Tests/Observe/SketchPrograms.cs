using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Provision.Storage.Observe;

namespace Provision.Storage.Tests.Observe;

/// <summary>The programs of a sketch's machine: they answer in the words of the real ones.</summary>
internal sealed class SketchPrograms(MachineSketch machine, SketchKernel kernel) : ICommandRunner
{
    private int controller = 1;

    public CommandResult Run(Command command, CancellationToken cancellation = default)
    {
        if (machine.MissingPrograms.Contains(command.Program))
        {
            return new CommandResult(command, 127, default, $"{command.Program}: No such file or directory");
        }

        if (machine.Answers.TryGetValue(string.Join(' ', command.Arguments.Prepend(command.Program)), out var answer))
        {
            return new CommandResult(command, answer.ExitCode, Encoding.UTF8.GetBytes(answer.Output), "");
        }

        var devices = command.Arguments.Select(word => word[(word.LastIndexOf('=') + 1)..])
            .Where(word => word.StartsWith("/dev/", StringComparison.Ordinal) && word != "/dev/null").Select(word => word[5..]).ToList();
        if (devices.Any(machine.DeadDevices.Contains))
        {
            return new CommandResult(command, 124, default, "");
        }

        var (code, output, error) = command.Program switch
        {
            "lsblk" => (0, Lsblk(), ""),
            "wipefs" => (0, Wipefs(devices), ""),
            "sfdisk" => Sfdisk(devices[0]),
            "mdadm" => Mdadm(devices),
            "cryptsetup" => Luks(devices[0], command.Arguments.Contains("--dump-json-metadata")),
            "smartctl" => Smart(devices[0]),
            "cli64" => Areca(command.Arguments),
            "zdb" => Zdb(devices[0]),
            "zpool" when command.Arguments.Contains("-j") => (2, "", "invalid option 'j'\n"),
            "zpool" => (0, command.Arguments[0] == "list" ? ZpoolList() : ZpoolStatus(command.Arguments.Contains("-g")), ""),
            "zfs" => (0, ZfsList(), ""),
            "dd" => machine.UnreadableDevices.Contains(devices[0]) ? (1, "", $"dd: error reading '/dev/{devices[0]}': Input/output error\n") : (0, "", ""),
            _ => (127, "", "no such program"),
        };
        return new CommandResult(command, code, Encoding.UTF8.GetBytes(output), error);
    }

    private string Lsblk() => new JsonObject
    {
        ["blockdevices"] = new JsonArray([.. machine.Disks.Select(disk => new JsonObject
        {
            ["name"] = disk.Name,
            ["kname"] = disk.Name,
            ["type"] = "disk",
            ["tran"] = disk.Bus switch { SketchBus.Sata => "sata", SketchBus.Nvme => "nvme", SketchBus.Sas => "sas", SketchBus.Virtio => "virtio", _ => null },
            ["model"] = disk.Model,
            ["serial"] = disk.Serial,
            ["wwn"] = machine.UdevRuns ? disk.Wwn : null,
            ["fstype"] = SignaturesOf(disk.Name).FirstOrDefault()?.Type,
        })]),
    }.ToJsonString(new() { WriteIndented = true }) + "\n";

    private string Wipefs(List<string> devices)
    {
        var found = new JsonArray();
        foreach (var device in devices)
        {
            var table = machine.Disks.Find(disk => disk.Name == device)?.Table;
            IEnumerable<Signature> all = table switch
            {
                "gpt" => [new("gpt", null, null, 512), new("gpt", null, null, 1L << 30), new("PMBR", null, null, 510)],
                "dos" => [new("dos", null, null, 510)],
                _ => [],
            };
            foreach (var signature in all.Concat(SignaturesOf(device)))
            {
                found.Add(new JsonObject
                {
                    ["device"] = device,
                    ["offset"] = "0x" + signature.Offset.ToString("x", CultureInfo.InvariantCulture),
                    ["type"] = signature.Type,
                    ["uuid"] = signature.Uuid,
                    ["label"] = signature.Label,
                });
            }
        }

        return found.Count == 0 ? "" : new JsonObject { ["signatures"] = found }.ToJsonString(new() { WriteIndented = true }) + "\n";
    }

    private IEnumerable<Signature> SignaturesOf(string device)
    {
        var disk = machine.Disks.SelectMany(disk => disk.Partitions.Prepend<SketchDevice>(disk)).FirstOrDefault(one => one.Name == device);
        foreach (var leftover in disk?.Leftovers ?? [])
        {
            yield return leftover;
        }

        if (machine.Arrays.Find(array => array.Members.Any(member => member.Device == device)) is { } of)
        {
            yield return new Signature("linux_raid_member", Dashed(of.Uuid), $"{machine.HostName}:{of.Name}", 4096);
            yield break;
        }

        if (machine.Pools.Find(pool => pool.Members.Contains(device)) is { } pool)
        {
            yield return new Signature("zfs_member", pool.Guid.ToString(CultureInfo.InvariantCulture), pool.Name, 0x3f000);
            yield return new Signature("zfs_member", pool.Guid.ToString(CultureInfo.InvariantCulture), pool.Name, 0x3e000);
            yield break;
        }

        var content = ContentOf(device);
        if (content is null)
        {
            yield break;
        }

        yield return new Signature(content.Type, content.Uuid, content.Label, content.Type switch { "ext4" => 0x438, "swap" => 0xff6, _ => 0 });
        if (content is { Type: "crypto_LUKS", Version: 2 })
        {
            yield return new Signature(content.Type, content.Uuid, content.Label, 0x4000);
        }
    }

    private SketchContent? ContentOf(string device) =>
        kernel.Mappers.Find(mapper => mapper.Name == device)?.Container.Inside
        ?? machine.Arrays.Find(array => array.Device == device)?.Content
        ?? machine.Disks.SelectMany(disk => disk.Partitions.Prepend<SketchDevice>(disk)).FirstOrDefault(one => one.Name == device)?.Content;

    private static string Dashed(string uuid)
    {
        var hex = uuid.Replace(":", "", StringComparison.Ordinal);
        return $"{hex[..8]}-{hex[8..12]}-{hex[12..16]}-{hex[16..20]}-{hex[20..]}";
    }

    private (int, string, string) Sfdisk(string device)
    {
        if (machine.Disks.Find(one => one.Name == device) is not { Table: { } table } disk)
        {
            return (1, "", $"sfdisk: /dev/{device}: does not contain a recognized partition table\n");
        }

        var json = new JsonObject
        {
            ["label"] = table,
            ["id"] = table == "gpt" ? Ids.Uuid(disk.Serial + disk.Model + "/gpt").ToUpperInvariant() : "0x" + Ids.Uuid(disk.Serial)[..8],
            ["device"] = "/dev/" + device,
            ["unit"] = "sectors",
            ["firstlba"] = 2048,
            ["lastlba"] = (disk.Bytes / 512) - 34,
            ["sectorsize"] = 512,
            ["partitions"] = new JsonArray([.. disk.Partitions.Select(partition => new JsonObject
            {
                ["node"] = "/dev/" + partition.Name,
                ["start"] = partition.Start / 512,
                ["size"] = partition.Bytes / 512,
                ["type"] = partition.Type,
                ["uuid"] = table == "gpt" ? partition.Uuid.ToUpperInvariant() : null,
                ["name"] = partition.Label,
            })]),
        };
        return (0, new JsonObject { ["partitiontable"] = json }.ToJsonString(new() { WriteIndented = true }) + "\n", "");
    }

    private (int, string, string) Mdadm(List<string> devices)
    {
        var text = new StringBuilder();
        var error = new StringBuilder();
        foreach (var device in devices)
        {
            if (machine.Arrays.Find(array => array.Members.Any(member => member.Device == device)) is not { } array)
            {
                error.Append(CultureInfo.InvariantCulture, $"mdadm: No md superblock detected on /dev/{device}.\n");
                continue;
            }

            var member = array.Members.Find(member => member.Device == device)!;
            text.Append(CultureInfo.InvariantCulture, $"""
                /dev/{device}:
                          Magic : a92b4efc
                        Version : 1.2
                    Feature Map : 0x1
                     Array UUID : {array.Uuid}
                           Name : {machine.HostName}:{array.Name}  (local to host {machine.HostName})
                  Creation Time : Tue Mar  4 10:11:12 2014
                     Raid Level : {array.Level}
                   Raid Devices : {array.Places}

                 Avail Dev Size : 3906767024 sectors (1862.89 GiB 2000.26 GB)
                     Array Size : {array.Bytes / 1024} KiB
                    Data Offset : 262144 sectors
                   Super Offset : 8 sectors
                          State : {(array.State == "active" ? "active" : "clean")}
                    Device UUID : {member.DeviceUuid}

                Internal Bitmap : 8 sectors from superblock
                    Update Time : Sun Nov 22 07:59:58 2026
                       Checksum : 5e2d2f0b - correct
                         Events : {member.Events}

                   Device Role : {(member.Role is { } role ? $"Active device {role}" : "spare")}
                   Array State : {new string('A', array.Places)} ('A' == active, '.' == missing, 'R' == replacing)

                """);
        }

        return (error.Length > 0 ? 1 : 0, text.ToString(), error.ToString());
    }

    private (int, string, string) Luks(string device, bool asJson)
    {
        if (ContentOf(device) is not { Type: "crypto_LUKS" } luks)
        {
            return (1, "", $"Device /dev/{device} is not a valid LUKS device.\n");
        }

        if (luks.Version == 1)
        {
            return asJson ? (1, "", "Dump operation is not supported for this device type.\n") : (0, $"""
                LUKS header information for /dev/{device}

                Version:       	1
                Cipher name:   	aes
                Cipher mode:   	xts-plain64
                Hash spec:     	sha256
                Payload offset:	4096
                MK bits:       	512
                MK digest:     	6b ab 81 59 91 4a 2f a0 9e 1d 94 10 9c 79 f6 92 66 5d e1 bc
                UUID:          	{luks.Uuid}

                Key Slot 0: ENABLED
                	Salt:               	12 c7 d2 cb f0 a7 e9 f3 3f cb 29 34 91 4e f9 9a
                Key Slot 1: DISABLED

                """, "");
        }

        var slots = new JsonObject();
        foreach (var (kdf, index) in luks.Kdfs.Select((kdf, index) => (kdf, index)))
        {
            slots[index.ToString(CultureInfo.InvariantCulture)] = new JsonObject
            {
                ["type"] = "luks2",
                ["key_size"] = luks.KeyBytes,
                ["af"] = new JsonObject { ["type"] = "luks1", ["stripes"] = 4000, ["hash"] = "sha256" },
                ["area"] = new JsonObject
                {
                    ["type"] = "raw",
                    ["offset"] = "32768",
                    ["size"] = "258048",
                    ["encryption"] = "aes-xts-plain64",
                    ["key_size"] = 64
                },
                ["kdf"] = new JsonObject { ["type"] = kdf, ["salt"] = Secret(device + kdf) },
            };
        }

        var tokens = new JsonObject();
        foreach (var (token, index) in luks.Tokens.Select((token, index) => (token, index)))
        {
            tokens[index.ToString(CultureInfo.InvariantCulture)] = new JsonObject
            {
                ["type"] = token,
                ["keyslots"] = new JsonArray("1"),
                ["jwe"] = new JsonObject { ["ciphertext"] = Secret(device + token) }
            };
        }

        return (0, new JsonObject
        {
            ["keyslots"] = slots,
            ["tokens"] = tokens,
            ["segments"] =
                new JsonObject
                {
                    ["0"] = new JsonObject
                    {
                        ["type"] = "crypt",
                        ["offset"] = "16777216",
                        ["size"] = "dynamic",
                        ["iv_tweak"] = "0",
                        ["encryption"] = luks.Cipher,
                        ["sector_size"] = 4096
                    }
                },
            ["digests"] = new JsonObject { ["0"] = new JsonObject { ["type"] = "pbkdf2", ["salt"] = Secret(device + "s"), ["digest"] = Secret(device + "d") } },
            ["config"] = new JsonObject { ["json_size"] = "12288" },
        }.ToJsonString(new() { WriteIndented = true }), "");
    }

    /// <summary>Every secret of a sketch has this in it, so that a test can look for it.</summary>
    public const string SecretMark = "SECRET";

    private static string Secret(string seed) => SecretMark + Ids.Uuid(seed);

    private (int, string, string) Smart(string device)
    {
        var disk = machine.Disk(device);
        var head = new JsonObject { ["smartctl"] = new JsonObject { ["version"] = new JsonArray(7, 4), ["exit_status"] = 0 } };
        if (disk.Bus is SketchBus.Areca or SketchBus.Virtio || disk.Standby)
        {
            head["smartctl"]!["exit_status"] = 2;
            head["smartctl"]!["messages"] =
                new JsonArray(new JsonObject
                {
                    ["string"] = disk.Standby ? "Device is in STANDBY mode, exit(2)"
                : $"/dev/{device}: Unable to detect device type",
                    ["severity"] = "information"
                });
            return (2, head.ToJsonString(), "");
        }

        head["model_name"] = disk.Model;
        head["serial_number"] = disk.Serial;
        head["smart_status"] = new JsonObject { ["passed"] = disk.SmartPassed };
        head["temperature"] = new JsonObject { ["current"] = disk.Celsius };
        head["power_on_time"] = new JsonObject { ["hours"] = disk.Hours };
        if (disk.Bus == SketchBus.Nvme)
        {
            head["nvme_smart_health_information_log"] = new JsonObject
            {
                ["critical_warning"] = disk.SmartPassed ? 0 : 4,
                ["media_errors"] = disk.Reallocated,
                ["percentage_used"] = 3
            };
        }
        else
        {
            head["ata_smart_attributes"] = new JsonObject
            {
                ["table"] = new JsonArray(
                    new JsonObject { ["id"] = 5, ["name"] = "Reallocated_Sector_Ct", ["raw"] = new JsonObject { ["value"] = disk.Reallocated } },
                    new JsonObject { ["id"] = 197, ["name"] = "Current_Pending_Sector", ["raw"] = new JsonObject { ["value"] = 0 } }),
            };
        }

        return (disk.SmartPassed ? 0 : 8, head.ToJsonString(new() { WriteIndented = true }), "");
    }

    private (int, string, string) Areca(IReadOnlyList<string> words)
    {
        if (words[0] == "set")
        {
            controller = int.Parse(words[1]["curctrl=".Length..], CultureInfo.InvariantCulture);
            return (0, "GuiErrMsg<0x00>: Success.\n", "");
        }

        var areca = machine.Arecas[controller - 1];
        var text = new StringBuilder();
        var rule = new string('=', 79) + "\n";
        if (words[0] == "vsf")
        {
            text.Append("  # Name             Raid Name       Level   Capacity Ch/Id/Lun  State         \n").Append(rule);
            foreach (var (volume, index) in areca.Volumes.Select((volume, index) => (volume, index)))
            {
                text.Append(CultureInfo.InvariantCulture,
                    $"{index + 1,3} {volume.Name,-16} {volume.RaidSet,-15} {volume.Level,-7} {volume.Gigabytes,7:0.0}GB 00/{index:00}/00   "
                    + $"{volume.State,-14}\n");
            }
        }
        else if (words.Count == 2)
        {
            text.Append("  # Enc# Slot#   ModelName                        Capacity  Usage\n").Append(rule);
            foreach (var (drive, index) in areca.Drives.Select((drive, index) => (drive, index)))
            {
                text.Append(CultureInfo.InvariantCulture,
                    $"{index + 1,3}  {drive.Enclosure:00}  {drive.Slot,-8} {drive.Model,-29} {drive.Gigabytes,10:0.0}GB  {drive.Usage,-16}\n");
            }
        }
        else
        {
            var drive = areca.Drives[int.Parse(words[2]["drv=".Length..], CultureInfo.InvariantCulture) - 1];
            text.Append("Drive Information \n").Append(rule).Append(CultureInfo.InvariantCulture, $"""
                Device Type                        : SATA(5001B4D5182E4000)
                Device Location                    : Enclosure#{drive.Enclosure} {drive.Slot}
                Model Name                         : {drive.Model}
                Serial Number                      : {drive.Serial}
                Firmware Rev.                      : 01.01D01
                Disk Capacity                      : {drive.Gigabytes:0.0}GB
                Device State                       : {(drive.Usage == "Failed" ? "FAILED" : "NORMAL")}
                Timeout Count                      : 0
                Media Error Count                  : {drive.MediaErrors}
                Rotation Speed                     : 7200(RPM)
                Device Temperature                 : 34 C

                """);
        }

        return (0, text.Append(rule).Append("GuiErrMsg<0x00>: Success.\n").ToString(), "");
    }

    private (int, string, string) Zdb(string device)
    {
        if (machine.Pools.Find(pool => pool.Members.Contains(device)) is not { } pool)
        {
            return (2, "failed to unpack label 0\nfailed to unpack label 1\nfailed to unpack label 2\nfailed to unpack label 3\n", "");
        }

        return (0, string.Create(CultureInfo.InvariantCulture, $"""
            ------------------------------------
            LABEL 0
            ------------------------------------
                version: 5000
                name: '{pool.Name}'
                state: {(pool.Imported ? 0 : 1)}
                txg: 4711
                pool_guid: {pool.Guid}
                errata: 0
                hostid: {pool.HostId}
                hostname: '{machine.HostName}'
                top_guid: {Ids.Number(pool.Name)}
                guid: {Ids.Number(device)}
                vdev_children: 1
                vdev_tree:
                    type: 'raidz'
                    id: 0
                    guid: {Ids.Number(pool.Name)}
                    children[0]:
                        type: 'disk'
                        guid: {Ids.Number(device)}
                        path: '/dev/{device}'
                features_for_read:
                    com.delphix:hole_birth
                labels = 0 1 2 3

            """), "");
    }

    private string ZpoolList() =>
        string.Concat(machine.Pools.Where(pool => pool.Imported).Select(pool =>
        string.Create(CultureInfo.InvariantCulture, $"{pool.Name}\t{pool.Guid}\t{pool.Health}\n")));

    private string ZpoolStatus(bool guids) => string.Concat(machine.Pools.Where(pool => pool.Imported).Select(pool =>
    {
        string Shown(string name) => guids ? Ids.Number(name).ToString(CultureInfo.InvariantCulture) : name;
        var width = pool.Width == 0 ? pool.Members.Count : pool.Width;
        var tree = string.Concat(pool.Members.Chunk(width).Select((members, index) =>
            $"\t  {Shown($"raidz2-{index}")}  ONLINE       0     0     0\n"
                + string.Concat(members.Select(member => $"\t    {Shown(member)}  ONLINE       0     0     0\n"))));
        return $"  pool: {pool.Name}\n state: {pool.Health}\n  scan: scrub repaired 0B in 00:00:01 with 0 errors on Sun Nov 22 00:24:02 2026\nconfig:\n\n"
            + $"\tNAME  STATE     READ WRITE CKSUM\n\t{Shown(pool.Name)}  {pool.Health}       0     0     0\n{tree}\nerrors: No known data errors\n\n";
    }));

    private string ZfsList() => string.Concat(machine.Pools.Where(pool => pool.Imported).SelectMany(pool => pool.Datasets).Select(set =>
        string.Create(CultureInfo.InvariantCulture,
            $"{set.Name}\t{Ids.Number(set.Name)}\t{set.MountPath}\t{(set.Mounted ? "yes" : "no")}\t{set.Encryption}\t{set.KeyStatus}\t{set.Quota}\n")));
}
