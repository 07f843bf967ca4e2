using System.Globalization;
using Provision.Inventory;
using Provision.Storage.Observe;

namespace Provision.Storage.Create;

/// <summary>
/// The commands that make an Areca controller's RAID set and volume. They are printed for an operator and never run: what a controller
/// overwrites, no guard of ours can see.
/// </summary>
internal static class ControllerCommands
{
    /// <summary>Lines for <c>cli64</c>.</summary>
    public static IReadOnlyList<string> For(Chassis chassis, SetLayout set, LunLayout lun, IReadOnlyList<ObservedDrive> drives)
    {
        var slots = drives.Where(drive => drive.Areca is not null).Select(drive => drive.Areca!).ToList();
        var level = set.Level == RaidLevel.ArecaRaid6 ? "6" : set.Bays.Count == 2 ? "1" : "1+0";
        var gigabytes = (lun.Bytes / 1_000_000_000).ToString(CultureInfo.InvariantCulture);
        return
        [
            $"# {lun.Name}: {set.Level.Word()} over {string.Join(", ", set.Bays)}; check each drive in 'cli64 disk info' before you continue",
            .. slots.Select(slot => string.Create(CultureInfo.InvariantCulture, $"#   enclosure {slot.Enclosure} slot {slot.Slot}: {slot.Usage}")),
            $"cli64 rsf create drv=<numbers of these slots in 'cli64 disk info'> name={set.Name}",
            $"cli64 vsf create raid=<number of {set.Name} in 'cli64 rsf info'> name={lun.Name} level={level} capacity={gigabytes}",
        ];
    }
}
