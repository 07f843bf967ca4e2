using System.Globalization;
using Provision.Inventory;
using Provision.Storage.Guard;
using Provision.Storage.Map;
using Provision.Storage.Observe;

namespace Provision.Storage.Plans;

/// <summary>A volume as it was found: its partition or unit, its container, its file system, its mount.</summary>
/// <param name="Volume">The volume.</param>
/// <param name="Device">The partition, or the unit if it takes the whole; null if it is missing or in doubt.</param>
/// <param name="Opened">The open container, or the device itself if nothing has to be opened; null while it is closed.</param>
/// <param name="Mount">Where it is mounted, or null.</param>
/// <param name="Match">Whether everything that can be seen of it is what the record says.</param>
/// <param name="Identities">What it was known by.</param>
internal sealed record FoundVolume(Volume Volume, BlockDevice? Device, BlockDevice? Opened, ObservedMount? Mount, Match Match,
    IReadOnlyList<string> Identities);

/// <summary>Finds a volume on its unit and compares every layer of it with the record.</summary>
internal static class VolumeFinder
{
    /// <summary>The volume on the unit that was found for it.</summary>
    public static FoundVolume Find(Volume volume, FoundUnit unit, DriveRecord? record, ObservedStorage observed)
    {
        var known = record?.Volumes.FirstOrDefault(entry => entry.Name == volume.Label);
        if (unit.Device is not { } disk)
        {
            return new FoundVolume(volume, null, null, null, unit.Match.IsUnseen ? unit.Match : Match.No($"its unit {unit.Lun.Name} is missing"), []);
        }

        if (!unit.Match.IsMatch)
        {
            return new FoundVolume(volume, null, null, null, unit.Match, []);
        }

        if (unit.Lun.HasPartitionTable && disk is { Table: null, Unseen: { } table })
        {
            return new FoundVolume(volume, null, null, null, Match.Unseen($"the partition table of {disk.Path} could not be read: {table}"), []);
        }

        if (!disk.WasProbed)
        {
            return new FoundVolume(volume, null, null, null, Match.Unseen($"{disk.Path} could not be searched for signatures"), []);
        }

        var device = unit.Lun.HasPartitionTable ? Partition(volume, disk, known, observed, out var why) : Whole(disk, out why);
        if (device is null)
        {
            return new FoundVolume(volume, null, null, null, Match.No(why!), []);
        }

        var reasons = new List<string>();
        var identities = new List<string>();
        if (device.PartitionUuid is { } partition)
        {
            identities.Add("partition " + partition);
        }

        if (!device.WasProbed)
        {
            return new FoundVolume(volume, device, null, null, Match.Unseen($"{device.Path} could not be searched for signatures"), identities);
        }

        if (observed.WhyUnseen(StoragePart.Mounts) is { } mounts)
        {
            return new FoundVolume(volume, device, null, null, Match.Unseen($"what is mounted could not be seen: {mounts}"), identities);
        }

        if (volume.Encryption == VolumeEncryption.Luks && device is { Luks: null, Unseen: { } unread })
        {
            return new FoundVolume(volume, device, null, null, Match.Unseen($"the LUKS header of {device.Path} could not be read: {unread}"), identities);
        }

        if (device.Signatures.Count > 1)
        {
            reasons.Add($"{device.Path} has {device.Signatures.Count} signatures: {string.Join(", ", device.Signatures.Select(s => s.Type))}");
        }

        var opened = volume.Encryption == VolumeEncryption.Luks ? Container(device, known, observed, reasons, identities) : device;
        if (opened is not null && volume.Filesystem is { } filesystem && reasons.Count == 0)
        {
            Filesystem(opened, filesystem, known, reasons, identities);
        }

        // A label twice means that a mirror's half, or a disk of another machine, is in this one (docs/faults.md, fault 11).
        var twins = observed.Devices.Where(other => other != device && other.PartitionLabel == volume.Label).ToList();
        if (twins.Count > 0)
        {
            reasons.Add($"{string.Join(", ", twins.Select(twin => twin.Path))} has the label {volume.Label} too");
        }

        var mount = opened is null ? null : observed.Mounts.FirstOrDefault(entry => entry.Number == opened.Number);
        return new FoundVolume(volume, device, opened, mount, new Match(reasons), identities);
    }

    private static BlockDevice? Whole(BlockDevice disk, out string? why)
    {
        why = disk.Table is null ? null : $"{disk.Path} has a partition table where one volume takes the whole unit";
        return disk.Table is null ? disk : null;
    }

    private static BlockDevice? Partition(Volume volume, BlockDevice disk, RecordedVolume? known, ObservedStorage observed, out string? why)
    {
        // By label and UUID: the order on the disk may differ from the inventory's (docs/faults.md, fault 5).
        var parts = observed.Devices.Where(device => device.Kind == BlockKind.Partition && device.Parents.Contains(disk.Name)).ToList();
        var labelled = parts.Where(part => part.PartitionLabel == volume.Label).ToList();
        why = disk.Table is null ? $"{disk.Path} has no partition table"
            : labelled.Count == 0 ? $"{disk.Path} has no partition with the label {volume.Label}"
            : labelled.Count > 1 ? $"{disk.Path} has {labelled.Count} partitions with the label {volume.Label}"
            : known?.PartitionUuid is { } uuid && !PlannedIds.Same(uuid, labelled[0].PartitionUuid)
                ? $"the partition {volume.Label} has the UUID {labelled[0].PartitionUuid ?? "(none)"} instead of {uuid}"
            : null;
        return why is null ? labelled[0] : null;
    }

    private static BlockDevice? Container(BlockDevice device, RecordedVolume? known, ObservedStorage observed, List<string> reasons, List<string> identities)
    {
        if (device.Luks is not { } header)
        {
            reasons.Add(device.Signatures.Any(s => s.Type == "crypto_LUKS") ? $"the LUKS header of {device.Path} cannot be read"
                : $"{device.Path} holds no LUKS container");
            return null;
        }

        identities.Add("luks " + header.Uuid);
        if (known?.LuksUuid is { } uuid && !PlannedIds.Same(uuid, header.Uuid))
        {
            reasons.Add($"the LUKS container has the UUID {header.Uuid} instead of {uuid}");
        }

        // Before it is opened: a header with another cipher may open with the right key and hold data of another origin (docs/faults.md, fault 24).
        if (!header.Encrypts)
        {
            reasons.Add($"its LUKS header names the cipher {header.Cipher ?? "(none)"}, which encrypts nothing");
        }
        else if (known?.Cipher is { } cipher && !string.Equals(cipher, header.Cipher, StringComparison.OrdinalIgnoreCase))
        {
            reasons.Add($"its LUKS header names the cipher {header.Cipher} instead of {cipher}");
        }

        if (known?.KeyBits is { } bits && bits != header.KeyBytes * 8)
        {
            reasons.Add(string.Create(CultureInfo.InvariantCulture, $"its LUKS header names a key of {header.KeyBytes * 8} bits instead of {bits}"));
        }

        return observed.Devices.FirstOrDefault(other => other.Kind == BlockKind.Crypt && other.Parents.Contains(device.Name));
    }

    private static void Filesystem(BlockDevice device, string filesystem, RecordedVolume? known, List<string> reasons, List<string> identities)
    {
        var found = device.Signatures.FirstOrDefault(signature => signature.Type == filesystem);
        if (found is null)
        {
            reasons.Add(device.Signatures.Count == 0 ? $"there is no file system on {device.Path}"
                : $"{device.Path} holds {device.Signatures[0].Type} instead of {filesystem}");
            return;
        }

        identities.Add("filesystem " + (found.Uuid ?? "(none)"));
        if (known?.FilesystemUuid is { } uuid && !PlannedIds.Same(uuid, found.Uuid))
        {
            reasons.Add($"the file system has the UUID {found.Uuid ?? "(none)"} instead of {uuid}");
        }
    }
}
