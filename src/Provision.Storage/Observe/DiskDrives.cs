using Provision.Inventory;

namespace Provision.Storage.Observe;

/// <summary>Drives that the system sees as disks itself, with their SMART health.</summary>
internal static class DiskDrives
{
    /// <summary>Volumes of a RAID controller are no drives; their drives are asked of the controller.</summary>
    public static IEnumerable<ObservedDrive> Find(IReadOnlyList<BlockDevice> devices, Questions questions)
    {
        foreach (var disk in devices.Where(device => device.Kind == BlockKind.Disk && device.Transport is "sata" or "sas" or "nvme" || IsPlainScsi(device)))
        {
            const string unknown = "health of drives";
            var smart = questions.AskJson(unknown, "smartctl", "-j", "-a", "-n", "standby", disk.Path);
            var health = smart.Exists ? SmartHealth.Of(smart) : DriveHealth.Unknown with { Unseen = questions.Why };
            if (smart.Exists && health.Unseen is { } why)
            {
                questions.Problem($"smartctl {disk.Path}",
                    $"{why}: {(health.Verdict == HealthVerdict.Unknown ? "its health" : "signs of wear")} cannot be known");
            }

            yield return new ObservedDrive
            {
                Device = disk.Name,
                Bus = disk.Bus,
                Areca = null,
                Model = FullModel(disk, smart["model_name"].Text),
                Serial = disk.Serial ?? DiskIdentities.Serial(smart["serial_number"].Text),
                Wwn = disk.Wwn,
                Bytes = disk.Bytes,
                Media = disk.Transport == "nvme" ? DriveMedia.Nvme : disk.Rotational switch { true => DriveMedia.Hdd, false => DriveMedia.Ssd, _ => null },
                Health = health,
            };
        }
    }

    private static bool IsPlainScsi(BlockDevice device) => device is { Kind: BlockKind.Disk, Transport: "scsi", Vendor: not null and not "Areca" };

    /// <summary>The kernel's own model is cut after 16 letters; without udev, SMART knows the rest.</summary>
    private static string? FullModel(BlockDevice disk, string? smart) =>
        smart is not null && (disk.Model is null || smart.StartsWith(disk.Model, StringComparison.Ordinal)) ? smart : disk.Model;
}
