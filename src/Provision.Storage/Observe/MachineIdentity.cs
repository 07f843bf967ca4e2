using Provision.Core;

namespace Provision.Storage.Observe;

/// <summary>Identifies the observed machine: host name, firmware IDs, network interfaces.</summary>
internal static class MachineIdentity
{
    internal static ObservedMachine Find(Questions questions) =>
        new(
            questions.Text("/proc/sys/kernel/hostname") ?? questions.Text("/etc/hostname") ?? "unknown",
            questions.Look.Taken,
            questions.Text("/sys/class/dmi/id/product_uuid")?.ToLowerInvariant(),
            questions.Text("/sys/class/dmi/id/product_name"),
            questions.Text("/sys/class/dmi/id/product_serial"),
            NetworkInterfaces.Macs(questions.Look.List("/sys/class/net"), questions.Text),
            questions.Text("/proc/sys/kernel/random/boot_id"));
}
