using System.Globalization;
using Provision.Inventory;

namespace Provision.Storage.Observe;

/// <summary>Drives that the system sees as disks itself, with what SMART says of them.</summary>
internal static class DiskDrives
{
    private const int WornOutPercent = 90;

    // Attributes of ATA whose raw value counts something that a healthy drive has none of.
    private static readonly (int Id, string What)[] Signs =
    [
        (5, "reallocated sectors"),
        (187, "uncorrectable errors reported"),
        (197, "sectors waiting for reallocation"),
        (198, "sectors that cannot be read"),
    ];

    /// <summary>Volumes of a RAID controller are no drives; their drives are asked of the controller.</summary>
    public static IEnumerable<ObservedDrive> Find(IReadOnlyList<BlockDevice> devices, Questions questions)
    {
        foreach (var disk in devices.Where(device => device.Kind == BlockKind.Disk && device.Transport is "sata" or "sas" or "nvme" || IsPlainScsi(device)))
        {
            var smart = questions.AskJson("health of drives", "smartctl", "-j", "-a", "-n", "standby", disk.Path);
            var health = HealthOf(smart);
            if (smart.Exists && health is { Verdict: HealthVerdict.Unknown, Reasons.Count: 0 })
            {
                var message = smart["smartctl"]["messages"].Items.Select(item => item["string"].Text).FirstOrDefault(text => text is not null);
                questions.Problem($"smartctl {disk.Path}", $"{message ?? "no verdict"}: its health cannot be known");
            }

            yield return new ObservedDrive
            {
                Device = disk.Name,
                Bus = disk.Bus,
                Areca = null,
                Model = FullModel(disk, smart["model_name"].Text),
                Serial = disk.Serial ?? smart["serial_number"].Text,
                Wwn = disk.Wwn,
                Bytes = disk.Bytes,
                Media = disk.Transport == "nvme" ? DriveMedia.Nvme : disk.Rotational switch { true => DriveMedia.Hdd, false => DriveMedia.Ssd, _ => null },
                Health = health,
            };
        }
    }

    private static bool IsPlainScsi(BlockDevice device) => device is { Kind: BlockKind.Disk, Transport: "scsi", Vendor: not null and not "Areca" };

    /// <summary>The kernel's own model is cut after 16 letters; where no udev runs, SMART knows the rest.</summary>
    private static string? FullModel(BlockDevice disk, string? smart) =>
        smart is not null && (disk.Model is null || smart.StartsWith(disk.Model, StringComparison.Ordinal)) ? smart : disk.Model;

    internal static DriveHealth HealthOf(Json smart)
    {
        if (!smart["smart_status"].Exists)
        {
            var asleep = smart["smartctl"]["messages"].Items.Any(message => message["string"].Text?.Contains("STANDBY", StringComparison.OrdinalIgnoreCase) == true);
            return asleep ? DriveHealth.Unknown with { Reasons = ["it sleeps and was not woken"] } : DriveHealth.Unknown;
        }

        var failed = smart["smart_status"]["passed"].Truth == false;
        var reasons = new List<string>();
        if (failed)
        {
            reasons.Add("it says of itself that it fails");
        }

        foreach (var attribute in smart["ata_smart_attributes"]["table"].Items)
        {
            if (Array.Find(Signs, sign => sign.Id == attribute["id"].Number) is { What: not null } sign)
            {
                Count(attribute["raw"]["value"].Number, sign.What);
            }
        }

        var nvme = smart["nvme_smart_health_information_log"];
        Count(nvme["media_errors"].Number, "media errors");
        Count(smart["scsi_grown_defect_list"].Number, "grown defects");
        if (nvme["percentage_used"].Number is >= WornOutPercent and var used)
        {
            reasons.Add(string.Create(CultureInfo.InvariantCulture, $"{used}% of its endurance used"));
        }

        var celsius = smart["temperature"]["current"].Number is > -100 and < 200 and var degrees ? (int?)degrees : null;
        var verdict = failed ? HealthVerdict.Failed : reasons.Count > 0 ? HealthVerdict.Worn
            : smart["smart_status"]["passed"].Truth == true ? HealthVerdict.Good : HealthVerdict.Unknown;
        return new DriveHealth(verdict, reasons, celsius, smart["power_on_time"]["hours"].Number);

        void Count(long? number, string what)
        {
            if (number > 0)
            {
                reasons.Add(string.Create(CultureInfo.InvariantCulture, $"{number} {what}"));
            }
        }
    }
}
