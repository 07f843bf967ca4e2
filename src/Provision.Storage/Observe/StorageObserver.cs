using Provision.Inventory;

namespace Provision.Storage.Observe;

/// <summary>Turns answers of a machine into what is known of its storage. It decides nothing and asks only what reads.</summary>
public static class StorageObserver
{
    /// <summary>
    /// Looks at everything once. The kernel says which devices there are; programs are asked only if their subject is there, and about many
    /// devices at once where they can. What cannot be known is a problem in the result and never looks like "nothing there".
    /// </summary>
    public static ObservedStorage Observe(IMachineReader reader)
    {
        var questions = new Questions(reader);
        var devices = BlockDevices.Find(questions);
        questions.Know(devices);
        devices = DiskIdentities.AddTo(devices, questions);
        devices = Contents.AddTo(devices, questions);
        devices = MdArrays.NameDevices(devices);
        devices = [.. devices.OrderBy(device => device.Name, NaturalOrder.Instance)];
        return new ObservedStorage
        {
            Machine = MachineOf(questions),
            Devices = devices,
            Drives = [.. DiskDrives.Find(devices, questions), .. Areca.FindDrives(questions, out var volumes)],
            Arrays = MdArrays.Find(devices, questions),
            ArecaVolumes = volumes,
            Pools = Zfs.FindPools(devices, questions),
            Mounts = Mounts.Find(questions),
            Problems = questions.Problems,
            Unseen = questions.Unseen,
        };
    }

    private static ObservedMachine MachineOf(Questions questions) => new(
        questions.Text("/proc/sys/kernel/hostname") ?? questions.Text("/etc/hostname") ?? "unknown",
        questions.Reader.Taken,
        questions.Text("/sys/class/dmi/id/product_uuid")?.ToLowerInvariant(),
        questions.Text("/sys/class/dmi/id/product_name"),
        questions.Text("/sys/class/dmi/id/product_serial"),
        MachineIdentity.Macs(questions.Reader.List("/sys/class/net"), questions.Text),
        questions.Text("/proc/sys/kernel/random/boot_id"));
}
