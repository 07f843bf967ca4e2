using Provision.Inventory;
using Provision.Storage.Observe;

namespace Provision.Storage.Map;

/// <summary>Finds what is attached to a machine and in none of its bays: sticks, virtual media of a service processor, foreign LUNs.</summary>
internal static class StrangerFinder
{
    public static List<StrangeDrive> Find(Layout layout, DriveRecord? record, ObservedStorage observed, IEnumerable<ObservedDrive> inBays)
    {
        var known = inBays.ToHashSet<ObservedDrive>(ReferenceEqualityComparer.Instance);
        var ours = known.Select(drive => drive.Device).OfType<string>()
            .Concat(UnitFinder.Find(layout, record, observed).Values.Select(device => device.Name)).ToHashSet(StringComparer.Ordinal);
        var strangers = new List<StrangeDrive>();
        foreach (var device in observed.Devices)
        {
            if (device.Kind == BlockKind.Disk && device.Bytes > 0 && ours.Add(device.Name))
            {
                strangers.Add(Stranger(device.Name, device.Model, device.Serial, device.Wwn, device.Bytes, device.Removable ? "removable" : device.Transport ?? "disk", device.Removable || device.Transport == "usb"));
            }
        }

        foreach (var drive in observed.Drives)
        {
            if (!known.Contains(drive) && (drive.Device is null || ours.Add(drive.Device)))
            {
                var where = drive.Areca is { } slot ? $"enclosure {slot.Enclosure} slot {slot.Slot}" : "drive";
                strangers.Add(Stranger(drive.Device, drive.Model, drive.Serial, drive.Wwn, drive.Bytes, where, passing: false));
            }
        }

        return strangers;
    }

    /// <summary>What can be pulled out again is no difference of the machine, only something to know of.</summary>
    private static StrangeDrive Stranger(string? device, string? model, string? serial, string? wwn, long bytes, string kind, bool passing)
    {
        var name = string.Join(" ", new[] { model?.Trim(), serial?.Trim() }.Where(part => !string.IsNullOrEmpty(part)));
        var sentence = $"{(name.Length == 0 ? "a disk" : name)} ({kind}, {NominalSize.Of(bytes)}) is in no bay of the chassis and of no set";
        return new StrangeDrive(device, model, serial, wwn, bytes, kind, new Finding(
            FindingCodes.Stranger, passing ? FindingSeverity.Warning : FindingSeverity.Problem, device ?? kind, Printable.Of(sentence, 200)));
    }
}
