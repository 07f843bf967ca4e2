using Provision.Inventory;
using Provision.Storage.Observe;

namespace Provision.Storage.Map;

/// <summary>
/// Finds what is attached to a machine and in none of its bays: sticks, virtual media of a service processor, foreign LUNs. What can be pulled out again
/// is no difference of the machine, only something to know of.
/// </summary>
internal static class StrangerFinder
{
    public static List<StrangeDrive> Find(Layout layout, DriveRecord? record, ObservedStorage observed, IEnumerable<ObservedDrive> inBays)
    {
        var known = inBays.ToHashSet<ObservedDrive>(ReferenceEqualityComparer.Instance);
        var ours = known.Select(drive => drive.Device).OfType<string>()
            .Concat(UnitFinder.Find(layout, record, observed).Values.Select(device => device.Name)).ToHashSet(StringComparer.Ordinal);
        var recorded = (record?.Drives ?? []).Select(drive => drive.Serial).Except(known.Select(BayCheck.SerialOf)).ToHashSet(StringComparer.Ordinal);
        var strangers = new List<StrangeDrive>();
        foreach (var device in observed.Devices)
        {
            if (device.Kind == BlockKind.Disk && device.Bytes > 0 && ours.Add(device.Name))
            {
                strangers.Add(Stranger(
                    device.Name, device.Model, device.Serial, device.Wwn, device.Bytes, device.Removable ? "removable" : device.Transport ?? "disk",
                    device.Removable || device.Transport == "usb" ? FindingSeverity.Warning : SeverityOf(device.Serial)));
            }
            else if (device.Kind == BlockKind.Unknown)
            {
                strangers.Add(new StrangeDrive(device.Name, null, null, null, device.Bytes, "unknown", new Finding(
                    FindingCodes.Stranger, FindingSeverity.Unknown, device.Name,
                    Printable.Of($"{device.Name} ({NominalSize.Of(device.Bytes)}) is a block device of a kind that this program does not know", 200),
                        $"lsblk -o NAME,TYPE,SIZE,MODEL,SERIAL /dev/{device.Name}")));
            }
        }

        foreach (var drive in observed.Drives)
        {
            if (!known.Contains(drive) && (drive.Device is null || ours.Add(drive.Device)))
            {
                var several = observed.Drives.Select(other => other.Areca?.Controller).Distinct().Count(number => number is not null) > 1;
                var where = drive.Areca is { } slot ? $"{(several ? $"controller {slot.Controller} " : "")}enclosure {slot.Enclosure} slot {slot.Slot}"
                    : "drive";
                strangers.Add(Stranger(drive.Device, drive.Model, drive.Serial, drive.Wwn, drive.Bytes, where, SeverityOf(drive.Serial)));
            }
        }

        return strangers;

        // A recorded drive that is in none of the bays is a finding of its own bay, which says where it is.
        FindingSeverity SeverityOf(string? serial) => serial?.Trim() is { } plain && recorded.Contains(plain) ? FindingSeverity.Note : FindingSeverity.Problem;
    }

    private static StrangeDrive Stranger(string? device, string? model, string? serial, string? wwn, long bytes, string kind, FindingSeverity severity)
    {
        var name = string.Join(" ", new[] { model?.Trim(), serial?.Trim() }.Where(part => !string.IsNullOrEmpty(part)));
        var sentence = $"{(name.Length == 0 ? "a disk" : name)} ({kind}, {NominalSize.Of(bytes)}) is in no bay of the chassis and of no set";
        return new StrangeDrive(device, model, serial, wwn, bytes, kind, new Finding(
            FindingCodes.Stranger, severity, device ?? kind, Printable.Of(sentence, 200),
                device is null ? "cli64 disk info" : $"lsblk -o NAME,SIZE,TRAN,MODEL,SERIAL,FSTYPE,LABEL /dev/{device}"));
    }
}
