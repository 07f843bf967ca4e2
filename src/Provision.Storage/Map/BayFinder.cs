using System.Globalization;
using Provision.Inventory;
using Provision.Storage.Observe;

namespace Provision.Storage.Map;

/// <summary>Which drive sits in which bay: the one place that knows how a bay's printed number leads to a port, slot or enclosure.</summary>
public static class BayFinder
{
    /// <summary>The drives by bay. Bays that are empty are not in it, and neither are drives that are in no bay of the chassis.</summary>
    /// <param name="layout">What belongs there: of several Areca controllers, the one that holds it is the one of the bays.</param>
    /// <param name="record">The recorded drives; null if there are none.</param>
    /// <param name="observed">What was seen.</param>
    public static IReadOnlyDictionary<Bay, ObservedDrive> Find(Layout layout, DriveRecord? record, ObservedStorage observed)
    {
        var found = new Dictionary<Bay, ObservedDrive>();
        foreach (var panel in layout.Chassis.Panels)
        {
            if (layout.Chassis.FindController(panel.Controller) is not { } controller)
            {
                continue;
            }

            var areca = controller.Kind == ControllerKind.Areca ? ArecaOf(layout, record, observed, panel, controller) : 0;
            foreach (var bay in panel.Bays)
            {
                if (observed.Drives.FirstOrDefault(drive => IsIn(drive, controller, areca, bay)) is { } drive)
                {
                    found[bay] = drive;
                }
            }
        }

        return found;
    }

    /// <summary>Why a bay in which no drive was found may have one: its controller could not be asked. Null if it is known to be empty.</summary>
    public static string? WhyUnseen(Chassis chassis, Bay bay, ObservedStorage observed) =>
        chassis.FindPanel(bay.Panel) is { } panel && chassis.FindController(panel.Controller)?.Kind == ControllerKind.Areca
            ? observed.WhyUnseen(StoragePart.ArecaDrives)
            : observed.WhyUnseen(StoragePart.Devices);

    /// <summary>
    /// The number of the Areca controller that has a panel's bays. Numbers follow the order in which the driver found the controllers, so with several
    /// of them it is the one with the most recorded drives, else with the most of the layout's volumes and sets, else the first.
    /// </summary>
    private static int ArecaOf(Layout layout, DriveRecord? record, ObservedStorage observed, Panel panel, Controller controller)
    {
        var numbers = observed.Drives.Where(drive => drive.Areca?.Enclosure == controller.Enclosure).Select(drive => drive.Areca!.Controller).Distinct().Order()
            .ToList();
        if (numbers.Count < 2)
        {
            return numbers.FirstOrDefault();
        }

        var serials = (record?.Drives ?? []).Where(drive => drive.Bay.Panel == panel.Name).Select(drive => drive.Serial).ToHashSet(StringComparer.Ordinal);
        var names = layout.Sets.SelectMany(set => set.Luns.Select(lun => lun.Name).Append(set.Name)).ToHashSet(StringComparer.Ordinal);
        return numbers
            .OrderByDescending(number => Drives(number).Count(drive => drive.Serial is { } serial && serials.Contains(serial.Trim())))
            .ThenByDescending(number =>
                Drives(number).Count(drive => names.Contains(drive.Areca!.Usage))
                + observed.ArecaVolumes.Count(volume => volume.Controller == number && names.Contains(volume.Name)))
            .ThenBy(number => number).First();

        IEnumerable<ObservedDrive> Drives(int number) =>
            observed.Drives.Where(drive => drive.Areca?.Controller == number && drive.Areca.Enclosure == controller.Enclosure);
    }

    private static bool IsIn(ObservedDrive drive, Controller controller, int areca, Bay bay) => controller.Kind switch
    {
        ControllerKind.Sata => drive.Bus?.AtaPort == bay.Number,
        ControllerKind.Nvme => drive.Bus?.PciSlot is { } slot && slot == bay.Number.ToString(CultureInfo.InvariantCulture),
        ControllerKind.Areca => drive.Areca is { } slot && slot.Controller == areca && slot.Enclosure == controller.Enclosure && slot.Slot == bay.Number,
        _ => false,
    };
}
