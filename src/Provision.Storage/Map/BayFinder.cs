using System.Globalization;
using Provision.Inventory;
using Provision.Storage.Observe;

namespace Provision.Storage.Map;

/// <summary>Which drive sits in which bay: the one place that knows how a bay's printed number leads to a port, slot or enclosure.</summary>
public static class BayFinder
{
    /// <summary>The drives by bay. Bays that are empty are not in it, and neither are drives that are in no bay of the chassis.</summary>
    public static IReadOnlyDictionary<Bay, ObservedDrive> Find(Chassis chassis, ObservedStorage observed)
    {
        var found = new Dictionary<Bay, ObservedDrive>();
        foreach (var panel in chassis.Panels)
        {
            if (chassis.FindController(panel.Controller) is not { } controller)
            {
                continue;
            }

            foreach (var bay in panel.Bays)
            {
                foreach (var drive in observed.Drives)
                {
                    if (IsIn(drive, controller, bay))
                    {
                        found[bay] = drive;
                        break;
                    }
                }
            }
        }

        return found;
    }

    private static bool IsIn(ObservedDrive drive, Controller controller, Bay bay) => controller.Kind switch
    {
        ControllerKind.Sata => drive.Bus?.AtaPort == bay.Number,
        ControllerKind.Nvme => drive.Bus?.PciSlot is { } slot && slot == bay.Number.ToString(CultureInfo.InvariantCulture),
        ControllerKind.Areca => drive.Areca is { } areca && areca.Enclosure == controller.Enclosure && areca.Slot == bay.Number,
        _ => false,
    };
}
